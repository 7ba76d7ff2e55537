package cassette

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// writer writes lines of a cassette in the layout that reader reads.
type writer struct {
	out   []byte
	names []string // scratch
}

const margin = "          " // as deep as any line of ours

// key begins a line: so many spaces, and a text.
func (w *writer) key(indent int, text string) {
	w.out = append(append(w.out, margin[:indent]...), text...)
}

// line writes a whole line.
func (w *writer) line(indent int, text string) {
	w.key(indent, text)
	w.out = append(w.out, '\n')
}

// integer writes a number on the rest of a line.
func (w *writer) integer(n int64) {
	w.out = append(strconv.AppendInt(w.out, n, 10), '\n')
}

func (w *writer) items(indent int, values []string) {
	for _, v := range values {
		w.key(indent, "- ")
		w.scalar(v)
	}
}

// fields writes lines of a request or response.
func (w *writer) fields(all []field) {
	for _, f := range all {
		w.key(ourLayout.fields, f.key)
		w.out = append(w.out, ':')
		switch at := f.at.(type) {
		case *[]string:
			w.list(ourLayout.names, *at)
			continue
		case *map[string][]string:
			w.mapping(*at)
			continue
		}
		w.out = append(w.out, ' ')
		switch at := f.at.(type) {
		case *string:
			w.scalar(*at)
		case *text:
			w.text(string(*at))
		case *int:
			w.integer(int64(*at))
		case *int64:
			w.integer(*at)
		case *bool:
			w.line(0, strconv.FormatBool(*at))
		case *time.Duration:
			w.line(0, at.String())
		}
	}
}

// list writes values behind their key.
func (w *writer) list(indent int, values []string) {
	switch {
	case values == nil:
		w.line(0, " null")
	case len(values) == 0:
		w.line(0, " []")
	default:
		w.line(0, "")
		w.items(indent, values)
	}
}

// mapping writes names with lists, sorted by name. What is nil stays nil, which stock go-vcr
// reads as nil too.
func (w *writer) mapping(values map[string][]string) {
	switch {
	case values == nil:
		w.line(0, " null")
		return
	case len(values) == 0:
		w.line(0, " {}")
		return
	}
	w.line(0, "")
	w.names = slices.AppendSeq(w.names[:0], maps.Keys(values))
	slices.Sort(w.names)
	for _, name := range w.names {
		w.name(ourLayout.names, name, "")
		w.list(ourLayout.values, values[name])
	}
}

// longKey is how many bytes a key may surely have in YAML without a question mark.
const longKey = 512

// name writes a key that may be any text, a colon and what follows.
func (w *writer) name(indent int, name, then string) {
	if !plainKey(name) {
		var other writer
		other.quoted(name)
		name = string(other.out)
	}
	if len(name) > longKey {
		w.line(indent, "? "+name)
		name = ""
	}
	w.key(indent, name)
	w.out = append(append(w.out, ':'), then...)
}

