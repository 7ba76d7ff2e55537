package match

import (
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/edit"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A put-back answer has the session's values where the stored one has pseudonyms: wherever
// a leaf is or holds one, however it is encoded there.

// pseudonymsHeld are those that an answer holds.
type pseudonymsHeld struct {
	all      []string
	inHeader bool // whether some stand in its headers or trailers
}

func (r *record) held(x *seal) *pseudonymsHeld {
	if known := r.pseudonyms.Load(); known != nil {
		return known
	}
	found := map[string]bool{}
	note := func(l *place.Leaf) (string, bool) {
		if !l.Layered {
			x.pseudonymsIn(l.Text, found)
		}
		return "", false
	}
	m := r.answer("")
	place.Rewrite(&m, note)
	held := &pseudonymsHeld{inHeader: len(found) > 0}
	m = r.answer(r.body())
	m.Trailer = nil
	place.Rewrite(&m, note)
	held.all = slices.Collect(maps.Keys(found))
	r.pseudonyms.Store(held)
	return held
}

func (r *record) answer(body string) place.Message {
	response := &r.interaction.Response
	return place.Message{
		Method: r.interaction.Request.Method, Address: r.interaction.Request.URL, Answer: true, Status: response.Code,
		Header: response.Headers, Trailer: response.Trailer, Body: body,
	}
}

// pseudonymsIn notes the pseudonyms in a text, folded.
func (x *seal) pseudonymsIn(text string, found map[string]bool) {
	if x.faker.IsName(text) {
		found[fold(text)] = true
	}
	for _, a := range identity.Atoms(text) {
		if identity.IsFake(a) {
			found[fold(a.Key())] = true
		}
	}
	for _, span := range x.faker.FindNames(text) {
		for end := range ends(text, span) {
			found[fold(text[span.Start:end])] = true
		}
	}
}

// longestName is how far behind a pseudonym's number its end is looked for.
const longestName = 320

// ends are where the pseudonym that a span begins may end in a text, the furthest first:
// behind the domain of an address, the extension of a file, a domain's labels, or at once.
func ends(text string, name identity.Span) iter.Seq[int] {
	return func(yield func(int) bool) {
		end := name.End
		for end < len(text) && end-name.End < longestName && (ascii.IsAlnum(text[end]) || strings.IndexByte("@.-", text[end]) >= 0) {
			end++
		}
		for ; end > name.End; end-- {
			if (end == len(text) || !ascii.IsAlnum(text[end])) && ascii.IsAlnum(text[end-1]) && !yield(end) {
				return
			}
		}
		yield(name.End)
	}
}

// A restored body is one with the session's values, as long as no more of its pseudonyms
// are bound, and no more of its files uploaded.
type restoredBody struct {
	bound    int
	uploaded int64
	text     string
}

// restored are the restored bodies that a session keeps.
type restored struct {
	byRecord sync.Map
	bytes    atomic.Int64
}

// maxRestored bounds their size.
const maxRestored = 64 << 20

// restore puts the session's values back for the pseudonyms in the body, and what it has
// uploaded for the filler.
func (a *Answer) restore(s *Session) {
	if s.unsealer == nil {
		return
	}
	is := restoredBody{bound: s.unsealer.boundOf(a.record)}
	if is.bound > 0 {
		a.bound = &s.unsealer.bound
	}
	stored := a.Body == a.record.body() // and no batch with other ids
	var edits []edit.Edit
	if s.contents.uploads.Load() > 0 {
		if a.putFileBack(s) {
			return
		}
		files := a.record.files()
		if !stored {
			files = filesIn(a.Body)
		}
		edits, is.uploaded = s.contents.edits(files)
	}
	if is.bound == 0 && len(edits) == 0 {
		return
	}
	if known, ok := s.restored.byRecord.Load(a.record); ok && stored && known.(restoredBody).bound == is.bound && known.(restoredBody).uploaded == is.uploaded {
		a.Body = known.(restoredBody).text
		return
	}
	a.Body = edit.Apply(a.Body, edits)
	if is.bound > 0 {
		a.putNamesIn(a.bound)
	}
	if is.text = a.Body; stored && s.restored.bytes.Add(int64(len(a.Body))) <= maxRestored {
		s.restored.byRecord.Store(a.record, is)
	}
}

// boundOf is how many pseudonyms of a record are bound.
func (u *unsealer) boundOf(r *record) (bound int) {
	if u.bound.count.Load() == 0 {
		return 0
	}
	for _, p := range r.held(u.seal).all {
		if _, ok := u.bound.live(p); ok {
			bound++
		}
	}
	return bound
}

func (a *Answer) putNamesIn(b *bindings) {
	m := a.record.answer(a.Body)
	m.Header, m.Trailer = nil, nil
	if kind := a.record.interaction.Response.Headers["Content-Type"]; len(kind) > 0 {
		m.Header = http.Header{"Content-Type": kind}
	}
	place.Rewrite(&m, b.putBack)
	a.Body = m.Body
}

// putBack is what stands for a leaf of an answer.
func (b *bindings) putBack(l *place.Leaf) (string, bool) {
	if l.Layered || l.Role == place.Bytes {
		return "", false
	}
	text := identity.Rewrite(l.Text, func(a identity.Atom) string {
		if live, ok := b.live(a.Key()); ok {
			return live
		}
		return a.Text
	})
	if live, ok := b.live(l.Text); ok && text == l.Text {
		return live, true
	}
	if spans := b.seal.faker.FindNames(text); len(spans) > 0 {
		text = b.putNamesBack(text, spans)
	}
	return text, text != l.Text
}

// putNamesBack puts values back for the pseudonyms that begin at spans. The domain of an
// address is left alone where its other part is: the address would be nobody's.
func (b *bindings) putNamesBack(text string, spans []identity.Span) string {
	var out strings.Builder
	at := 0
	for n, span := range spans {
		if span.Start < at || n > 0 && spans[n-1].End == span.Start-1 && text[span.Start-1] == '@' {
			continue
		}
		for end := range ends(text, span) {
			if live, ok := b.live(text[span.Start:end]); ok {
				out.WriteString(text[at:span.Start])
				out.WriteString(live)
				at = end
				break
			}
		}
	}
	out.WriteString(text[at:])
	return out.String()
}

// Bound reports whether headers hold what RestoreHeader puts back.
func (a *Answer) Bound() bool {
	return a.contentRange != "" || a.namesInHeader()
}

func (a *Answer) namesInHeader() bool {
	return a.bound != nil && a.record.held(a.bound.seal).inHeader
}

// RestoreHeader puts the session's values back for the pseudonyms in response headers
// or trailers, in place.
func (a *Answer) RestoreHeader(header http.Header) {
	if a.contentRange != "" && header.Get("Content-Range") != "" {
		header.Set("Content-Range", a.contentRange)
	}
	if len(header) == 0 || !a.namesInHeader() {
		return
	}
	m := place.Message{Answer: true, Method: http.MethodGet, Header: header}
	if place.Rewrite(&m, a.bound.putBack) {
		for name, values := range m.Header {
			header[name] = values
		}
	}
}

// Read tells the session that the answer was read, or given up: at most once counts. Those
// who serve an answer call it when its body has ended.
func (a *Answer) Read() {
	if a.read != nil {
		a.read()
	}
}

// Watched reports whether the session waits for Read.
func (a *Answer) Watched() bool { return a.read != nil }

// findGivers lists the answers that hold an id which a client writes, by these.
func (x *Index) findGivers() map[string][]answerRef {
	found := map[string][]answerRef{}
	for _, e := range x.entries {
		for n := range e.answers {
			for _, p := range e.answers[n].held(x.seal).all {
				if x.seal.written[p] {
					found[p] = append(found[p], answerRef{e, n})
				}
			}
		}
	}
	return found
}

// findPseudonyms lists the pseudonyms of all cassettes, folded.
func (x *Index) findPseudonyms() map[string]bool {
	found := map[string]bool{}
	note := func(l *place.Leaf) (string, bool) {
		if !l.Layered {
			x.seal.pseudonymsIn(l.Text, found)
		}
		return "", false
	}
	for _, e := range x.entries {
		for n := range e.answers {
			r := &e.answers[n]
			asked, answered := messageOf(r.interaction), r.answer(r.body())
			place.Rewrite(&asked, note)
			place.Rewrite(&answered, note)
		}
	}
	return found
}
