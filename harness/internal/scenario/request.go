package scenario

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

func (d requestDecoder) request(v value, title string) Request {
	title = "request of " + title
	if !v.Only(title, requestKeys) {
		return Request{}
	}
	v.Require(title, "method")
	oneOf(v, title, "path", "url")
	atMostOne(v, title, "body", "bodyFile", "text", "base64", "form", "multipart")
	return Request{
		Method:    word(v.At("method"), methodWords),
		Path:      d.path(v.At("path")),
		URL:       d.url(v.At("url")),
		Query:     d.query(v.At("query")),
		Headers:   d.headers(v.At("headers")),
		Body:      set(d.json(v.At("body"))),
		BodyFile:  bodyFile(v.At("bodyFile")),
		Text:      set(d.text(v.At("text"))),
		Base64:    base64Text(v.At("base64")),
		Form:      d.pairs(v.At("form")),
		Multipart: d.multipart(v.At("multipart"), title),
		Redirect:  word(v.At("redirect"), redirectWords),
		Line:      v.Line(),
	}
}

// oneOf wants exactly one of the keys.
func oneOf(v value, title string, keys ...string) {
	atMostOne(v, title, keys...)
	if !slices.ContainsFunc(keys, func(key string) bool { return v.At(key).IsSet() || v.Misspelt(key) }) {
		v.Fault("", "%s needs one of %s", title, strings.Join(keys, ", "))
	}
}

func atMostOne(v value, title string, keys ...string) {
	var first string
	for key, m := range v.Members() {
		switch {
		case !slices.Contains(keys, key):
		case first == "":
			first = key
		default:
			m.KeyFault("keep one of them", "%s has both %s and %s", title, first, key)
		}
	}
}

// set is nil for a template that is not there.
func set(t Template) *Template {
	if t.IsZero() {
		return nil
	}
	return &t
}

var versionPrefix = regexp.MustCompile(`^/(v1\.0|beta)(/|$)`)

func (d requestDecoder) path(v value) Template {
	t := d.text(v)
	s := v.Text()
	switch {
	case t.IsZero():
	case strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://"):
		v.Fault("give an absolute address under url", "path %s is absolute", shortened(s))
	case versionPrefix.MatchString(s):
		v.Fault("say the version with api: "+versionPrefix.FindStringSubmatch(s)[1], "path %s begins with a version", shortened(s))
	case !strings.HasPrefix(s, "/") && !startsWithVariable(t):
		v.Fault("", `path %s must begin with "/" or with a captured link`, shortened(s))
	}
	noControls(v, s)
	return t
}

func (d requestDecoder) url(v value) Template {
	t := d.text(v)
	s := v.Text()
	absolute := strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
	if !t.IsZero() && !absolute && !startsWithVariable(t) {
		v.Fault("give a path below the version under path", "url %s must begin with https:// or http://", shortened(s))
	}
	noControls(v, s)
	return t
}

func startsWithVariable(t Template) bool {
	pieces, ok := t.node.(text)
	return ok && len(pieces) > 0 && pieces[0].variable != ""
}

func noControls(v value, s string) {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		v.Fault("", "%s holds a control character", shortened(s))
	}
}

// pairs are the members of a mapping; a list is several pairs of one name.
func (d requestDecoder) pairs(v value) []Pair {
	var pairs []Pair
	for name, m := range v.Members() {
		values := []value{m.Value}
		if m.Kind() == strictyaml.List {
			values = m.Items()
		}
		for _, one := range values {
			pairs = append(pairs, Pair{Name: name, Value: d.text(one), Line: m.KeyLine()})
		}
	}
	return pairs
}

// query joins the list of a system option with commas, which is how $select and
// its like take several values (concepts/query-parameters); one option is never
// given twice.
func (d requestDecoder) query(v value) []Pair {
	var joined []Pair
	for _, p := range d.pairs(v) {
		last := len(joined) - 1
		if last >= 0 && joined[last].Name == p.Name && strings.HasPrefix(p.Name, "$") {
			first, _ := joined[last].Value.node.(text)
			second, _ := p.Value.node.(text)
			joined[last].Value = Template{slices.Concat(first, text{{text: ","}}, second)}
			continue
		}
		joined = append(joined, p)
	}
	return joined
}

func (d requestDecoder) headers(v value) []Pair {
	for name, m := range v.Members() {
		checkHeaderName(name, m)
		if m.Kind() == strictyaml.String {
			noControls(m.Value, m.Text())
		}
	}
	return d.pairs(v)
}

func checkHeaderName(name string, m strictyaml.Member) {
	if !ascii.All(name, ascii.IsToken) {
		m.KeyFault("", "%q is not a header name", name)
	}
}

func (d requestDecoder) multipart(v value, title string) []Part {
	var parts []Part
	for i, item := range v.Items() {
		parts = append(parts, d.part(item, fmt.Sprintf("part %d of %s", i+1, title)))
	}
	if v.Kind() == strictyaml.List && len(parts) == 0 {
		v.Fault("", "multipart has no part")
	}
	return parts
}

func (d requestDecoder) part(v value, title string) Part {
	if !v.Only(title, partKeys) {
		return Part{}
	}
	v.Require(title, "name")
	oneOf(v, title, "body", "text", "base64", "bodyFile")
	return Part{
		Name:        line(v.At("name")),
		Filename:    line(v.At("filename")),
		ContentType: line(v.At("contentType")),
		Body:        set(d.json(v.At("body"))),
		Text:        set(d.text(v.At("text"))),
		Base64:      base64Text(v.At("base64")),
		BodyFile:    bodyFile(v.At("bodyFile")),
	}
}

// bodyFile is relative to the folder of the scenario file.
func bodyFile(v value) string { return localFile(v, "the scenario's folder") }

var whiteSpace = strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "")

// base64Text is standard base64 with its padding; white space is dropped.
func base64Text(v value) string {
	encoded := whiteSpace.Replace(v.Text())
	if _, err := base64.StdEncoding.DecodeString(encoded); err != nil {
		v.Fault("", "not base64: %v", err)
	}
	return encoded
}
