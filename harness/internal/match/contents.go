package match

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/edit"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Where a cassette holds filler for the bytes of files, a client gets back what it uploaded
// itself: answers show size and hashes of that, and downloads hold it.

// largestFile bounds the files that are put back.
const largestFile = 256 << 20

// contents are the files that the client of a session has uploaded.
type contents struct {
	uploads atomic.Int64 // 0 while there are none

	mu    sync.Mutex
	spool wire.Spool
	files map[string]*content               // by id, or by address where none is known
	ids   map[string]string                 // of files, by the address that they were uploaded to
	parts map[string]map[int64]wire.Spooled // of files whose upload is under way, by address and offset
}

// A content is what a file holds.
type content struct {
	text    wire.Spooled
	version int64
	hashes  map[string]string // by member
}

// upload keeps what a request that an answer was found for has uploaded.
func (s *Session) upload(r *record, req *http.Request, body []byte) {
	if s.index.seal == nil || !takesFile(r.interaction, body) {
		return
	}
	c, target := &s.contents, r.interaction.Request.URL
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.files == nil {
		c.files, c.ids, c.parts = map[string]*content{}, map[string]string{}, map[string]map[int64]wire.Spooled{}
	}
	var file wire.Spooled
	kept, err := c.spool.Keep(string(inflate(req.Header, body)))
	span, ok := parseRange(req.Header.Get("Content-Range"))
	switch {
	case err != nil:
		return
	case !ok:
		file = kept
	default:
		if c.parts[target] == nil {
			c.parts[target] = map[int64]wire.Spooled{}
		}
		c.parts[target][span.first] = kept
		if r.interaction.Response.Code == http.StatusAccepted {
			return
		}
		if file, ok = c.joined(c.parts[target], span.total); !ok {
			return
		}
		delete(c.parts, target)
	}
	c.store(s.index.fileMap(), r, target, file)
}

// store notes a file that is whole.
func (c *contents) store(m *fileMap, r *record, target string, file wire.Spooled) {
	address, id := m.links[linkKey(target)], ""
	if address == "" {
		address, _ = fileAddress(target)
	}
	for _, f := range r.files() {
		if f.root {
			id = f.id
		}
	}
	if id == "" {
		id = address
	}
	c.ids[address] = id
	c.files[id] = &content{text: file, version: c.uploads.Add(1), hashes: map[string]string{}}
}

// takesFile reports whether filler stands for the body of a recorded request. A file
// without content has none.
func takesFile(i *cassette.Interaction, body []byte) bool {
	if i.Response.Code/100 != 2 {
		return false
	}
	if len(body) == 0 {
		_, isContent := fileAddress(i.Request.URL)
		return isContent && methodOf(i.Request.Method) == http.MethodPut
	}
	return slices.ContainsFunc(i.Holes, func(h cassette.Hole) bool { return h.Place == "body" && h.Kind == cassette.HoleBytes })
}

// joined is the file that its parts make, each of which counts once; ok is false where some
// are missing.
func (c *contents) joined(parts map[int64]wire.Spooled, total int64) (wire.Spooled, bool) {
	if total > largestFile {
		return wire.Spooled{}, false
	}
	var whole strings.Builder
	for int64(whole.Len()) < total {
		next, ok := parts[int64(whole.Len())]
		if !ok || next.Size() == 0 {
			return wire.Spooled{}, false
		}
		text, err := next.Text()
		if err != nil {
			return wire.Spooled{}, false
		}
		whole.WriteString(text)
	}
	kept, err := c.spool.Keep(whole.String())
	return kept, err == nil
}

// fileAt is what the session has uploaded to the file whose content is at an address.
func (c *contents) fileAt(m *fileMap, url string) (text string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, ok := m.find(url, func(address string) string { return c.ids[address] })
	if !ok || c.files[id] == nil {
		return "", false
	}
	text, err := c.files[id].text.Text()
	return text, err == nil
}

// edited puts a text where a value stands.
func (t textSpan) edited(text string) edit.Edit {
	if t.quoted {
		text = `"` + text + `"`
	}
	return edit.Edit{Start: t.start, End: t.end, Text: text}
}

// edits are what an answer says otherwise of the files that it shows, sorted, and a number
// that grows with each upload of one.
func (c *contents) edits(shown []shownFile) (edits []edit.Edit, version int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range shown {
		file := c.files[f.id]
		if file == nil || f.id == "" || len(f.hashes) == 0 {
			continue
		}
		version += file.version
		if f.size.end > 0 {
			edits = append(edits, f.size.edited(strconv.FormatInt(file.text.Size(), 10)))
		}
		for _, at := range f.hashes {
			if hash, ok := file.hash(at.name); ok {
				edits = append(edits, at.edited(hash))
			}
		}
	}
	slices.SortFunc(edits, func(a, b edit.Edit) int { return cmp.Compare(a.Start, b.Start) })
	return edits, version
}

// hash is the file's hash that a member shows.
func (f *content) hash(member string) (string, bool) {
	if known, ok := f.hashes[member]; ok {
		return known, true
	}
	text, err := f.text.Text()
	if err != nil {
		return "", false
	}
	f.hashes[member], _ = graph.FileHash(member, text)
	return f.hashes[member], true
}

// putFileBack makes a download hold what the session has uploaded, and reports whether it
// does.
func (a *Answer) putFileBack(s *Session) bool {
	r := a.record
	if methodOf(r.interaction.Request.Method) != http.MethodGet || r.interaction.Response.Code/100 != 2 {
		return false
	}
	text, ok := s.contents.fileAt(s.index.fileMap(), r.interaction.Request.URL)
	if !ok {
		return false
	}
	if r.interaction.Response.Code == http.StatusPartialContent {
		span, ok := parseRange(http.Header(r.interaction.Response.Headers).Get("Content-Range"))
		if !ok {
			return false
		}
		end := min(span.last+1, int64(len(text)))
		if size := int64(len(text)); size != span.total {
			a.contentRange = fmt.Sprintf("bytes %d-%d/%d", span.first, end-1, size)
		}
		text = text[min(span.first, end):end]
	}
	a.Body = text
	return true
}

// A byteSpan is what Content-Range says: bytes 0-25/128.
type byteSpan struct{ first, last, total int64 }

func parseRange(value string) (byteSpan, bool) {
	var r byteSpan
	n, err := fmt.Sscanf(value, "bytes %d-%d/%d", &r.first, &r.last, &r.total)
	return r, n == 3 && err == nil && r.first >= 0 && r.last >= r.first && r.total > r.last
}
