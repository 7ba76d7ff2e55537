package place

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/place/media"
)

// Rewrite shows every leaf of a message to f and puts what f returns in its place. It
// reports whether anything changed. Address, headers and body come in this order, headers
// sorted by name.
func Rewrite(m *Message, f Func) bool {
	w, address := newWalker(f), m.Address
	if !m.Answer {
		m.Address = w.whole("", m.Address, func(s string) { readAddress(w, s, 0) })
	}
	before := m.Header
	m.Header = rewriteHeaders(w, "header", m.Header)
	if m.Body != "" {
		m.boundary = media.Parameter(media.First(before, "Content-Type"), "boundary")
		w.asks = !m.Answer && m.Method == http.MethodPost && graph.IsLookUp(address)
		w.batch = !m.Answer && strings.HasSuffix(address, "/"+graph.BatchSegment)
		m.Body = w.whole("body", m.Body, func(s string) { readBody(w, m, s, Leaf{Role: Text}) })
		m.boundary, w.asks, w.batch = "", false, false
	}
	m.Trailer = rewriteHeaders(w, "trailer", m.Trailer)
	changed := w.changed
	w.end()
	return changed
}

// RewriteText is Rewrite for a text that stands in no message: a value as a leaf says, which
// comes from l. The name of a member is a text that may be an address, spelled as asName is. l is
// nil where it comes from none: nesting is bounded for both.
func (l *Leaf) RewriteText(text Leaf, f Func) string {
	w := newWalker(f)
	if l != nil && l.at != nil {
		w.depth, w.outer = l.at.depth+1, l.Outer
	}
	read := func(s string, base int) { w.value(s, base, text) }
	if text.Role == MemberName {
		text.Role = Text
		if plain := read; strings.IndexByte(text.Text, '.') < 0 { // which addresses have, and names spelled so have not
			read = func(s string, base int) { w.written(asName, s, base, plain) }
		}
	}
	is := w.whole("", text.Text, func(s string) { read(s, 0) })
	w.end()
	return is
}

var walkers = sync.Pool{New: func() any { return &walker{} }}

func newWalker(f Func) *walker {
	w := walkers.Get().(*walker)
	w.f, w.changed, w.depth, w.outer, w.asks, w.batch = f, false, 0, "", false, false
	return w
}

// end leaves a walker to others, unless f panicked amid a text.
func (w *walker) end() {
	w.f = nil
	walkers.Put(w)
}

func rewriteHeaders(w *walker, label string, h http.Header) http.Header {
	var changed http.Header
	w.names = slices.AppendSeq(w.names[:0], maps.Keys(h))
	slices.Sort(w.names)
	for _, name := range w.names {
		for n, value := range h[name] {
			w.push(frame{label: label, name: http.CanonicalHeaderKey(name)})
			is := w.whole("", value, func(s string) { readHeader(w, name, s, Header) })
			w.pop()
			if is != value {
				if changed == nil {
					changed = h.Clone()
				}
				changed[name][n] = is
			}
		}
	}
	if changed == nil {
		return h
	}
	return changed
}
