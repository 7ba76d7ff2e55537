package match

import (
	"net/http"
	"net/url"
	"strings"
)

// A fileMap says where the files of an index are addressed, as it is recorded. Addresses
// lack their host; those of content lack the segment that says so.
type fileMap struct {
	links map[string]string // where content is read or sent, by its whole address: the file's id or address
	ids   map[string]string // of files, by address
}

// mapFiles reads all answers for files.
func mapFiles(entries []*entry) *fileMap {
	m := &fileMap{map[string]string{}, map[string]string{}}
	for _, e := range entries {
		for _, r := range e.answers {
			m.note(r)
		}
	}
	return m
}

func (m *fileMap) note(r *record) {
	request, response := &r.interaction.Request, &r.interaction.Response
	address, isContent := fileAddress(request.URL)
	if location := http.Header(response.Headers).Get("Location"); location != "" && isContent && response.Code/100 == 3 {
		m.links[linkKey(location)] = address
	}
	if !strings.HasPrefix(strings.TrimSpace(r.body()), "{") {
		return
	}
	for _, f := range r.files() {
		switch {
		case f.root && f.id == "" && f.link != "":
			m.links[linkKey(f.link)] = address
		case f.link != "":
			m.links[linkKey(f.link)] = f.id
		}
		if f.root && f.id != "" && methodOf(request.Method) != http.MethodPost {
			m.ids[address] = f.id
		}
	}
}

// linkKey is a link in one spelling: clients escape what they are given unescaped.
func linkKey(link string) string {
	if plain, err := url.PathUnescape(link); err == nil {
		return plain
	}
	return link
}

// contentSegments end the address of what a file holds, or of how it gets there.
var contentSegments = [...]string{"/content", "/contentStream", "/$value", "/%24value", "/createUploadSession"}

// fileAddress is the address of a file by one of the file or its content.
func fileAddress(at string) (address string, isContent bool) {
	path, _, _ := strings.Cut(at, "?")
	if _, rest, ok := strings.Cut(path, "://"); ok {
		path = rest[max(0, strings.IndexByte(rest, '/')):]
	}
	for _, segment := range contentSegments {
		if file, ok := strings.CutSuffix(path, segment); ok {
			return strings.TrimSuffix(file, ":"), true
		}
	}
	return strings.TrimSuffix(path, ":"), false
}

// find is the id, or else the address, of the file whose content is at an address.
// Uploaded are the ids of files by the addresses that they were uploaded to.
func (m *fileMap) find(at string, uploaded map[string]string) (string, bool) {
	file, isContent := m.links[linkKey(at)], false
	if file == "" {
		if file, isContent = fileAddress(at); !isContent {
			return "", false
		}
	}
	if !strings.HasPrefix(file, "/") {
		return file, true
	}
	if id := uploaded[file]; id != "" {
		return id, true
	}
	if _, id, ok := strings.Cut(file, "/items/"); ok && !strings.ContainsAny(id, "/:") {
		return id, true
	}
	if id := m.ids[file]; id != "" {
		return id, true
	}
	return file, true
}
