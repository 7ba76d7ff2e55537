package emulator

// managers are users' managers.
type managers struct{ *directory }

func (m managers) routes() []route {
	const read = "User.Read.All User.ReadWrite.All Directory.Read.All Directory.ReadWrite.All"
	const write = "User.ReadWrite.All Directory.ReadWrite.All"
	return []route{
		{method: "GET", pattern: "me/manager", need: "User.Read " + read, serve: m.getManager},
		{method: "GET", pattern: "users/{}/manager", need: read, serve: m.getManager},
		{method: "PUT", pattern: "users/{}/manager/$ref", need: write, serve: m.setManager},
		{method: "DELETE", pattern: "users/{}/manager/$ref", need: write, serve: m.clearManager},
	}
}

func (m managers) getManager(c *call) (Answer, error) {
	u, err := m.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	manager, err := m.find(u.manager)
	if err != nil {
		return Answer{}, fail(404, "Request_ResourceNotFound", "Resource 'manager' does not exist or one of its queried reference-property objects are not present.")
	}
	shown := append(object{{"@odata.type", "#microsoft.graph.user"}}, manager.shown(c.selected())...)
	return c.entity(200, "directoryObjects", shown)
}

func (m managers) setManager(c *call) (Answer, error) {
	u, err := m.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	manager, err := m.referenced(c)
	if err != nil {
		return Answer{}, err
	}
	u.manager = manager.id
	m.touch(u)
	return answerEmpty(204), nil
}

func (m managers) clearManager(c *call) (Answer, error) {
	u, err := m.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	u.manager = ""
	m.touch(u)
	return answerEmpty(204), nil
}
