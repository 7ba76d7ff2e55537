package cassette

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// writer writes parts of a cassette in the layout that reader reads.
type writer struct {
	out   bytes.Buffer
	block []byte // of a body that is stored indented
}

const margin = "          " // as deep as any line of ours

// key begins a line: so many spaces, and a text.
func (w *writer) key(indent int, text string) {
	w.out.WriteString(margin[:indent])
	w.out.WriteString(text)
}

// field writes a line that is done.
func (w *writer) field(indent int, key, value string) {
	w.key(indent, key)
	w.out.WriteString(value)
	w.out.WriteByte('\n')
}

// opening writes what stands before the first interaction.
func (w *writer) opening(m *Meta, count, holes int) {
	w.field(0, "---", "")
	w.field(0, "version: ", "2")
	w.header(m, count, holes)
	if count == 0 {
		w.field(0, "interactions: ", "[]")
		return
	}
	w.field(0, "interactions:", "")
}

// header writes our block, always with the number of interactions: it tells a file that
// was cut between two of them.
func (w *writer) header(m *Meta, count, holes int) {
	w.field(0, "graphvcr:", "")
	w.field(2, "format: ", strconv.Itoa(formatVersion))
	w.field(2, "interactions: ", strconv.Itoa(count))
	w.optional("origin: ", string(m.Origin))
	w.optional("source: ", m.Source)
	if !m.RecordedAt.IsZero() {
		w.field(2, "recorded-at: ", m.RecordedAt.UTC().Format(time.RFC3339Nano))
	}
	if m.Auth != nil {
		w.field(2, "auth:", "")
		w.key(4, "kind: ")
		w.scalar(m.Auth.Kind)
		w.strings(4, "scopes:", m.Auth.Scopes)
		w.strings(4, "roles:", m.Auth.Roles)
	}
	w.optional("cloud: ", m.Cloud)
	w.optional("rules: ", m.Rules)
	w.optional("client: ", m.Client)
	w.optional("expires: ", m.Expires)
	w.texts("vars:", m.Vars)
	w.strings(2, "redacted:", m.Redacted)
	if m.isSealed(holes) {
		w.optional("salt: ", m.Salt)
		w.field(2, "holes: ", strconv.Itoa(holes))
		w.texts("tags:", m.Tags)
		w.field(2, "sum: ", quotedAlways(sealOf(m, holes)))
	}
}

// texts writes a mapping of our block unless it is empty.
func (w *writer) texts(key string, values map[string]string) {
	if len(values) > 0 {
		w.field(2, key, "")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		w.name(4, name, " ")
		w.scalar(values[name])
	}
}

// optional writes a text of our block unless it is empty.
func (w *writer) optional(key, value string) {
	if value != "" {
		w.key(2, key)
		w.scalar(value)
	}
}

// strings writes a list of our block unless it is empty.
func (w *writer) strings(indent int, key string, values []string) {
	if len(values) > 0 {
		w.field(indent, key, "")
		w.items(indent+2, values)
	}
}

func (w *writer) items(indent int, values []string) {
	for _, v := range values {
		w.key(indent, "- ")
		w.scalar(v)
	}
}

// id writes the line that an interaction begins with.
func (w *writer) id(n int) { w.field(ourLayout.item, "- id: ", strconv.Itoa(n)) }

// notes writes what is ours to note about an interaction, beside how its body is stored.
func (w *writer) notes(i *Interaction) {
	between := ""
	note := func(key, value string) {
		w.out.WriteString(between)
		w.out.WriteString(key)
		w.out.WriteString(value)
		between = ", "
	}
	if i.Principal != "" {
		note("principal: ", quotedAlways(i.Principal))
	}
	if len(i.Holes) > 0 {
		var holes []string
		for _, h := range i.Holes {
			holes = append(holes, quotedAlways(h.String()))
		}
		note("holes: [", strings.Join(holes, ", ")+"]")
		note("sum: ", quotedAlways(i.sum()))
	}
}

// mark writes all that is ours to note.
func (w *writer) mark(notes []byte, indented bool) {
	if !indented && len(notes) == 0 {
		return
	}
	w.key(ourLayout.keys, "graphvcr: {")
	if indented {
		w.out.WriteString("body: indented")
		if len(notes) > 0 {
			w.out.WriteString(", ")
		}
	}
	w.out.Write(notes)
	w.out.WriteString("}\n")
}

const mostIndented = 8 << 20

