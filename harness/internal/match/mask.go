package match

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A lifted request is a key in two parts: the mask, in which every value of identity
// is replaced by its kind, and the values, in the order of their places in the mask.
type lifted struct {
	mask   string // a digest
	values []value
	parts  []batchPart // of a batch, in the order of the mask
}

// A value is one identity value of a request.
type value struct {
	kind kind
	text string
}

// key is the form by which a value is looked up: kinds do not share values.
func (v value) key() string { return string(v.kind) + "\x00" + v.kind.folded(v.text) }

// lift takes the identity out of a request. It is pure, and the same for recorded and
// live requests.
func (n *softNames) lift(r *request) lifted {
	w := lifter{soft: n}
	w.line(r.key.Method, r.key.Principal)
	w.text(r.url.Host)
	w.address(r.url, r.effect.queries)
	w.text(r.key.Headers)
	w.line("")
	parts := w.payload(&r.body)
	return lifted{mask: digest("mask", w.mask), values: w.values, parts: parts}
}

// A lifter writes a mask.
type lifter struct {
	soft   *softNames
	mask   []byte
	values []value
}

// hole writes the place of a value. No text has a byte like it.
func (w *lifter) hole(k kind, text string) {
	w.mask = append(w.mask, '\xff')
	w.mask = append(w.mask, k...)
	w.mask = append(w.mask, '\xfe')
	w.values = append(w.values, value{k, text})
}

func (w *lifter) line(words ...string) {
	for _, word := range words {
		w.mask = append(w.mask, word...)
		w.mask = append(w.mask, '\n')
	}
}

// text writes a plain text with the atoms in it.
func (w *lifter) text(text string) {
	done := 0
	for _, a := range atomsIn(text) {
		w.mask = append(w.mask, text[done:a.start]...)
		w.hole(a.kind, text[a.start:a.end])
		done = a.end
	}
	w.mask = append(w.mask, text[done:]...)
}

// whole writes a value that stands by itself.
func (w *lifter) whole(text string) {
	if k := wholeKind(text); k != "" {
		w.hole(k, text)
		return
	}
	if domain, ok := strings.CutPrefix(text, "@"); ok && wholeKind(domain) == kindDomain { // endsWith(mail,'@contoso.com')
		w.mask = append(w.mask, '@')
		w.hole(kindDomain, domain)
		return
	}
	w.text(text)
}

// literals writes a text that may hold OData literals: 'x', with a quote in it doubled.
func (w *lifter) literals(text string) {
	for {
		before, rest, found := strings.Cut(text, "'")
		if !found {
			w.text(text)
			return
		}
		literal, after, closed := cutLiteral(rest)
		if !closed {
			w.text(text)
			return
		}
		w.text(before)
		w.mask = append(w.mask, '\'')
		switch {
		case !w.soft.literals:
			w.whole(literal)
		case asksForPart(before):
			w.softValue(kindPart, literal)
		default:
			w.softValue(kindWord, literal)
		}
		w.mask = append(w.mask, '\'')
		text = after
	}
}

// cutLiteral reads a literal behind its opening quote.
func cutLiteral(text string) (literal, after string, closed bool) {
	for i := 0; i < len(text); i++ {
		if text[i] != '\'' {
			continue
		}
		if i+1 < len(text) && text[i+1] == '\'' {
			i++
			continue
		}
		return strings.ReplaceAll(text[:i], "''", "'"), text[i+1:], true
	}
	return "", "", false
}

// asksForPart reports whether the literal behind a text is an argument of a function
// that compares a part of a value.
func asksForPart(before string) bool {
	call := strings.ToLower(before[:strings.LastIndexByte(before, '(')+1])
	return hasAnySuffix(call, "startswith(", "endswith(", "contains(")
}

func hasAnySuffix(text string, suffixes ...string) bool {
	return slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(text, s) })
}

// softValue writes a value that its place tells to be redacted text. One with ids in it
// is told by them; a domain is told from a file's name only by what redaction made of it.
func (w *lifter) softValue(k kind, text string) {
	if whole := wholeKind(text); whole != "" && whole != kindDomain || len(atomsIn(text)) > 0 {
		w.whole(text)
		return
	}
	w.hole(k, text)
}

// address writes the path and the options of a URL, those that rules ignore left out.
func (w *lifter) address(u *graphurl.URL, ignored []string) {
	w.line(u.Version)
	for _, s := range u.Segments {
		w.mask = append(w.mask, '/', '0'+byte(s.Kind))
		switch {
		case s.Kind == graphurl.Key && wholeKind(s.Text) == "" && len(atomsIn(s.Text)) == 0 && isOpaqueID(s.Text):
			w.hole(kindID, s.Text)
		case s.Kind == graphurl.Key:
			w.whole(s.Text)
		case s.Kind == graphurl.ColonPath && w.soft.files:
			for name := range fileNames(s.Text) {
				w.mask = append(w.mask, '/')
				w.softValue(kindWord, name)
			}
		default:
			w.text(s.Text)
		}
		for _, a := range s.Args {
			w.mask = append(w.mask, '(')
			w.option(a)
		}
	}
	w.line("")
	for _, o := range u.Options {
		if !slices.Contains(ignored, optionName(o.Name)) {
			w.option(o)
			w.line("")
		}
	}
}

