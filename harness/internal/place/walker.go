package place

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/edit"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/place/media"
)

// Rewrite shows every leaf of a message to f and puts what f returns in its place. It
// reports whether anything changed. Address, headers and body come in this order, headers
// sorted by name.
func Rewrite(m *Message, f Func) bool {
	w, address := newWalker(f), m.Address
	if !m.Answer {
		m.Address = w.whole(frame{}, m.Address, func(s string) { readAddress(w, s, 0) })
	}
	before := m.Header
	m.Header = rewriteHeaders(w, "header", m.Header)
	if m.Body != "" {
		m.boundary = media.Parameter(media.First(before, "Content-Type"), "boundary")
		w.asks = !m.Answer && m.Method == http.MethodPost && graph.IsLookUp(address)
		w.batch = !m.Answer && strings.HasSuffix(address, "/"+graph.BatchSegment)
		m.Body = w.whole(frame{label: "body"}, m.Body, func(string) { readBody(w, m, Leaf{Role: Text}) })
		m.boundary = ""
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
	is := w.whole(frame{}, text.Text, func(s string) { read(s, 0) })
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
			at := frame{label: label, name: http.CanonicalHeaderKey(name)}
			if is := w.whole(at, value, func(s string) { readHeader(w, at.name, s, Header) }); is != value {
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

// A walker takes one message apart.
type walker struct {
	f       Func
	frames  []frame // where the text stands that is read
	depth   int     // of texts within texts
	outer   string  // the name of the outermost text that holds the one that is read
	asks    bool    // it is the body of a request to an action that only reads
	batch   bool    // or that of a batch
	leaf    Leaf
	edits   []edit.Edit
	changed bool     // a text was replaced
	names   []string // of the headers that are read
	place   []byte   // room for the spelling of one
}

func (w *walker) push(f frame) { w.frames = append(w.frames, f) }
func (w *walker) pop()         { w.frames = w.frames[:len(w.frames)-1] }
func (w *walker) top() *frame  { return &w.frames[len(w.frames)-1] }

// in reads what stands in a frame.
func (w *walker) in(f frame, read func()) {
	w.push(f)
	read()
	w.pop()
}

// mostDepth bounds texts within texts: what lies deeper is one text.
const mostDepth = 8

// whole reads a text that stands by itself in a frame, and returns what is to stand there.
func (w *walker) whole(at frame, s string, read func(s string)) string {
	if s == "" {
		return s
	}
	outer := len(w.edits)
	w.in(at, func() { read(s) })
	s = edit.Apply(s, w.edits[outer:])
	clear(w.edits[outer:]) // of the texts that they hold
	w.edits = w.edits[:outer]
	return s
}

// recoded reads what stands from start to end, decoded; if anything in it is replaced, the whole
// is encoded again.
func (w *walker) recoded(label, plain string, start, end int, encode func(string) string, read func(s string)) {
	if is := w.whole(frame{label: label}, plain, read); is != plain {
		w.replace(start, end, encode(is))
	}
}

// show gives a leaf to the caller. It reports whether the text was replaced.
func (w *walker) show(l Leaf, start int) bool {
	w.leaf = l
	return w.shown(&w.leaf, start)
}

// shown is show for a leaf that nothing else uses meanwhile.
func (w *walker) shown(l *Leaf, start int) bool {
	if l.Text == "" {
		return false
	}
	if l.at != w {
		l.at = w
	}
	l.Outer = w.outer
	text, ok := w.f(l)
	if !ok || text == l.Text {
		return ok
	}
	w.changed = true
	head, tail := alike(l.Text, text)
	w.replace(start+head, start+len(l.Text)-tail, text[head:len(text)-tail])
	return true
}

// replace puts a text in the place of a part of the one that is read.
func (w *walker) replace(start, end int, text string) {
	w.edits = append(w.edits, edit.Edit{Start: start, End: end, Text: text})
}

// alike is how many bytes two texts begin and end with alike: those keep their spelling.
func alike(a, b string) (head, tail int) {
	n := min(len(a), len(b))
	for head < n && a[head] == b[head] {
		head++
	}
	amid := func(s string, i int) bool { return 0 < i && i < len(s) && !utf8.RuneStart(s[i]) } // a character
	for amid(a, head) || amid(b, head) {
		head--
	}
	for tail < n-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	for amid(a, len(a)-tail) || amid(b, len(b)-tail) {
		tail--
	}
	return head, tail
}

// value reads a text that may be layered.
func (w *walker) value(s string, base int, leaf Leaf) {
	if !w.layered(s, base, leaf) {
		leaf.Text = s
		w.show(leaf, base)
	}
}

// layered reads a text that has a grammar of its own: JSON, an address, base64 of a text,
// markup, a prefix before an address. The caller of Rewrite is asked first, with Layered,
// and may replace the whole. It reports whether the text was such.
func (w *walker) layered(s string, base int, leaf Leaf) bool {
	if w.depth >= mostDepth {
		return false
	}
	read, label := layerOf(w, s, leaf)
	if read == nil {
		return false
	}
	whole := leaf
	whole.Text, whole.Layered, whole.Markup = s, true, strings.HasPrefix(s, "<") && label == ">"
	if w.show(whole, base) {
		return true
	}
	outer := w.outer
	w.outer = cmp.Or(outer, leaf.Name)
	w.depth++
	w.in(frame{label: label}, func() { read(base) })
	w.depth--
	w.outer = outer
	return true
}

// written reads a text that is spelled so, decoded where it has escapes, and spells what is to
// be put in it. It begins at base; read is given where what it reads begins.
func (w *walker) written(how *spelling, s string, base int, read func(s string, base int)) {
	first := len(w.edits)
	if !strings.ContainsAny(s, how.begins) {
		read(s, base)
		w.spell(how, first)
		return
	}
	text, spelled := how.view(s)
	read(text, 0)
	for i := first; i < len(w.edits); i++ {
		e := &w.edits[i]
		start, end := int(spelled[e.Start]), int(spelled[e.End])
		*e = edit.Edit{Start: base + start, End: base + end, Text: how.like(s[start:end]).encode(e.Text)}
	}
}

// spell spells what the edits from one on put in.
func (w *walker) spell(how *spelling, first int) {
	for i := first; i < len(w.edits); i++ {
		w.edits[i].Text = how.encode(w.edits[i].Text)
	}
}

// move moves edits to the right.
func move(edits []edit.Edit, by int) {
	for i := range edits {
		edits[i].Start += by
		edits[i].End += by
	}
}
