package emulator

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// drive is the one drive there is, whose items are files named by their path.
type drive struct {
	site     *site
	id       string
	items    []*item
	grants   map[string]*item // download tokens
	uploads  map[string]*upload
	monitors map[string]*monitor
}

type item struct {
	id, path string // "/notes.txt"
	guid     string // in etags
	version  int
	content  []byte
	created  time.Time
	modified time.Time
}

func newDrive(s *site) *drive {
	d := &drive{site: s, id: "b!" + s.ids.base64url("drive", "", 48),
		grants: map[string]*item{}, uploads: map[string]*upload{}, monitors: map[string]*monitor{}}
	born := time.Date(2025, 4, 5, 6, 7, 8, 0, time.UTC)
	d.put("/notes.txt", []byte("Low water at dawn.\nHigh water at noon.\n"), born)
	d.put("/data.bin", s.ids.draw("content", "/data.bin", 100_000), born)
	return d
}

// driveCalls answer requests about it.
type driveCalls struct{ *drive }

// routes are the same below /me/drive, /users/{}/drive and /drives/{}.
func (d driveCalls) routes() []route {
	const read = "Files.Read Files.Read.All Files.ReadWrite Files.ReadWrite.All Sites.Read.All Sites.ReadWrite.All"
	const write = "Files.ReadWrite Files.ReadWrite.All Sites.ReadWrite.All"
	var all []route
	for _, drive := range []string{"me/drive", "users/{}/drive", "drives/{}"} {
		all = append(all,
			route{method: "GET", pattern: drive, need: read, serve: d.getDrive},
			route{method: "GET", pattern: drive + "/root/children", need: read, serve: d.children},
			route{method: "GET", pattern: drive + "/items/root/children", need: read, serve: d.children})
		for _, file := range []string{"/items/{}", "/root/:", "/items/root/:"} {
			at := drive + file
			all = append(all,
				route{method: "GET", pattern: at, need: read, serve: d.get},
				route{method: "PATCH", pattern: at, need: write, serve: d.patch},
				route{method: "DELETE", pattern: at, need: write, serve: d.remove},
				route{method: "GET", pattern: at + "/content", need: read, serve: d.download},
				route{method: "PUT", pattern: at + "/content", need: write, serve: d.write},
				route{method: "POST", pattern: at + "/createUploadSession", need: write, serve: d.createUpload},
				route{method: "POST", pattern: at + "/copy", need: write, serve: d.copy})
		}
	}
	return all
}

// put is the item at a path with new content, made if need be.
func (d *drive) put(at string, content []byte, now time.Time) (it *item, created bool) {
	if it = d.at(at); it == nil {
		created = true
		it = &item{id: d.site.ids.driveItem(at), path: at, guid: strings.ToUpper(d.site.ids.guid("driveItem", at)), created: now}
		d.items = append(d.items, it)
	}
	it.content, it.modified = content, now
	it.version++
	return it, created
}

func (d *drive) at(at string) *item {
	for _, it := range d.items {
		if it.path == at {
			return it
		}
	}
	return nil
}

// key is what names the item in a call: an id, or a path when it begins with /.
func key(c *call) string { return c.keys[len(c.keys)-1] }

func (d *drive) find(c *call) (*item, error) {
	for _, it := range d.items {
		if it.id == key(c) || it.path == key(c) {
			return it, nil
		}
	}
	return nil, fail(404, "itemNotFound", "The resource could not be found.")
}

func (it *item) etag() string { return fmt.Sprintf(`"{%s},%d"`, it.guid, it.version) }

func (d *drive) address(s string) string {
	return d.site.hosts.Files + "/personal/alder_finch_contoso_onmicrosoft_com" + s
}

// shown is the item's JSON. Its download address is fresh every time, and a secret.
func (d *drive) shown(it *item) object {
	kind := "application/octet-stream"
	if path.Ext(it.path) == ".txt" {
		kind = "text/plain"
	}
	return object{
		{"@microsoft.graph.downloadUrl", d.grant(it)},
		{"createdDateTime", it.created.Format(time.RFC3339)}, {"eTag", it.etag()}, {"id", it.id},
		{"lastModifiedDateTime", it.modified.Format(time.RFC3339)}, {"name", path.Base(it.path)},
		{"webUrl", d.address((&url.URL{Path: "/Documents" + it.path}).EscapedPath())}, {"cTag", fmt.Sprintf(`"c:{%s},%d"`, it.guid, it.version)}, {"size", len(it.content)},
		{"parentReference", object{{"driveType", "business"}, {"driveId", d.id}, {"path", "/drives/" + d.id + "/root:" + strings.TrimSuffix(path.Dir(it.path), "/")}}},
		{"file", object{{"mimeType", kind}, {"hashes", object{{"quickXorHash", quickHash(it.content)}}}}},
	}
}

// quickHash has quickXorHash's algorithm (I): 160 bits that every byte is shifted into
// by 11 bits more than the one before, the length xored over the last 8 bytes.
func quickHash(content []byte) string {
	const bits = 160
	var sum [bits / 8]byte
	for i, b := range content {
		at := i * 11 % bits
		sum[at/8] ^= b << (at % 8)
		sum[(at/8+1)%len(sum)] ^= byte(uint16(b) << (at % 8) >> 8)
	}
	for i := range 8 {
		sum[len(sum)-8+i] ^= byte(uint64(len(content)) >> (8 * i))
	}
	return base64.StdEncoding.EncodeToString(sum[:])
}

