package match

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A shownFile is a file as an answer of JSON shows it: the resource with the id, and where
// its size and the hashes of its content stand.
type shownFile struct {
	id     string
	root   bool   // it is the whole answer
	link   string // that leads to its content or, for an upload session's answer, takes it
	size   textSpan
	hashes []textSpan
}

// A textSpan is where a value stands in a text, quotes included.
type textSpan struct {
	start, end int
	name       string // of the member
	quoted     bool
}

// filesIn lists the files that a text shows, in any depth.
func filesIn(text string) []shownFile {
	var files []shownFile
	var open []shownFile // objects and arrays
	for token, err := range jsondoc.Scan(text) {
		if err != nil {
			return nil
		}
		switch {
		case token.Opens():
			open = append(open, shownFile{root: len(open) == 0})
		case token.Closes():
			done := open[len(open)-1]
			open = open[:len(open)-1]
			if done.id == "" && len(open) > 0 { // file, and hashes in it, are parts of what has an id
				above := &open[len(open)-1]
				above.hashes = append(above.hashes, done.hashes...)
			}
			if done.root || done.id != "" && (len(done.hashes) > 0 || done.link != "") {
				files = append(files, done)
			}
		case len(open) > 0:
			open[len(open)-1].note(token)
		}
	}
	return files
}

func (f *shownFile) note(token jsondoc.Token) {
	at := textSpan{token.Start, token.Start + len(token.Raw), token.Name, token.Kind == '"'}
	switch {
	case token.Name == "size":
		f.size = at
	case token.Kind != '"':
	case token.Name == "id":
		f.id = token.Value()
	case graph.IsFileHash(token.Name):
		f.hashes = append(f.hashes, at)
	case odata.IsContentMember(token.Name):
		f.link = token.Value()
	}
}

// files are those that the stored body shows.
func (r *record) files() []shownFile {
	if known := r.shown.Load(); known != nil {
		return *known
	}
	files := filesIn(r.body())
	r.shown.Store(&files)
	return files
}

// A fileMap says where the files of an index are addressed, as it is recorded. Addresses
// lack their host; those of content lack the segment that says so.
type fileMap struct {
	links map[string]string // where content is read or sent, by its whole address: the file's id or address
	ids   map[string]string // of files, by address
}

// mapFiles reads all answers for files.
func (x *Index) mapFiles() *fileMap {
	m := &fileMap{map[string]string{}, map[string]string{}}
	for _, e := range x.entries {
		for n := range e.answers {
			m.note(&e.answers[n])
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
func (m *fileMap) find(at string, named func(address string) string) (string, bool) {
	file, isContent := m.links[linkKey(at)], false
	if file == "" {
		if file, isContent = fileAddress(at); !isContent {
			return "", false
		}
	}
	if !strings.HasPrefix(file, "/") {
		return file, true
	}
	if id := named(file); id != "" {
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