// indent decides whether a response body is stored indented, leaves it in w.block as
// the lines of a literal block, and tells the length of the stored text. It is if it can
// be read back exactly: its JSON is compact, and survives in a block. Nobody reads one of
// more than mostIndented bytes, and it would take several times its length.
func (w *writer) indent(body string, length int64) (stored int64, ok bool) {
	if body == "" || len(body) > mostIndented || body[0] != '{' && body[0] != '[' {
		return 0, false
	}
	block, breaks, printable, compact := jsondoc.IndentBelow(w.block[:0], body, blockIndent)
	if w.block = block; !compact || !printable && !blockSafe(body) {
		return 0, false
	}
	stored = int64(len(block) - breaks*blockIndent)
	// A length that is that of the stored text could not be told from one that describes it.
	return stored, breaks > 0 && length != stored
}

// beforeLength writes the request, and of the response what stands before its length.
func (w *writer) beforeLength(i *Interaction) {
	w.field(ourLayout.keys, "request:", "")
	w.request(&i.Request)
	w.field(ourLayout.keys, "response:", "")
	p := &i.Response
	w.string("proto: ", p.Proto)
	w.number("proto_major: ", int64(p.ProtoMajor))
	w.number("proto_minor: ", int64(p.ProtoMinor))
	w.encodings(p.TransferEncoding)
	w.headers("trailer:", p.Trailer)
}

func (w *writer) request(q *Request) {
	w.string("proto: ", q.Proto)
	w.number("proto_major: ", int64(q.ProtoMajor))
	w.number("proto_minor: ", int64(q.ProtoMinor))
	w.number("content_length: ", q.ContentLength)
	w.encodings(q.TransferEncoding)
	w.headers("trailer:", q.Trailer)
	w.string("host: ", q.Host)
	w.string("remote_addr: ", q.RemoteAddr)
	w.string("request_uri: ", q.RequestURI)
	w.body(q.Body)
	w.headers("form:", q.Form)
	w.headers("headers:", q.Headers)
	w.string("url: ", q.URL)
	w.string("method: ", q.Method)
}

// afterLength writes what stands between a response's length and its body.
func (w *writer) afterLength(i *Interaction) {
	w.field(ourLayout.fields, "uncompressed: ", strconv.FormatBool(i.Response.Uncompressed))
}

// afterBody writes the end of a response.
func (w *writer) afterBody(i *Interaction) {
	p := &i.Response
	w.headers("headers:", p.Headers)
	w.string("status: ", p.Status)
	w.number("code: ", int64(p.Code))
	w.field(ourLayout.fields, "duration: ", p.Duration.String())
}

func (w *writer) string(key, value string) {
	w.key(ourLayout.fields, key)
	w.scalar(value)
}

func (w *writer) number(key string, n int64) {
	w.field(ourLayout.fields, key, strconv.FormatInt(n, 10))
}

func (w *writer) encodings(values []string) {
	switch {
	case values == nil:
		w.field(ourLayout.fields, "transfer_encoding: ", "null")
	case len(values) == 0:
		w.field(ourLayout.fields, "transfer_encoding: ", "[]")
	default:
		w.field(ourLayout.fields, "transfer_encoding:", "")
		w.items(ourLayout.names, values)
	}
}

// headers writes a mapping of names to lists, sorted by name. What is nil stays
// nil, which stock go-vcr reads as nil too.
func (w *writer) headers(key string, values map[string][]string) {
	w.key(ourLayout.fields, key)
	switch {
	case values == nil:
		w.out.WriteString(" null\n")
		return
	case len(values) == 0:
		w.out.WriteString(" {}\n")
		return
	}
	w.out.WriteByte('\n')
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list := values[name]
		switch {
		case list == nil:
			w.name(ourLayout.names, name, " null\n")
		case len(list) == 0:
			w.name(ourLayout.names, name, " []\n")
		default:
			w.name(ourLayout.names, name, "\n")
			w.items(ourLayout.values, list)
		}
	}
}

// longKey is how many bytes of a key YAML surely takes without a question mark.
const longKey = 512

// name writes a key that may be any text, a colon and what follows.
func (w *writer) name(indent int, name, then string) {
	if !plainKey(name) {
		name = quoted(name)
	}
	if len(name) > longKey {
		w.field(indent, "? ", name)
		name = ""
	}
	w.key(indent, name)
	w.out.WriteByte(':')
	w.out.WriteString(then)
}