// grant is a pre-authenticated address of the content (v1.0/api/driveitem-get-content).
func (d *drive) grant(it *item) string {
	token := d.site.tempauth("download", it.path)
	d.grants[token] = it
	return d.address("/_layouts/15/download.aspx?UniqueId=" + strings.ToLower(it.guid) + "&Translate=false&tempauth=" + token + "&ApiVersion=2.0")
}

// tempauth is what stands for a sign-in in pre-authenticated addresses.
func (s *site) tempauth(kind, name string) string {
	return "v1." + base64.RawURLEncoding.EncodeToString([]byte(`{"siteid":"`+s.tenant+`","aud":"`+graphAppID+`"}`)) +
		"." + s.ids.base64url(kind, name, 48)
}

func (d driveCalls) getDrive(c *call) (Answer, error) {
	return c.entity(200, "drives", object{
		{"createdDateTime", "2025-03-04T09:30:00Z"}, {"description", ""}, {"id", d.id}, {"name", "OneDrive"},
		{"webUrl", d.address("/Documents")}, {"driveType", "business"},
		{"quota", object{{"deleted", 0}, {"remaining", 1099511527776}, {"state", "normal"}, {"total", 1099511627776}, {"used", 100000}}},
	})
}

func (d driveCalls) children(c *call) (Answer, error) {
	found := []object{}
	for _, it := range d.items {
		found = append(found, d.shown(it))
	}
	return answerJSON(200, object{
		{"@odata.context", c.root() + "/$metadata#drives('" + escapeValue(d.id) + "')/root/children"},
		{"@odata.count", len(found)}, {"value", found},
	})
}

func (d driveCalls) get(c *call) (Answer, error) {
	it, err := d.find(c)
	if err != nil {
		return Answer{}, err
	}
	if matchesETag(c.header.Get("If-None-Match"), it.etag()) {
		return answerEmpty(304, "ETag", it.etag()), nil
	}
	return d.entity(c, 200, it)
}

func (d *drive) entity(c *call, status int, it *item) (Answer, error) {
	a, err := c.entity(status, "drives('"+escapeValue(d.id)+"')/items", d.shown(it))
	if err == nil {
		a.Header.Set("ETag", it.etag())
	}
	return a, err
}

// unchanged refuses a stale If-Match.
func (it *item) unchanged(c *call) error {
	if sent := c.header.Get("If-Match"); sent != "" && !matchesETag(sent, it.etag()) {
		return fail(412, "resourceModified", "ETag does not match current item's value")
	}
	return nil
}

func (d driveCalls) patch(c *call) (Answer, error) {
	it, err := d.find(c)
	if err != nil {
		return Answer{}, err
	}
	if err := it.unchanged(c); err != nil {
		return Answer{}, err
	}
	var body struct{ Name string }
	if err := c.decode(&body); err != nil {
		return Answer{}, err
	}
	if body.Name != "" {
		to := path.Join(path.Dir(it.path), body.Name)
		if other := d.at(to); other != nil && other != it {
			return Answer{}, fail(409, "nameAlreadyExists", "The specified item name already exists.")
		}
		it.path = to
	}
	it.version, it.modified = it.version+1, c.now
	return d.entity(c, 200, it)
}

func (d driveCalls) remove(c *call) (Answer, error) {
	it, err := d.find(c)
	if err != nil {
		return Answer{}, err
	}
	if err := it.unchanged(c); err != nil {
		return Answer{}, err
	}
	d.items = slices.DeleteFunc(d.items, func(other *item) bool { return other == it })
	return answerEmpty(204), nil
}

// download redirects to the files host, which wants no token.
func (d driveCalls) download(c *call) (Answer, error) {
	it, err := d.find(c)
	if err != nil {
		return Answer{}, err
	}
	return answerEmpty(302, "Location", d.grant(it)), nil
}

// write takes a small file whole (v1.0/api/driveitem-put-content).
func (d driveCalls) write(c *call) (Answer, error) {
	at := key(c)
	if !strings.HasPrefix(at, "/") {
		it, err := d.find(c)
		if err != nil {
			return Answer{}, err
		}
		at = it.path
	}
	if it := d.at(at); it != nil {
		if err := it.unchanged(c); err != nil {
			return Answer{}, err
		}
	}
	it, created := d.put(at, c.body, c.now)
	return d.entity(c, map[bool]int{true: 201, false: 200}[created], it)
}

// A monitor tells how a copy goes.
type monitor struct {
	polls  int
	result *item
}

// copy begins what a monitor on the files host tells of
// (concepts/long-running-actions-overview).
func (d driveCalls) copy(c *call) (Answer, error) {
	it, err := d.find(c)
	if err != nil {
		return Answer{}, err
	}
	var body struct{ Name string }
	if err := c.decode(&body); err != nil {
		return Answer{}, err
	}
	if body.Name == "" {
		body.Name = "Copy of " + path.Base(it.path)
	}
	to := path.Join(path.Dir(it.path), body.Name)
	if d.at(to) != nil {
		return Answer{}, fail(409, "nameAlreadyExists", "The specified item name already exists.")
	}
	made, _ := d.put(to, slices.Clone(it.content), c.now)
	token := d.site.ids.base64url("monitor", strconv.Quote(to), 60)
	d.monitors[token] = &monitor{result: made}
	return answerEmpty(202, "Location", d.address("/_api/v2.0/monitor/"+token)), nil
}
