package match

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/place/media"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// A restorer makes answers hold the session's values where the stored ones have pseudonyms,
// and what the session has uploaded where they have filler.
type restorer struct {
	bound   *bindings
	uploads uploads

	kept  sync.Map     // bodies by restoring
	bytes atomic.Int64 // of these
}

// A restoring is what the body of an answer depends on: how many of its pseudonyms are bound, and
// how often something was uploaded, 0 where it shows nothing of that.
type restoring struct {
	of       *record
	bound    int
	uploaded int64
}

// maxRestored bounds the bodies that are kept.
const maxRestored = 64 << 20

// restore puts the session's values into an answer.
func (s *restorer) restore(a *Answer) {
	r := a.record
	is := restoring{of: r}
	if !s.bound.none() {
		held := r.held(s.bound.faker)
		if is.bound = s.bound.count(held.all); held.inHeader {
			a.bound = s.bound
		}
	}
	var facts map[string]string
	if uploaded := s.uploads.count.Load(); uploaded > 0 {
		if text, contentRange, ok := s.uploads.download(r); ok {
			a.Body, a.contentRange = text, contentRange
			return
		}
		if facts = s.uploads.facts(r.files()); len(facts) > 0 {
			is.uploaded = uploaded
		}
	}
	if is.bound == 0 && len(facts) == 0 {
		return
	}
	stored := a.Body == r.body() // and no batch with other ids
	if known, ok := s.kept.Load(is); ok && stored {
		a.Body = known.(string)
		return
	}
	m := r.message(a.Body)
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if len(facts) > 0 && !l.IsName() {
			if fact, ok := facts[l.Place()]; ok {
				return fact, true
			}
		}
		return s.bound.putBack(l)
	})
	a.Body = m.Body
	if stored && s.bytes.Add(int64(len(a.Body))) <= maxRestored {
		s.kept.Store(is, a.Body)
	}
}

// largestFile bounds the files that are put back.
const largestFile = 256 << 20

// uploads are the files that the client of a session has uploaded.
type uploads struct {
	names func() map[*record]string // see fileMap

	count atomic.Int64 // of uploads

	mu    sync.Mutex
	spool wire.Spool
	files map[string]wire.Spooled           // by name
	parts map[string]map[int64]wire.Spooled // of files whose upload is under way, by address and offset

	hashes map[askedHash]string
}

// An askedHash is the hash of an uploaded file that a member shows.
type askedHash struct {
	file   wire.Spooled
	member string
}

// keep keeps what a request that an answer was found for has uploaded.
func (c *uploads) keep(r *record, req *http.Request, body []byte) {
	if !takesFile(r.interaction) {
		return
	}
	target := r.interaction.Request.URL
	c.mu.Lock()
	defer c.mu.Unlock()
	content, _, _ := wire.DecodeSent(req.Method, req.Header, string(body), maxInflated)
	file, err := c.spool.Keep(content)
	if err != nil {
		return
	}
	if span, ok := media.RangeOf(req.Header); ok {
		if c.parts[target] == nil {
			c.parts[target] = map[int64]wire.Spooled{}
		}
		c.parts[target][span.First] = file
		if span.Last+1 < span.Size { // more are to come
			return
		}
		if file, ok = c.joined(c.parts[target], span.Size); !ok {
			return
		}
		delete(c.parts, target)
	}
	c.count.Add(1)
	c.files[c.names()[r]] = file
}

// takesFile reports whether a recorded request puts a file: by PUT, or with filler for its body.
func takesFile(i *cassette.Interaction) bool {
	return i.Response.Code/100 == 2 && (i.Request.Method == http.MethodPut ||
		slices.ContainsFunc(i.Holes, func(h cassette.Hole) bool { return h.Place == "body" }))
}

// joined is the file that its parts make, each of which counts once; ok is false where some
// are missing.
func (c *uploads) joined(parts map[int64]wire.Spooled, total int64) (wire.Spooled, bool) {
	if total > largestFile {
		return wire.Spooled{}, false
	}
	var whole strings.Builder
	for int64(whole.Len()) < total {
		text, err := parts[int64(whole.Len())].Text()
		if err != nil || text == "" {
			return wire.Spooled{}, false
		}
		whole.WriteString(text)
	}
	kept, err := c.spool.Keep(whole.String())
	return kept, err == nil
}

// download is what an answer holds that was uploaded in this session, and its Content-Range,
// "" where that is the recorded one; ok is false where it holds nothing of the kind.
func (c *uploads) download(r *record) (text, contentRange string, ok bool) {
	response := &r.interaction.Response
	if methodOf(r.interaction.Request.Method) != http.MethodGet || response.Code/100 != 2 {
		return "", "", false
	}
	c.mu.Lock()
	file, ok := c.files[c.names()[r]]
	c.mu.Unlock()
	if !ok {
		return "", "", false
	}
	text, err := file.Text()
	if err != nil || response.Code != http.StatusPartialContent {
		return text, "", err == nil
	}
	span, ok := media.RangeOf(response.Headers)
	if !ok {
		return "", "", false
	}
	size := int64(len(text))
	end := min(span.Last+1, size)
	if size != span.Size {
		contentRange = fmt.Sprintf("bytes %d-%d/%d", span.First, end-1, size)
	}
	return text[min(span.First, end):end], contentRange, true
}

