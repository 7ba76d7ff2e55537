package emulator

// teams holds teams.
type teams struct {
	site       *site
	operations *operations
	teams      []*team
}

type team struct {
	id, name string
	archived bool
	hidden   int
}

func newTeams(s *site, o *operations) *teams {
	t := &teams{site: s, operations: o}
	for _, name := range []string{"Harbour", "Lighthouse"} {
		t.teams = append(t.teams, &team{id: s.ids.guid("team", name), name: name})
	}
	return t
}

// readTeam are the permissions that let a client see a team.
const readTeam = "Team.ReadBasic.All TeamSettings.Read.All TeamSettings.ReadWrite.All Group.Read.All Group.ReadWrite.All"

func (t *teams) routes() []route {
	const write = "TeamSettings.ReadWrite.All Group.ReadWrite.All Directory.ReadWrite.All"
	return []route{
		{method: "GET", pattern: "me/joinedTeams", need: readTeam, serve: t.joinedTeams},
		{method: "POST", pattern: "teams", need: "Team.Create Group.ReadWrite.All Directory.ReadWrite.All", serve: t.createTeam},
		{method: "GET", pattern: "teams/{}", need: readTeam, serve: t.getTeam},
		{method: "POST", pattern: "teams/{}/archive", need: write, serve: t.archive},
		{method: "POST", pattern: "teams/{}/unarchive", need: write, serve: t.archive},
	}
}

func (t *teams) team(key string) (*team, error) {
	for _, known := range t.teams {
		if known.id == key {
			return known, nil
		}
	}
	return nil, fail(404, "NotFound", "No team found with Group Id %s", key)
}

func (t *teams) shownTeam(known *team) object {
	return object{
		{"id", known.id}, {"createdDateTime", nil}, {"displayName", known.name}, {"description", known.name},
		{"internalId", nil}, {"isArchived", known.archived}, {"visibility", "private"},
		{"webUrl", "https://teams.microsoft.com/l/team/" + known.id + "/conversations?groupId=" + known.id + "&tenantId=" + t.site.tenant},
	}
}

func (t *teams) getTeam(c *call) (Answer, error) {
	known, err := t.team(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	if known.hidden > 0 {
		known.hidden--
		return Answer{}, fail(404, "NotFound", "No team found with Group Id %s", c.keys[0])
	}
	return c.entity(200, "teams", t.shownTeam(known))
}

func (t *teams) joinedTeams(c *call) (Answer, error) {
	found := []object{}
	for _, known := range t.teams {
		found = append(found, t.shownTeam(known))
	}
	return c.value("teams", found)
}

// createTeam answers with a quoted Location (v1.0/api/team-post).
func (t *teams) createTeam(c *call) (Answer, error) {
	var body struct{ DisplayName string }
	if err := c.decode(&body); err != nil {
		return Answer{}, err
	}
	if body.DisplayName == "" {
		return Answer{}, fail(400, "BadRequest", "displayName is needed.")
	}
	made := &team{id: t.site.ids.guid("team", body.DisplayName), name: body.DisplayName, hidden: t.site.options.NotFoundAfterCreate}
	t.teams = append(t.teams, made)
	return t.operations.begin("createTeam", "teams", made.id, 1, c.now).accepted("teams", true), nil
}

// archive also unarchives. Its Location has keys without quotes
// (v1.0/api/team-archive). What is in the wished state already fails.
func (t *teams) archive(c *call) (Answer, error) {
	known, err := t.team(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	verb := c.url.Segments[len(c.url.Segments)-1].Text
	wanted := verb == "archive"
	o := t.operations.begin(verb+"Team", "teams", known.id, 1, c.now)
	if known.archived == wanted {
		o.failure = fail(0, "Conflict", "The team is in that state already.")
	}
	known.archived = wanted
	return o.accepted("teams", false), nil
}
