package emulator

import (
	"slices"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
)

// groups holds groups and who is in them.
type groups struct {
	site      *site
	directory *directory
	groups    []*group
}

type group struct {
	id      string
	props   object // every property but the id
	members []string
	hidden  int
}

func newGroups(s *site, d *directory) *groups { return &groups{site: s, directory: d} }

func (g *groups) routes() []route {
	const read = "GroupMember.Read.All Group.Read.All Group.ReadWrite.All Directory.Read.All Directory.ReadWrite.All"
	const write = "Group.ReadWrite.All Directory.ReadWrite.All"
	const members = "GroupMember.ReadWrite.All " + write
	const check = "User.Read.All Directory.Read.All Directory.ReadWrite.All"
	return []route{
		{method: "GET", pattern: "groups", need: read, serve: g.list},
		{method: "POST", pattern: "groups", need: "Group.Create " + write, serve: g.create},
		{method: "GET", pattern: "groups/{}", need: read, serve: g.get},
		{method: "PATCH", pattern: "groups/{}", need: write, serve: g.patch},
		{method: "DELETE", pattern: "groups/{}", need: write, serve: g.remove},
		{method: "GET", pattern: "groups/{}/members", need: read, serve: g.listMembers},
		{method: "POST", pattern: "groups/{}/members/$ref", need: members, serve: g.addMember},
		{method: "DELETE", pattern: "groups/{}/members/{}/$ref", need: members, serve: g.removeMember},
		{method: "POST", pattern: "me/checkMemberGroups", need: "User.Read " + check, serve: g.checkMembers},
		{method: "POST", pattern: "users/{}/checkMemberGroups", need: check, serve: g.checkMembers},
		{method: "POST", pattern: "directoryObjects/{}/checkMemberGroups", need: check, serve: g.checkMembers},
		{method: "POST", pattern: "directoryObjects/getByIds", need: "Directory.Read.All Directory.ReadWrite.All", serve: g.byIDs},
	}
}

func (g *groups) find(key string) (*group, error) {
	for _, known := range g.groups {
		if known.id == key {
			return known, nil
		}
	}
	return nil, notFound(key)
}

func (g *groups) create(c *call) (Answer, error) {
	var body struct {
		DisplayName     string
		Description     *string
		MailNickname    string
		MailEnabled     bool
		SecurityEnabled bool
		GroupTypes      []string
	}
	if err := c.decode(&body); err != nil {
		return Answer{}, err
	}
	if body.DisplayName == "" || body.MailNickname == "" {
		return Answer{}, badRequest("A value is required for property 'displayName' or 'mailNickname' of resource 'Group'.")
	}
	made := &group{id: g.site.ids.guid("group", body.DisplayName), hidden: g.site.options.NotFoundAfterCreate}
	created := c.now.Format(time.RFC3339)
	made.props = object{
		{"deletedDateTime", nil}, {"classification", nil}, {"createdDateTime", created}, {"creationOptions", []string{}},
		{"description", body.Description}, {"displayName", body.DisplayName}, {"groupTypes", append([]string{}, body.GroupTypes...)},
		{"mail", nil}, {"mailEnabled", body.MailEnabled}, {"mailNickname", body.MailNickname}, {"proxyAddresses", []string{}},
		{"renewedDateTime", created}, {"securityEnabled", body.SecurityEnabled},
		{"securityIdentifier", securityIdentifier(made.id)}, {"visibility", nil}, {"onPremisesProvisioningErrors", []string{}},
	}
	g.groups = append(g.groups, made)
	a, err := c.entity(201, "groups", made.shown())
	if err == nil {
		a.Header.Set("Location", g.site.directoryLocation(made.id, "Group"))
	}
	return a, err
}

func (g *group) shown() object { return append(object{{"id", g.id}}, g.props...) }

func (g *groups) list(c *call) (Answer, error) {
	keep, err := c.filter()
	if err != nil {
		return Answer{}, err
	}
	found := []object{}
	for _, known := range g.groups {
		if o := known.shown(); keep(o) {
			found = append(found, o)
		}
	}
	return c.value("groups", found)
}

func (g *groups) get(c *call) (Answer, error) {
	known, err := g.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	if known.hidden > 0 {
		known.hidden--
		return Answer{}, notFound(c.keys[0])
	}
	return c.entity(200, "groups", known.shown())
}

// patch takes the properties that a group has.
func (g *groups) patch(c *call) (Answer, error) {
	known, err := g.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	given, err := c.given(func(name string) writing { return acceptedIf(known.props.index(name) >= 0) })
	if err != nil {
		return Answer{}, err
	}
	known.props = known.props.withAll(given)
	return answerEmpty(204), nil
}

func (g *groups) remove(c *call) (Answer, error) {
	known, err := g.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	g.groups = slices.DeleteFunc(g.groups, func(other *group) bool { return other == known })
	return answerEmpty(204), nil
}

func (g *groups) listMembers(c *call) (Answer, error) {
	known, err := g.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	return c.value("directoryObjects", g.objects(known.members, c.selected()))
}

// objects are the directory objects of the ids, those that exist, each with the
// type that its declaration does not tell.
func (g *groups) objects(ids, selected []string) []object {
	found := []object{}
	for _, id := range ids {
		if u, err := g.directory.find(id); err == nil {
			found = append(found, append(object{{"@odata.type", "#microsoft.graph.user"}}, u.shown(selected)...))
		} else if known, err := g.find(id); err == nil {
			found = append(found, append(object{{"@odata.type", "#microsoft.graph.group"}}, known.shown()...))
		}
	}
	return found
}

func (g *groups) addMember(c *call) (Answer, error) {
	known, err := g.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	u, err := g.directory.referenced(c)
	if err != nil {
		return Answer{}, err
	}
	if slices.Contains(known.members, u.id) {
		return Answer{}, badRequest("One or more added object references already exist for the following modified properties: 'members'.")
	}
	known.members = append(known.members, u.id)
	return answerEmpty(204), nil
}

func (g *groups) removeMember(c *call) (Answer, error) {
	known, err := g.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	i := slices.Index(known.members, c.keys[1])
	if i < 0 {
		return Answer{}, notFound(c.keys[1])
	}
	known.members = slices.Delete(known.members, i, i+1)
	return answerEmpty(204), nil
}

func (g *groups) checkMembers(c *call) (Answer, error) {
	var body struct{ GroupIDs []string }
	if err := c.decode(&body); err != nil {
		return Answer{}, err
	}
	u, err := g.directory.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	in := []string{}
	for _, id := range body.GroupIDs {
		if known, err := g.find(id); err == nil && slices.Contains(known.members, u.id) {
			in = append(in, id)
		}
	}
	return c.value(odata.CollectionOf("Edm.String"), in)
}

func (g *groups) byIDs(c *call) (Answer, error) {
	var body struct{ IDs []string }
	if err := c.decode(&body); err != nil {
		return Answer{}, err
	}
	return c.value("directoryObjects", g.objects(body.IDs, c.selected()))
}
