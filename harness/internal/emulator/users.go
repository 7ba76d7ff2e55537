package emulator

import (
	"slices"
	"strings"
	"time"
)

// domain is the invented tenant's; whose users are invented too.
const domain = "contoso.onmicrosoft.com"

// directory holds the users. It hears of every change, for delta.
type directory struct {
	site    *site
	users   []*user
	version int // of the last change
}

type user struct {
	id      string
	props   object // every property but the id
	manager string
	changed int // the directory's version of its last change
	deleted bool
	hidden  int // GETs that still answer 404
}

// people are seeded; each is managed by the first, who has no manager. The first
// is who signs in.
var people = [...][3]string{
	{"Alder Finch", "alder.finch", "Director"}, {"Briony Vale", "briony.vale", "Engineer"},
	{"Caspian Moor", "caspian.moor", "Engineer"}, {"Delphine Oak", "delphine.oak", "Designer"},
	{"Eamon Reed", "eamon.reed", "Analyst"}, {"Fenna Wold", "fenna.wold", "Engineer"},
	{"Garrick Thorn", "garrick.thorn", "Clerk"}, {"Hester Lowe", "hester.lowe", "Analyst"},
	{"Ivo Marsh", "ivo.marsh", "Designer"}, {"Juna Brook", "juna.brook", "Engineer"},
	{"Kester Dale", "kester.dale", "Clerk"}, {"O'Neil Lark", "o'neil.lark", "Analyst"},
}

func newDirectory(s *site) *directory {
	d := &directory{site: s}
	for _, p := range people {
		upn := p[1] + "@" + domain
		u := d.add(object{{"displayName", p[0]}, {"jobTitle", p[2]}, {"userPrincipalName", upn}, {"mail", upn}, {"mailNickname", p[1]}}, time.Date(2025, 3, 4, 9, 30, 0, 0, time.UTC))
		if first := d.users[0]; u != first {
			u.manager = first.id
		}
	}
	return d
}

func (d *directory) signedIn() *user { return d.users[0] }

func (d *directory) routes() []route {
	const read = "User.ReadBasic.All User.Read.All User.ReadWrite.All Directory.Read.All Directory.ReadWrite.All"
	const readAll = "User.Read.All User.ReadWrite.All Directory.Read.All Directory.ReadWrite.All"
	const write = "User.ReadWrite.All Directory.ReadWrite.All"
	const self = "User.Read " + readAll
	return []route{
		{method: "GET", pattern: "me", need: self, serve: d.get},
		{method: "PATCH", pattern: "me", need: "User.ReadWrite " + write, serve: d.patch},
		{method: "GET", pattern: "users", need: read, serve: d.list},
		{method: "GET", pattern: "users/$count", need: read, serve: d.count},
		{method: "POST", pattern: "users", need: write, serve: d.create},
		{method: "GET", pattern: "users/{}", need: read, serve: d.get},
		{method: "PATCH", pattern: "users/{}", need: write, serve: d.patch},
		{method: "DELETE", pattern: "users/{}", need: write, serve: d.remove},
	}
}

// basic is what a user has without $select; more is what it has besides.
var (
	basic = [...]string{"businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation", "preferredLanguage", "surname", "userPrincipalName"}
	more  = [...]string{"accountEnabled", "createdDateTime", "department", "mailNickname", "otherMails", "proxyAddresses", "securityIdentifier", "usageLocation", "userType"}
)

func (d *directory) add(given object, created time.Time) *user {
	u := &user{id: d.site.ids.guid("user", given.text("userPrincipalName"))}
	for _, name := range basic {
		u.props = append(u.props, member{name, nil})
	}
	for _, name := range more {
		u.props = append(u.props, member{name, nil})
	}
	u.props = u.props.with("businessPhones", []string{}).with("otherMails", []string{}).with("proxyAddresses", []string{}).
		with("accountEnabled", true).with("userType", "Member").
		with("createdDateTime", created.Format(time.RFC3339)).with("securityIdentifier", securityIdentifier(u.id))
	u.props = u.props.withAll(given)
	d.touch(u)
	d.users = append(d.users, u)
	return u
}

func (d *directory) touch(u *user) {
	d.version++
	u.changed = d.version
}

// find is the user whose id, or UPN in any case, the key is.
func (d *directory) find(key string) (*user, error) {
	for _, u := range d.users {
		if !u.deleted && (strings.EqualFold(u.id, key) || strings.EqualFold(u.props.text("userPrincipalName"), key)) {
			return u, nil
		}
	}
	return nil, notFound(key)
}

func (d *directory) get(c *call) (Answer, error) {
	u, err := d.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	if u.hidden > 0 {
		u.hidden--
		return Answer{}, notFound(c.keys[0])
	}
	return c.entity(200, "users", u.shown(c.selected()))
}

// shown puts the id last, as reads do (real recordings).
func (u *user) shown(selected []string) object {
	if selected == nil {
		selected = append(slices.Clone(basic[:]), "id")
	}
	return append(slices.Clip(u.props), member{"id", u.id}).pick(selected)
}

// set takes what a client wrote. Unknown properties are refused, annotations and
// passwords swallowed.
func (d *directory) set(c *call) (object, error) {
	return c.given(func(name string) writing {
		if strings.HasPrefix(name, "@") || name == "passwordProfile" {
			return ignored
		}
		return acceptedIf(slices.Contains(basic[:], name) || slices.Contains(more[:], name))
	})
}

func (d *directory) create(c *call) (Answer, error) {
	given, err := d.set(c)
	if err != nil {
		return Answer{}, err
	}
	upn := given.text("userPrincipalName")
	if upn == "" || given.text("displayName") == "" {
		return Answer{}, badRequest("One or more required properties are missing: displayName, userPrincipalName.")
	}
	if _, err := d.find(upn); err == nil {
		return Answer{}, badRequest("Another object with the same value for property userPrincipalName already exists.")
	}
	u := d.add(given, c.now)
	u.hidden = d.site.options.NotFoundAfterCreate
	shown := append(object{{"id", u.id}}, u.shown(basic[:])...)
	a, err := c.entity(201, "users", shown)
	if err == nil {
		a.Header.Set("Location", d.site.directoryLocation(u.id, "User"))
	}
	return a, err
}

// directoryLocation is what a 201 of the directory carries: it holds the tenant's
// id and is no usable address (real recordings).
func (s *site) directoryLocation(id, kind string) string {
	return s.hosts.Graph + "/v2/" + s.tenant + "/directoryObjects/" + id + "/Microsoft.DirectoryServices." + kind
}

func (d *directory) patch(c *call) (Answer, error) {
	u, err := d.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	given, err := d.set(c)
	if err != nil {
		return Answer{}, err
	}
	u.props = u.props.withAll(given)
	d.touch(u)
	return answerEmpty(204), nil
}

func (d *directory) remove(c *call) (Answer, error) {
	u, err := d.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	u.deleted = true
	d.touch(u)
	return answerEmpty(204), nil
}

// referenced is the user that a $ref body names.
func (d *directory) referenced(c *call) (*user, error) {
	var body struct {
		ID string `json:"@odata.id"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	id, err := lastKey(body.ID)
	if err != nil {
		return nil, err
	}
	return d.find(id)
}