// facts are what an answer says otherwise of the files that it shows, by place.
func (c *uploads) facts(shown []shownFile) map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	facts := map[string]string{}
	for _, f := range shown {
		file, ok := c.files[f.id]
		if !ok {
			continue
		}
		facts[f.at+"['size']"] = strconv.FormatInt(file.Size(), 10)
		for _, member := range f.hashes {
			if is := c.hash(file, member); is != "" {
				facts[f.at+"['file']['hashes']['"+member+"']"] = is
			}
		}
	}
	return facts
}

// hash is a hash of a file, "" where that cannot be read. It is called with the lock held.
func (c *uploads) hash(file wire.Spooled, member string) string {
	asked := askedHash{file, member}
	if _, known := c.hashes[asked]; !known {
		if text, err := file.Text(); err == nil {
			h, _ := graph.NewFileHash(member) // there is one: facts asks for what a file shows
			_, _ = io.WriteString(h, text)
			c.hashes[asked] = h.Text()
		}
	}
	return c.hashes[asked]
}

// A shownFile is a file as an answer of JSON shows it (v1.0/resources/driveitem): the object
// at a place.
type shownFile struct {
	at     string
	id     string
	root   bool     // it is the whole answer
	link   string   // that leads to its content or, for an upload session's answer, takes it
	hashes []string // names of members
}

// filesIn lists the files that a body shows, in any depth.
func filesIn(body string) (files []shownFile) {
	doc, err := jsondoc.Parse(body)
	if err != nil {
		return nil
	}
	jsondoc.Walk(doc, func(at jsondoc.Place, value any) bool {
		item, _ := value.(map[string]any)
		f := shownFile{root: at.Depth() == 0}
		f.id, _ = item["id"].(string)
		for _, name := range slices.Sorted(maps.Keys(item)) {
			if link, isText := item[name].(string); isText && odata.IsContentMember(name) {
				f.link = link
			}
		}
		file, _ := item["file"].(map[string]any)
		hashes, _ := file["hashes"].(map[string]any)
		for name := range hashes {
			if graph.IsFileHash(name) {
				f.hashes = append(f.hashes, name)
			}
		}
		if f.root || f.id != "" && (len(f.hashes) > 0 || f.link != "") {
			f.at = at.Path("body." + jsondoc.Root)
			files = append(files, f)
		}
		return true
	})
	return files
}

// A fileMap gives names to the files of an index, as it is recorded: which one an answer
// holds, or the request took. A name is the file's id, or its address where none is known,
// without the segment that says content.
type fileMap struct {
	links map[string]string // where content is read or sent, by its whole address: the name
	ids   map[string]string // by address
	names map[*record]string
}

// nameFiles reads all answers for files, in recorded order.
func nameFiles(entries []*entry) map[*record]string {
	var all []*record
	for _, e := range entries {
		all = append(all, e.answers...)
	}
	slices.SortFunc(all, byPosition)
	m := &fileMap{map[string]string{}, map[string]string{}, map[*record]string{}}
	for range 2 { // what is shown of a file later holds before, unless something else was shown there
		for _, r := range all {
			m.note(r)
		}
	}
	return m.names
}

func (m *fileMap) note(r *record) {
	request, response := &r.interaction.Request, &r.interaction.Response
	address, isContent := fileAddress(request.URL)
	file := m.links[linkKey(request.URL)]
	if file == "" && (isContent || takesFile(r.interaction)) {
		file = address
	}
	if response.Code/100 == 3 {
		m.links[linkKey(http.Header(response.Headers).Get("Location"))] = address
	}
	// An id says nothing of what is no item of a drive: all photos have that of their size.
	isShown := request.Method == http.MethodPut || file == "" && strings.Contains(address, "/drive")
	for _, f := range r.files() {
		if f.link != "" {
			m.links[linkKey(f.link)] = cmp.Or(f.id, address)
		}
		if isShown && f.root && f.id != "" {
			m.ids[cmp.Or(file, address)] = f.id
		}
	}
	m.names[r] = cmp.Or(m.ids[file], file)
	if _, id, ok := strings.Cut(file, "/items/"); ok && !strings.ContainsAny(id, "/:") {
		m.names[r] = id
	}
}

// linkKey is a link in one spelling: clients escape what they are given unescaped.
func linkKey(link string) string {
	if plain, err := url.PathUnescape(link); err == nil {
		return plain
	}
	return link
}

// fileAddress is the address of a file by one of the file, its content, or of how that gets there.
func fileAddress(at string) (address string, isContent bool) {
	path, _, _ := strings.Cut(at, "?")
	file, isContent := graph.CutContent(path)
	file, isSession := strings.CutSuffix(file, "/createUploadSession")
	return strings.TrimSuffix(file, ":"), isContent || isSession
}
