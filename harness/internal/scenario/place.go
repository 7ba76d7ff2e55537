package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

// bodyPath is the RFC 9535 path that is a text of v, with the annotations quoted.
func bodyPath(v value, path string) Path { return pathOf(v.Fault, quoteAnnotations(path)) }

// pathOf is a path; one that is none is a fault, and leads to the root.
func pathOf(report func(advice, message string, args ...any), path string) Path {
	query, err := jsondoc.ParsePath(path)
	if err != nil {
		report("", "no RFC 9535 path: %v", err)
		return Path{text: root}
	}
	return Path{path, query}
}

// quoteAnnotations writes OData's annotations the way RFC 9535 wants them, since
// they are what people capture most: $.@odata.nextLink becomes
// $['@odata.nextLink'], and value[0].name@odata.type likewise. An annotation ends
// the path or is followed by a bracket. What stands in brackets is left alone.
func quoteAnnotations(path string) string {
	depth, start := 0, -1 // start of the present step, outside brackets
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case depth > 0 && (c == '\'' || c == '"'):
			i += quotedLength(path[i:]) - 1
		case c == '[':
			depth++
		case c == ']':
			depth--
			start = -1
		case depth == 0 && c == '.':
			start = i
		case depth == 0 && c == '@' && start >= 0:
			end := i + strings.IndexByte(path[i:]+"[", '[')
			return path[:start] + jsondoc.AppendPath("", path[start+1:end]) + quoteAnnotations(path[end:])
		}
	}
	return path
}

// quotedLength is the length of the quoted text that s begins with.
func quotedLength(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i + 1
		}
	}
	return len(s)
}

// captures reads where each variable gets its value from.
func (d *decoder) captures(v value, step *Step) []Capture {
	var list []Capture
	for name, m := range v.Members() {
		if !isPlainVariable(name) {
			m.KeyFault("use letters, digits, - and _", "%q is not a variable name", name)
		}
		c := Capture{Name: name, Line: m.KeyLine()}
		c.From, c.Source = captureSource(m.Value, step)
		list = append(list, c)
	}
	return list
}

// captureSource reads where a capture comes from. A path comes out as jsondoc.ParsePath
// reads it.
func captureSource(v value, step *Step) (from string, source Source) {
	from = v.Text()
	if v.Kind() != strictyaml.String {
		return "", source
	}
	if rest, ok := strings.CutPrefix(from, "parts."); ok {
		return partSource(v, rest, step)
	}
	return plainSource(v, from)
}

// plainSource reads status, header.NAME, body and body.PATH.
func plainSource(v value, from string) (string, Source) {
	if name, isHeader := strings.CutPrefix(from, "header."); isHeader {
		if !ascii.All(name, ascii.IsToken) {
			v.Fault("", "%q is not a header name", name)
		}
		return from, Source{Header: name}
	}
	if from == "body" || strings.HasPrefix(from, "body.") || strings.HasPrefix(from, "body[") {
		return bodySource(v, from)
	}
	if from != "status" {
		v.Fault(sourceAdvice(from), "nothing to capture from: %q", from)
	}
	return from, Source{}
}

func sourceAdvice(from string) string {
	word, rest, dotted := strings.Cut(from, ".")
	if !dotted {
		return cmp.Or(fault.Meant(from, []string{"status", "body"}), fmt.Sprintf("write body.%s for a property, header.%s for a header", from, from))
	}
	if nearest := fault.Nearest(word, []string{"body", "header", "parts"}); nearest != "" && nearest != word {
		return fault.DidYouMean(strconv.Quote(nearest + "." + rest))
	}
	return "write status, header.NAME, body, body.PATH or parts.ID.body.PATH"
}

// bodySource writes body[0] and body.@odata.x as body.PATH with a path that
// jsondoc knows; anything else stays as it is.
func bodySource(v value, from string) (string, Source) {
	path := root + strings.TrimPrefix(strings.TrimPrefix(from, "body"), "."+root)
	is := bodyPath(v, path)
	if is.text != path || strings.HasPrefix(path, root+"[") {
		from = "body." + is.text
	}
	return from, Source{Body: &is}
}

// cutPart splits what follows "parts." into the id of a part and the source in it; an id is
// free text and may hold dots.
func cutPart(rest string) (id, from string) {
	end := len(rest)
	for _, place := range []string{".status", ".header.", ".body"} {
		if i := strings.Index(rest, place); i >= 0 {
			end = min(end, i)
		}
	}
	return rest[:end], strings.TrimPrefix(rest[end:], ".")
}

func partSource(v value, rest string, step *Step) (string, Source) {
	id, from := cutPart(rest)
	if id == "" || from == "" {
		v.Fault("write parts.ID.body.PATH", "nothing to capture from: %q", v.Text())
		return "", Source{}
	}
	checkPartID(v.Fault, id, step)
	from, source := plainSource(v, from)
	source.Part = id
	return "parts." + id + "." + from, source
}

func (d *decoder) parts(v value, step *Step, title string) map[string]Expect {
	if !v.IsSet() {
		return nil
	}
	parts := map[string]Expect{}
	for id, m := range v.Members() {
		checkPartID(m.KeyFault, id, step)
		parts[id] = checkDecoder{d}.expect(m.Value, fmt.Sprintf("part %q of %s", id, title))
	}
	return parts
}

// checkPartID compares an id with those of the request's body, as far as they can
// be known before the run.
func checkPartID(report func(advice, message string, args ...any), id string, step *Step) {
	known, ok := batchIDs(step.Request.Body)
	if ok && !slices.Contains(known, id) {
		report(fault.Suggest(id, known), "the request has no part with the id %q", id)
	}
}

// batchIDs are the ids of the requests in a $batch body (concepts/json-batching).
// ok is false when they are not all written in the file.
func batchIDs(body *Template) (ids []string, ok bool) {
	if body == nil {
		return nil, false
	}
	top, _ := body.node.(object)
	requests, isList := top.named("requests").(list)
	if !isList {
		return nil, false
	}
	for _, r := range requests {
		request, _ := r.(object)
		id, isText := request.named("id").(text)
		if !isText || len(id) != 1 || id.isLone() {
			return nil, false
		}
		ids = append(ids, id[0].text)
	}
	return ids, true
}
