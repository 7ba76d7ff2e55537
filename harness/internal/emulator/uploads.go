package emulator

import (
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// An upload is a session that takes a file slice by slice
// (v1.0/api/driveitem-createuploadsession). Slices need not be multiples of
// 320 KiB, as the real service's must.
type upload struct {
	path     string
	tempauth string
	content  []byte
	total    int
	expires  time.Time
}

const (
	uploadLifetime = 24 * time.Hour
	uploadSession  = "uploadSession" // ends the address of one
)

func (d driveCalls) createUpload(c *call) (Answer, error) {
	var body struct {
		Item struct {
			Conflict string `json:"@microsoft.graph.conflictBehavior"`
			Name     string
		}
	}
	if len(c.body) > 0 {
		if err := c.decode(&body); err != nil {
			return Answer{}, err
		}
	}
	at := key(c)
	if !strings.HasPrefix(at, "/") {
		it, err := d.find(c)
		if err != nil {
			return Answer{}, err
		}
		at = it.path
	}
	if body.Item.Name != "" {
		at = path.Join(path.Dir(at), body.Item.Name)
	}
	if body.Item.Conflict == "fail" && d.at(at) != nil {
		return Answer{}, fail(409, "nameAlreadyExists", "The specified item name already exists.")
	}
	id := d.site.ids.guid("upload", at)
	u := &upload{path: at, tempauth: d.site.tempauth("upload", at), total: -1, expires: c.now.Add(uploadLifetime)}
	d.uploads[id] = u
	state := u.state()
	place := "/drives/" + d.id + "/items/" + d.site.ids.driveItem("session "+at) + "/" + uploadSession
	address := d.address("/_api/v2.0" + place)
	if d.site.options.UploadsOnGraph {
		address = c.root() + place
	}
	address += "?guid='" + id + "'&overwrite=True&rename=False&dc=0&tempauth=" + u.tempauth
	return answerJSON(200, append(object{
		{"@odata.context", c.root() + "/$metadata#microsoft.graph.uploadSession"}, {"uploadUrl", address}}, state...))
}

func (u *upload) state() object {
	end := ""
	if u.total >= 0 {
		end = strconv.Itoa(u.total - 1)
	}
	return object{
		{"expirationDateTime", u.expires.Format(ticks)},
		{"nextExpectedRanges", []string{strconv.Itoa(len(u.content)) + "-" + end}},
	}
}

// add adds a slice. Ranges come in order; a known one is 416.
func (u *upload) add(contentRange string, slice []byte) error {
	var from, to, total int
	if _, err := fmt.Sscanf(contentRange, "bytes %d-%d/%d", &from, &to, &total); err != nil || to < from || to >= total || total > maxBody {
		return fail(400, "invalidRequest", "The Content-Range header is missing or malformed.")
	}
	switch {
	case to-from+1 != len(slice):
		return fail(400, "invalidRequest", "The Content-Range header length does not match the provided number of bytes.")
	case u.total >= 0 && u.total != total:
		return fail(400, "invalidRequest", "Declared fragment size does not match the file's.")
	case from != len(u.content):
		return fail(416, "invalidRange", "Optimistic concurrency failure during fragmented upload")
	}
	u.total = total
	u.content = append(u.content, slice...)
	return nil
}

// upload serves an upload session's address on the files host.
func (f *files) upload(r *http.Request, body []byte) (Answer, error) {
	now := f.site.now()
	q := r.URL.Query()
	id := strings.Trim(q.Get("guid"), "'")
	u := f.drive.uploads[id]
	if u == nil || u.tempauth != q.Get("tempauth") || now.After(u.expires) {
		return Answer{}, fail(404, "itemNotFound", "The upload session was not found")
	}
	switch r.Method {
	case http.MethodGet:
		return f.json(200, u.state())
	case http.MethodDelete:
		delete(f.drive.uploads, id)
		return answerEmpty(204), nil
	case http.MethodPut:
	default:
		return Answer{}, fail(405, "invalidRequest", "The method is not allowed.")
	}
	if err := u.add(r.Header.Get("Content-Range"), body); err != nil {
		return Answer{}, err
	}
	if len(u.content) < u.total {
		return f.json(202, u.state())
	}
	delete(f.drive.uploads, id)
	it, created := f.drive.put(u.path, u.content, now)
	return f.json(map[bool]int{true: 201, false: 200}[created], f.drive.shown(it))
}
