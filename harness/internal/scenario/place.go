package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

// bodyPath checks an RFC 9535 path that is the text of v and returns it with the
// annotations quoted.
func bodyPath(v value, path string) string { return checkedPath(v.Fault, path) }

// checkedPath is bodyPath for a path that may also be a key.
func checkedPath(fault func(advice, message string, args ...any), path string) string {
	quoted := quoteAnnotations(path)
	if _, err := jsondoc.ParsePath(quoted); err != nil {
		fault("", "no RFC 9535 path: %v", err)
	}
	return quoted
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
		list = append(list, Capture{Name: name, From: captureSource(m.Value, step), Line: m.KeyLine()})
	}
	return list
}

// captureSource checks where a capture comes from. A path comes out as
// jsondoc.ParsePath takes it.
func captureSource(v value, step *Step) string {
	from := v.Text()
	if v.Kind() != strictyaml.String {
		return ""
	}
	if rest, ok := strings.CutPrefix(from, "parts."); ok {
		return partSource(v, rest, step)
	}
	return plainSource(v, from)
}

// plainSource checks status, header.NAME, body and body.PATH.
func plainSource(v value, from string) string {
	if name, ok := strings.CutPrefix(from, "header."); ok {
		if !headerName.MatchString(name) {
			v.Fault("", "%q is not a header name", name)
		}
		return from
	}
	if from == "status" {
		return from
	}
	if isBody(from) {
		return bodySource(v, from)
	}
	v.Fault(sourceAdvice(from), "nothing to capture from: %q", from)
	return from
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

// isBody reports whether the source is the body or a path in it.
func isBody(from string) bool {
	return from == "body" || strings.HasPrefix(from, "body.") || strings.HasPrefix(from, "body[")
}

// bodySource writes body[0] and body.@odata.x as body.PATH with a path that
// jsondoc knows; anything else stays as it is.
func bodySource(v value, from string) string {
	path := strings.TrimPrefix(from, "body")
	if path == "" {
		return from
	}
	if strings.HasPrefix(path, ".$") {
		return "body." + bodyPath(v, path[1:])
	}
	checked := bodyPath(v, root+path)
	if checked == root+path && strings.HasPrefix(path, ".") {
		return from
	}
	return "body." + checked
}

// CutPart splits what follows "parts." into the id of a part and the source in it; an id is
// free text and may hold dots.
func CutPart(rest string) (id, from string) {
	end := len(rest)
	for _, place := range []string{".status", ".header.", ".body"} {
		if i := strings.Index(rest, place); i >= 0 {
			end = min(end, i)
		}
	}
	return rest[:end], strings.TrimPrefix(rest[end:], ".")
}

// partSource checks parts.ID.SOURCE.
func partSource(v value, rest string, step *Step) string {
	id, from := CutPart(rest)
	if id == "" || from == "" {
		v.Fault("write parts.ID.body.PATH", "nothing to capture from: %q", v.Text())
		return ""
	}
	checkPartID(v.Fault, id, step)
	return "parts." + id + "." + plainSource(v, from)
}

// parts reads what is expected of the answers of a batch.
func (d *decoder) parts(v value, step *Step, title string) map[string]*Expect {
	if !v.IsSet() {
		return nil
	}
	parts := map[string]*Expect{}
	for id, m := range v.Members() {
		checkPartID(m.KeyFault, id, step)
		if parts[id] = (checkDecoder{d}).expect(m.Value, fmt.Sprintf("part %q of %s", id, title)); parts[id] == nil {
			delete(parts, id)
		}
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