// opening is the text before the first interaction. Our block always has the number of
// interactions: it reveals a file that was cut between two of them.
func opening(m *Meta, count, holes int) []byte {
	w := writer{out: make([]byte, 0, 1<<10+48*len(m.Tags))}
	w.line(0, "---\nversion: 2\ngraphvcr:\n  format: "+strconv.Itoa(formatVersion)+"\n  interactions: "+strconv.Itoa(count))
	text := func(key, value string) {
		if value != "" {
			w.key(2, key)
			w.scalar(value)
		}
	}
	list := func(indent int, key string, values []string) {
		if len(values) > 0 {
			w.line(indent, key)
			w.items(indent+2, values)
		}
	}
	texts := func(key string, values map[string]string) (sorted []string) {
		if len(values) > 0 {
			w.line(2, key)
		}
		sorted = sortedKeys(values)
		for _, name := range sorted {
			w.name(4, name, " ")
			w.scalar(values[name])
		}
		return sorted
	}
	text("origin: ", string(m.Origin))
	text("source: ", m.Source)
	if !m.RecordedAt.IsZero() {
		w.line(2, "recorded-at: "+m.RecordedAt.UTC().Format(time.RFC3339Nano))
	}
	if m.Auth != nil {
		w.key(2, "auth:\n    kind: ")
		w.scalar(m.Auth.Kind)
		list(4, "scopes:", m.Auth.Scopes)
		list(4, "roles:", m.Auth.Roles)
	}
	text("cloud: ", m.Cloud)
	text("rules: ", m.Rules)
	text("client: ", m.Client)
	text("expires: ", m.Expires)
	texts("vars:", m.Vars)
	list(2, "redacted:", m.Redacted)
	if m.isSealed(holes) {
		text("salt: ", m.Salt)
		w.line(2, "holes: "+strconv.Itoa(holes))
		sorted := texts("tags:", m.Tags)
		w.key(2, "sum: ")
		w.doubleQuoted(m.sealOf(holes, sorted))
		w.line(0, "")
	}
	if count == 0 {
		w.line(0, "interactions: []")
	} else {
		w.line(0, "interactions:")
	}
	return w.out
}

// interaction writes the lines of an interaction behind the one with its number. The answer's
// body stands as block says, if it is indented.
func (w *writer) interaction(i *Interaction, block []byte, stored int64, indented bool) {
	w.mark(i, indented)
	w.line(ourLayout.keys, "request:")
	request := requestFields(&i.Request)
	w.fields(request[:])
	w.line(ourLayout.keys, "response:")
	before, behind := responseFields(&i.Response)
	w.fields(before[:])
	length := i.Response.ContentLength
	if indented && length == int64(len(i.Response.Body)) {
		length = stored
	}
	w.fields([]field{{"content_length", &length}, {"uncompressed", &i.Response.Uncompressed}})
	w.key(ourLayout.fields, "body: ")
	if indented {
		w.line(0, "|-")
		w.key(blockIndent, "")
		w.out = append(append(w.out, block...), '\n')
	} else {
		w.text(i.Response.Body)
	}
	w.fields(behind[:])
}

// mark writes what is ours to note about an interaction, if anything.
func (w *writer) mark(i *Interaction, indented bool) {
	if !indented && i.Principal == "" && len(i.Holes) == 0 {
		return
	}
	before := "graphvcr: {"
	note := func(text string) {
		w.key(0, before)
		w.key(0, text)
		before = ", "
	}
	w.key(ourLayout.keys, "")
	if indented {
		note("body: indented")
	}
	if i.Principal != "" {
		note("principal: ")
		w.doubleQuoted(i.Principal)
	}
	if len(i.Holes) > 0 {
		note("holes: [")
		for n, h := range i.Holes {
			if n > 0 {
				w.key(0, ", ")
			}
			w.doubleQuoted(h.String())
		}
		before = "], "
		note("sum: ")
		w.doubleQuoted(i.sum())
	}
	w.line(0, "}")
}

const mostIndented = 8 << 20

// indent decides whether a response body is stored indented: if it can be read back exactly,
// for its JSON is compact and survives in a block. Nobody reads one of more than mostIndented
// bytes, and it would take several times its length. It appends the lines of the literal
// block to dst, and returns the length of the stored text.
func indent(dst []byte, body string, length int64) (block []byte, stored int64, ok bool) {
	if body == "" || len(body) > mostIndented || body[0] != '{' && body[0] != '[' {
		return dst, 0, false
	}
	block, breaks, printable, compact := jsondoc.Indent(dst, body, blockIndent)
	if !compact || !printable && !blockSafe(body) {
		return block, 0, false
	}
	stored = int64(len(block) - len(dst) - breaks*blockIndent)
	// A length that is that of the stored text could not be distinguished from one that describes it.
	return block, stored, breaks > 0 && length != stored
}
