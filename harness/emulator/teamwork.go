package emulator

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// teamwork holds chats, teams and their operations.
type teamwork struct {
	site       *site
	directory  *directory
	chats      []*chat
	teams      []*team
	operations map[string]*operation
}

type chat struct {
	id, kind  string
	topic     *string
	created   time.Time
	members   []object
	apps      []string
	messages  []object
	hidden    int
	memberOID []string
}

type team struct {
	id, name string
	archived bool
	hidden   int
}

// BrokenApp is the id of an app that cannot be installed: a chat made with it
// ends in a failed operation. So does archiving a team that is archived already.
const BrokenApp = "00000000-0000-0000-0000-000000000000"

func newTeamwork(s *site, d *directory) *teamwork {
	t := &teamwork{site: s, directory: d, operations: map[string]*operation{}}
	for _, name := range []string{"Harbour", "Lighthouse"} {
		t.teams = append(t.teams, &team{id: s.ids.guid("team", name), name: name})
	}
	topic := "Tide tables"
	t.addChat(&chat{kind: "group", topic: &topic, created: time.Date(2025, 5, 6, 7, 8, 9, 123_000_000, time.UTC)}, []string{d.users[0].id, d.users[1].id})
	return t
}

func (t *teamwork) routes() []route {
	const readChat = "Chat.ReadBasic Chat.Read Chat.ReadWrite Chat.ReadBasic.All Chat.Read.All Chat.ReadWrite.All"
	const writeChat = "Chat.ReadWrite Chat.ReadWrite.All"
	const readTeam = "Team.ReadBasic.All TeamSettings.Read.All TeamSettings.ReadWrite.All Group.Read.All Group.ReadWrite.All"
	const writeTeam = "TeamSettings.ReadWrite.All Group.ReadWrite.All Directory.ReadWrite.All"
	return []route{
		{method: "GET", pattern: "me/chats", need: readChat, serve: t.listChats},
		{method: "GET", pattern: "chats", need: readChat, serve: t.listChats},
		{method: "POST", pattern: "chats", need: "Chat.Create " + writeChat, serve: t.createChat},
		{method: "GET", pattern: "chats/{}", need: readChat, serve: t.getChat},
		{method: "DELETE", pattern: "chats/{}", need: "Chat.ManageDeletion.All " + writeChat, serve: t.removeChat},
		{method: "GET", pattern: "chats/{}/members", need: readChat, serve: t.listMembers},
		{method: "POST", pattern: "chats/{}/messages", need: "ChatMessage.Send " + writeChat, serve: t.send},
		{method: "GET", pattern: "chats/{}/messages", need: "Chat.Read Chat.ReadWrite Chat.Read.All Chat.ReadWrite.All", serve: t.listMessages},
		{method: "GET", pattern: "chats/{}/operations/{}", need: readChat, serve: t.getOperation, betaOnly: true},
		{method: "GET", pattern: "me/joinedTeams", need: readTeam, serve: t.joinedTeams},
		{method: "POST", pattern: "teams", need: "Team.Create Group.ReadWrite.All Directory.ReadWrite.All", serve: t.createTeam},
		{method: "GET", pattern: "teams/{}", need: readTeam, serve: t.getTeam},
		{method: "POST", pattern: "teams/{}/archive", need: writeTeam, serve: t.archive},
		{method: "POST", pattern: "teams/{}/unarchive", need: writeTeam, serve: t.archive},
		{method: "GET", pattern: "teams/{}/operations/{}", need: readTeam, serve: t.getOperation},
	}
}

// addChat names a chat by its members if there are two, else at random
// (D:beta/api/chat-post).
func (t *teamwork) addChat(made *chat, members []string) {
	made.id = "19:" + t.site.ids.hex("chat", made.title(), 32) + "@thread.v2"
	if made.kind == "oneOnOne" && len(members) == 2 {
		made.id = "19:" + members[0] + "_" + members[1] + "@unq.gbl.spaces"
	}
	for _, id := range members {
		u, err := t.directory.find(id)
		if err != nil {
			continue // checked by the caller
		}
		made.memberOID = append(made.memberOID, u.id)
		made.members = append(made.members, object{
			{"@odata.type", "#microsoft.graph.aadUserConversationMember"}, {"id", memberID(made.id, u.id)}, {"roles", []string{"owner"}},
			{"displayName", u.props.value("displayName")}, {"userId", u.id}, {"email", u.props.value("mail")}, {"tenantId", t.site.tenant},
		})
	}
	t.chats = append(t.chats, made)
}

func (ch *chat) title() string {
	if ch.topic == nil {
		return ""
	}
	return *ch.topic
}