func (w *lifter) option(o graphurl.Option) {
	w.mask = append(append(w.mask, o.Name...), '=')
	switch optionName(o.Name) {
	case "skiptoken", "deltatoken", "token":
		w.hole(kindToken, o.Value)
	case "search":
		w.search(o.Value)
	default:
		w.literals(o.Value)
	}
}

// payload writes a body. The parts of a batch are returned in the order in which
// they were written.
func (w *lifter) payload(p *payload) []batchPart {
	switch {
	case p.batch != nil:
		return w.batch(p.batch)
	case p.isJSON():
		w.json("", p.document())
	case p.form != nil:
		w.form(p.form)
	case p.parts != nil:
		for i := range p.parts {
			w.line(p.parts[i].name)
			w.partHeaders(p.parts[i].headers)
			w.payload(&p.parts[i].body)
			w.line("")
		}
	case w.soft.bytes && len(p.text) > 0:
		w.hole(kindBody, string(p.text))
	default:
		w.line(p.digest)
	}
	return nil
}

// A masked is something of a set, which is ordered by mask since values have no order
// that two tenants share.
type masked[T any] struct {
	lifter
	of T
}

func sortedByMask[T any](list []masked[T]) {
	slices.SortStableFunc(list, func(a, b masked[T]) int { return cmp.Compare(string(a.mask), string(b.mask)) })
}

func (w *lifter) add(other lifter) {
	w.mask = append(w.mask, other.mask...)
	w.values = append(w.values, other.values...)
}

func (w *lifter) form(form []pair) {
	fields := make([]masked[pair], len(form))
	for i, field := range form {
		fields[i] = masked[pair]{lifter{soft: w.soft}, field}
		fields[i].line(field.name)
		fields[i].string(field.name, field.value)
		fields[i].line("")
	}
	sortedByMask(fields)
	for _, field := range fields {
		w.add(field.lifter)
	}
}

func (w *lifter) json(name string, doc any) {
	switch doc := doc.(type) {
	case string:
		w.mask = append(w.mask, '"')
		w.string(name, doc)
		w.mask = append(w.mask, '"')
	case []any:
		w.mask = append(w.mask, '[')
		for _, element := range doc {
			w.json(name, element)
			w.mask = append(w.mask, ',')
		}
		w.mask = append(w.mask, ']')
	case map[string]any:
		w.object(doc)
	default:
		w.mask = jsondoc.Canonical(w.mask, doc)
	}
}

// object writes members by the masks of their names, since ids may be names
// (assignments of a planner task).
func (w *lifter) object(doc map[string]any) {
	members := make([]masked[string], 0, len(doc))
	for name := range doc {
		m := masked[string]{lifter{soft: w.soft}, name}
		m.text(name)
		members = append(members, m)
	}
	slices.SortFunc(members, func(a, b masked[string]) int {
		return cmp.Or(cmp.Compare(string(a.mask), string(b.mask)), cmp.Compare(a.of, b.of))
	})
	w.mask = append(w.mask, '{')
	for _, m := range members {
		w.add(m.lifter)
		w.mask = append(w.mask, ':')
		w.json(m.of, doc[m.of])
		w.mask = append(w.mask, ',')
	}
	w.mask = append(w.mask, '}')
}

// string writes the value of a member or field: JSON, a link, or a text.
func (w *lifter) string(name, text string) {
	switch {
	case isNested(text):
		if doc, err := jsondoc.Parse(text); err == nil {
			w.json(name, doc)
			return
		}
		w.text(text)
	case isLink(text):
		if plain, err := url.PathUnescape(text); err == nil {
			text = plain
		}
		w.literals(text)
	case w.soft.members[strings.ToLower(name)]:
		w.softValue(kindWord, text)
	default:
		w.whole(text)
	}
}

func isNested(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n")
	return len(text) > 1 && (text[0] == '{' || text[0] == '[')
}

func isLink(text string) bool {
	return strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "/")
}

// batch writes the parts by their masks, equal ones by position.
func (w *lifter) batch(b *batch) []batchPart {
	own := slices.Clone(b.parts)
	slices.SortFunc(own, func(p, q batchPart) int { return cmp.Compare(p.position, q.position) })
	values := make([][]value, len(own))
	for i := range own {
		part := lifter{soft: w.soft}
		part.part(&own[i])
		own[i].asks, values[i] = string(part.mask), part.values
	}
	shadow := batch{parts: own, rest: b.rest}
	shadow.order()
	for _, part := range shadow.parts {
		w.line(part.label)
		w.values = append(w.values, values[part.position]...)
	}
	w.mask = append(w.mask, b.rest...)
	return shadow.parts
}

func (w *lifter) part(p *batchPart) {
	w.line(p.method)
	if p.url != nil {
		w.line(p.url.Host)
		w.address(p.url, nil)
	} else {
		w.text(p.path)
	}
	w.text(p.headers)
	w.line("")
	if p.body.digest != "" {
		w.json("", p.body.doc)
	}
}
