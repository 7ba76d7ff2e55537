package emulator

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	facts "github.com/graphvcr/graphvcr/harness/internal/graph"
)

// chats holds chats, their members and messages.
type chats struct {
	site       *site
	directory  *directory
	operations *operations
	chats      []*chat
}

type chat struct {
	id, kind  string
	topic     *string
	created   time.Time
	members   []object
	messages  []object
	hidden    int
	memberOID []string
}

// BrokenApp is the id of an app that cannot be installed: a chat made with it
// ends in a failed operation. So does archiving a team that is archived already:
// the two ways for a client to see one.
const BrokenApp = "00000000-0000-0000-0000-000000000000"

func newChats(s *site, d *directory, o *operations) *chats {
	t := &chats{site: s, directory: d, operations: o}
	topic := "Tide tables"
	t.addChat(&chat{kind: "group", topic: &topic, created: time.Date(2025, 5, 6, 7, 8, 9, 123_000_000, time.UTC)}, []string{d.users[0].id, d.users[1].id})
	return t
}

// readChat are the permissions that let a client see a chat.
const readChat = "Chat.ReadBasic Chat.Read Chat.ReadWrite Chat.ReadBasic.All Chat.Read.All Chat.ReadWrite.All"

func (t *chats) routes() []route {
	const writeChat = "Chat.ReadWrite Chat.ReadWrite.All"
	return []route{
		{method: "GET", pattern: "me/chats", need: readChat, serve: t.listChats},
		{method: "GET", pattern: "chats", need: readChat, serve: t.listChats},
		{method: "POST", pattern: "chats", need: "Chat.Create " + writeChat, serve: t.createChat},
		{method: "GET", pattern: "chats/{}", need: readChat, serve: t.getChat},
		{method: "DELETE", pattern: "chats/{}", need: "Chat.ManageDeletion.All " + writeChat, serve: t.removeChat},
		{method: "GET", pattern: "chats/{}/members", need: readChat, serve: t.listMembers},
		{method: "POST", pattern: "chats/{}/messages", need: "ChatMessage.Send " + writeChat, serve: t.send},
		{method: "GET", pattern: "chats/{}/messages", need: "Chat.Read Chat.ReadWrite Chat.Read.All Chat.ReadWrite.All", serve: t.listMessages},
	}
}

// addChat names a chat by its members if there are two, else at random
// (beta/api/chat-post).
func (t *chats) addChat(made *chat, members []string) {
	made.id = "19:" + t.site.ids.hex("chat", made.title(), 32) + "@" + facts.ChatHost
	if made.kind == "oneOnOne" && len(members) == 2 {
		made.id = "19:" + members[0] + "_" + members[1] + "@" + facts.OneOnOneHost
	}
	for _, id := range members {
		u, err := t.directory.find(id)
		if err != nil {
			continue // checked by the caller
		}
		made.memberOID = append(made.memberOID, u.id)
		made.members = append(made.members, object{
			{"@odata.type", "#microsoft.graph.aadUserConversationMember"}, {"id", t.memberID(made.id, u.id)}, {"roles", []string{"owner"}},
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

type newChat struct {
	ChatType string
	Topic    *string
	Members  []struct {
		User string `json:"user@odata.bind"`
	}
	InstalledApps []struct {
		App string `json:"teamsApp@odata.bind"`
	}
}

// createChat is an operation only where apps are installed with the chat, which
// only beta can (beta/api/chat-post).
func (t *chats) createChat(c *call) (Answer, error) {
	var body newChat
	if err := c.decode(&body); err != nil {
		return Answer{}, err
	}
	members, err := t.users(body)
	if err != nil {
		return Answer{}, err
	}
	made := &chat{kind: body.ChatType, topic: body.Topic, created: c.now, hidden: t.site.options.NotFoundAfterCreate}
	apps := []string{}
	for _, a := range body.InstalledApps {
		id, err := lastKey(a.App)
		if err != nil {
			return Answer{}, err
		}
		apps = append(apps, id)
	}
	t.addChat(made, members)
	if len(apps) == 0 || c.url.Version != "beta" {
		return c.entity(201, "chats", t.shownChat(made))
	}
	o := t.operations.begin("createChat", "chats", made.id, 3, c.now)
	o.values = object{{"appIds", apps}}
	if slices.Contains(apps, BrokenApp) {
		o.failure = fail(0, "NotFound", "The app '%s' was not found in the catalog.", BrokenApp)
	}
	return o.accepted("chats", true), nil
}

// users are the ids of the members of a chat to be.
func (t *chats) users(body newChat) ([]string, error) {
	if body.ChatType != "group" && body.ChatType != "oneOnOne" || len(body.Members) == 0 {
		return nil, fail(400, "BadRequest", "chatType must be group or oneOnOne, and members must be given.")
	}
	var ids []string
	for _, m := range body.Members {
		key, err := lastKey(m.User)
		if err != nil {
			return nil, err
		}
		u, err := t.directory.find(key)
		if err != nil {
			return nil, err
		}
		ids = append(ids, u.id)
	}
	return ids, nil
}

func (t *chats) shownChat(ch *chat) object {
	return object{
		{"id", ch.id}, {"topic", ch.topic}, {"createdDateTime", ch.created.Format("2006-01-02T15:04:05.999Z")},
		{"lastUpdatedDateTime", ch.created.Format("2006-01-02T15:04:05.999Z")}, {"chatType", ch.kind},
		{"webUrl", "https://teams.microsoft.com/l/chat/" + escapeValue(ch.id) + "/0?tenantId=" + t.site.tenant},
		{"tenantId", t.site.tenant}, {"onlineMeetingInfo", nil},
	}
}

// listChats answers the caller's chats, an app's being all.
func (t *chats) listChats(c *call) (Answer, error) {
	found := []object{}
	for _, ch := range t.chats {
		if !c.caller.delegated || slices.Contains(ch.memberOID, c.caller.oid) {
			found = append(found, t.shownChat(ch))
		}
	}
	return c.value("chats", found)
}

func (t *chats) chat(key string) (*chat, error) {
	for _, ch := range t.chats {
		if ch.id == key {
			return ch, nil
		}
	}
	return nil, fail(404, "NotFound", "No chat found with id '%s'.", key)
}

func (t *chats) getChat(c *call) (Answer, error) {
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

func (t *chats) removeChat(c *call) (Answer, error) {
	ch, err := t.chat(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	t.chats = slices.DeleteFunc(t.chats, func(other *chat) bool { return other == ch })
	return answerEmpty(204), nil
}

func (t *chats) listMembers(c *call) (Answer, error) {
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
// (v1.0/api/channel-post-messages); a second one in that time takes the next.
func (t *chats) send(c *call) (Answer, error) {
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

func (t *chats) listMessages(c *call) (Answer, error) {
	ch, err := t.chat(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	newestFirst := append([]object{}, ch.messages...)
	slices.Reverse(newestFirst)
	return c.value("chats('"+escapeValue(ch.id)+"')/messages", newestFirst)
}

// memberID is base64 of tenant, chat and user (real ids in the documentation).
func (t *chats) memberID(chat, user string) string {
	return base64.StdEncoding.EncodeToString([]byte("0##" + t.site.tenant + "##" + chat + "##" + user))
}