func (t *teamwork) createChat(c *call) (Answer, error) {
	var body struct {
		ChatType string
		Topic    *string
		Members  []struct {
			User string `json:"user@odata.bind"`
		}
		InstalledApps []struct {
			App string `json:"teamsApp@odata.bind"`
		}
	}
	if err := c.decode(&body); err != nil {
		return Answer{}, err
	}
	if body.ChatType != "group" && body.ChatType != "oneOnOne" || len(body.Members) == 0 {
		return Answer{}, fail(400, "BadRequest", "chatType must be group or oneOnOne, and members must be given.")
	}
	var members []string
	for _, m := range body.Members {
		key, err := lastKey(m.User)
		if err != nil {
			return Answer{}, err
		}
		u, err := t.directory.find(key)
		if err != nil {
			return Answer{}, err
		}
		members = append(members, u.id)
	}
	made := &chat{kind: body.ChatType, topic: body.Topic, created: c.now, hidden: t.site.options.NotFoundAfterCreate}
	for _, a := range body.InstalledApps {
		id, err := lastKey(a.App)
		if err != nil {
			return Answer{}, err
		}
		made.apps = append(made.apps, id)
	}
	t.addChat(made, members)
	if len(made.apps) == 0 || c.url.Version != "beta" {
		return c.entity(201, "chats", t.shownChat(made))
	}
	o := t.begin("createChat", "chats", made.id, 3, c.now)
	o.values = object{{"appIds", made.apps}}
	if slices.Contains(made.apps, BrokenApp) {
		o.failure = fail(0, "NotFound", "The app '%s' was not found in the catalog.", BrokenApp)
	}
	return o.accepted("chats", true), nil
}

func (t *teamwork) shownChat(ch *chat) object {
	return object{
		{"id", ch.id}, {"topic", ch.topic}, {"createdDateTime", ch.created.Format("2006-01-02T15:04:05.999Z")},
		{"lastUpdatedDateTime", ch.created.Format("2006-01-02T15:04:05.999Z")}, {"chatType", ch.kind},
		{"webUrl", "https://teams.microsoft.com/l/chat/" + escapeValue(ch.id) + "/0?tenantId=" + t.site.tenant},
		{"tenantId", t.site.tenant}, {"onlineMeetingInfo", nil},
	}
}

// listChats answers the caller's chats, an app's being all.
func (t *teamwork) listChats(c *call) (Answer, error) {
	found := []object{}
	for _, ch := range t.chats {
		if !c.caller.delegated || slices.Contains(ch.memberOID, c.caller.oid) {
			found = append(found, t.shownChat(ch))
		}
	}
	return c.value("chats", found)
}

func (t *teamwork) chat(key string) (*chat, error) {
	for _, ch := range t.chats {
		if ch.id == key {
			return ch, nil
		}
	}
	return nil, fail(404, "NotFound", "No chat found with id '%s'.", key)
}

func (t *teamwork) getChat(c *call) (Answer, error) {
	ch, err := t.chat(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	if ch.hidden > 0 {
		ch.hidden--
		return Answer{}, fail(404, "NotFound", "No chat found with id '%s'.", c.keys[0])
	}
	return c.entity(200, "chats", t.shownChat(ch))
}

func (t *teamwork) removeChat(c *call) (Answer, error) {
	ch, err := t.chat(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	t.chats = slices.DeleteFunc(t.chats, func(other *chat) bool { return other == ch })
	return answerEmpty(204), nil
}

func (t *teamwork) listMembers(c *call) (Answer, error) {
	ch, err := t.chat(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	return answerJSON(200, object{
		{"@odata.context", c.root() + "/$metadata#chats('" + escapeValue(ch.id) + "')/members"},
		{"@odata.count", len(ch.members)}, {"value", append([]object{}, ch.members...)},
	})
}

// send names a message by its time in milliseconds, which is its etag too
// (D:v1.0/api/channel-post-messages); a second one in that time takes the next.
func (t *teamwork) send(c *call) (Answer, error) {
	ch, err := t.chat(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	var body struct {
		Body struct {
			ContentType string
			Content     string
		}
	}
	if err := c.decode(&body); err != nil {
		return Answer{}, err
	}
	at := c.now.UnixMilli()
	if n := len(ch.messages); n > 0 {
		last, _ := strconv.ParseInt(ch.messages[n-1].text("id"), 10, 64)
		at = max(at, last+1)
	}
	id := strconv.FormatInt(at, 10)
	if body.Body.ContentType == "" {
		body.Body.ContentType = "text"
	}
	made := object{
		{"id", id}, {"replyToId", nil}, {"etag", id}, {"messageType", "message"},
		{"createdDateTime", time.UnixMilli(at).UTC().Format("2006-01-02T15:04:05.999Z")}, {"chatId", ch.id},
		{"from", object{{"user", object{{"id", c.caller.oid}, {"userIdentityType", "aadUser"}}}}},
		{"body", object{{"contentType", strings.ToLower(body.Body.ContentType)}, {"content", body.Body.Content}}},
		{"attachments", []object{}},
	}
	ch.messages = append(ch.messages, made)
	return c.entity(201, "chats('"+escapeValue(ch.id)+"')/messages", made)
}

func (t *teamwork) listMessages(c *call) (Answer, error) {
	ch, err := t.chat(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	newestFirst := append([]object{}, ch.messages...)
	slices.Reverse(newestFirst)
	return c.value("chats('"+escapeValue(ch.id)+"')/messages", newestFirst)
}
