package scenario

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

const root = "$"

func (d checkDecoder) expect(v value, title string) Expect {
	if !v.IsSet() || !v.Only(title, expectKeys) {
		return Expect{}
	}
	if lenMembers(v) == 0 {
		v.Fault("", "%s is empty", title)
	}
	e := Expect{
		Status:  statuses(v.At("status")),
		Headers: d.headerChecks(v.At("headers")),
		Schema:  schemaName(v.At("schema")),
		Body:    d.checks(v.At("body"), root),
		Line:    v.Line(),
	}
	if text := v.At("text"); text.IsSet() {
		check := d.textCheck(text, "", "the check of text")
		e.Text = &check
	}
	if body := v.At("body"); e.Text != nil && body.IsSet() {
		body.Fault("keep one of them", "%s has both body and text", title)
	}
	return e
}

// A full type name (namespace and all), or a collection of one.
var typeName = regexp.MustCompile(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$`)

func schemaName(v value) string {
	name := v.Text()
	if v.Kind() == strictyaml.String && !typeName.MatchString(odata.Bare(name)) {
		v.Fault("write it as microsoft.graph.user or Collection(microsoft.graph.user)", "%q is not the full name of a type", name)
	}
	return name
}

// checks reads the grammar of a body. A scalar or a list is what the value must
// equal. A mapping of nothing but matcher keywords is a matcher; a mapping with
// none of them names properties, or paths relative to the value that begin with
// "$". A mix is refused, since Graph has properties called type and count.
func (d checkDecoder) checks(v value, where string) []Check {
	if !v.IsSet() {
		return nil
	}
	if v.Kind() != strictyaml.Mapping {
		equals := d.json(v)
		return []Check{{Where: pathOf(v.Fault, where), Matcher: Matcher{Equals: &equals, Line: v.Line()}, Line: v.Line()}}
	}
	words, others := sortKeys(v)
	switch {
	case len(words) > 0 && len(others) > 0:
		v.At(words[0]).Fault("put the properties under properties:",
			"%q is a matcher and %q is a property: they cannot stand side by side", words[0], others[0])
		return nil
	case len(words) > 0:
		return d.matched(v, where)
	}
	return d.properties(v, where)
}

// sortKeys separates the matcher keywords of a mapping from its other keys.
func sortKeys(v value) (words, others []string) {
	for key := range v.Members() {
		if IsMatcher(key) {
			words = append(words, key)
		} else {
			others = append(others, key)
		}
	}
	return words, others
}

func (d checkDecoder) properties(v value, where string) []Check {
	if v.Kind() == strictyaml.Mapping && lenMembers(v) == 0 {
		v.Fault("write equals: {} for an empty object, exists: true for any value", "{} expects nothing")
	}
	var list []Check
	for key, m := range v.Members() {
		at := jsondoc.AppendPath(where, key)
		if strings.HasPrefix(key, root) {
			path := pathOf(m.KeyFault, quoteAnnotations(key))
			at = where + strings.TrimPrefix(path.text, root)
		}
		d.doubt(key, m)
		nested := d.checks(m.Value, at)
		if m.Kind() != strictyaml.Mapping { // a scalar: its key is the place to look at
			for i := range nested {
				nested[i].Line = m.KeyLine()
			}
		}
		list = append(list, nested...)
	}
	return list
}

// doubt notes a property that may be a misspelt matcher: {fromat: guid} expects a
// property called fromat. Short words are near too many names.
func (d checkDecoder) doubt(key string, m strictyaml.Member) {
	if IsMatcher(key) {
		return // named under properties:
	}
	for _, word := range namesOf(keywords()) {
		same := strings.EqualFold(key, word)
		slip := len(word) >= 5 && len(key) <= len(word) && fault.Distance(key, word) == 1
		if same || slip {
			d.doubts = append(d.doubts, &fault.Error{
				Place:   fault.Place{Line: m.KeyLine()},
				Message: fmt.Sprintf("%q is read as a property", key),
				Hint:    fault.DidYouMean(fmt.Sprintf("the matcher %q", word)) + " If not, all is well",
			})
		}
	}
}

// matched is a matcher and what it says of properties, which become checks of
// their own.
func (d checkDecoder) matched(v value, where string) []Check {
	var list []Check
	if properties := v.At("properties"); !properties.IsSet() || lenMembers(v) > 1 {
		list = append(list, Check{Where: pathOf(v.Fault, where), Matcher: matcherDecoder{d, keywords(), d.json}.matcher(v), Line: v.Line()})
	}
	return append(list, d.properties(v.At("properties"), where)...)
}

func lenMembers(v value) int {
	words, others := sortKeys(v)
	return len(words) + len(others)
}

func (d checkDecoder) headerChecks(v value) []Check {
	var list []Check
	for name, m := range v.Members() {
		checkHeaderName(name, m)
		check := d.textCheck(m.Value, name, fmt.Sprintf("the check of header %q", name))
		check.Line = m.KeyLine()
		list = append(list, check)
	}
	return list
}

// textCheck reads the check of what is text by nature.
func (d checkDecoder) textCheck(v value, where, title string) Check {
	check := Check{Where: Path{text: where}, Line: v.Line()}
	switch v.Kind() {
	case strictyaml.Mapping:
		if words := textKeywords(); v.Only(title, namesOf(words)) {
			check.Matcher = matcherDecoder{d, words, d.text}.matcher(v)
		}
		return check
	case strictyaml.Null:
		v.Fault("write {absent: true} or {exists: true}", "%s is empty", title)
	case strictyaml.List:
		v.Fault("write {oneOf: [...]}", "%s is a list", title)
	default:
		equals := d.text(v)
		check.Matcher.Equals = &equals
	}
	check.Matcher.Line = v.Line()
	return check
}
