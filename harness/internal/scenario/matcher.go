package scenario

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

// Matcher is a set of conditions; all that are set must hold.
type Matcher struct {
	Equals    *Template
	OneOf     []Template
	Format    string
	Pattern   string
	Type      string // string, number, integer, boolean, array, object, null
	Exists    *bool
	Min, Max  string // decimal; "" is unset
	Count     *Count
	Each      []Check // of every element
	Some      []Check // of at least one element
	JSON      []Check // of the document inside the string
	SameAs    *Reference
	NotBefore *Reference
	Line      int
}

// Count is the wanted number of elements, members or characters.
type Count struct{ Min, Max int } // Max < 0: no limit

// Reference names another value: a path in the same body ("$.id"),
// "header.NAME", or a template with variables.
type Reference struct {
	Path   *Path
	Header string
	Value  *Template
}

// keyword is a word that matchers are made of.
type keyword struct {
	name   string
	inText bool // also in the matcher of what is text by nature: a header, a body that is not JSON
	read   func(d matcherDecoder, v value, m *Matcher)
}

// keywords are all of them, in the order in which they are read. They are what makes a mapping
// under body a matcher; any other mapping names properties.
func keywords() []keyword {
	return []keyword{
		{"equals", true, func(d matcherDecoder, v value, m *Matcher) { m.Equals = set(d.template(v)) }},
		{"oneOf", true, func(d matcherDecoder, v value, m *Matcher) { m.OneOf = templates(v, d.template) }},
		{"format", true, func(_ matcherDecoder, v value, m *Matcher) { m.Format = formatName(v) }},
		{"pattern", true, func(_ matcherDecoder, v value, m *Matcher) { m.Pattern = pattern(v) }},
		{"type", false, func(_ matcherDecoder, v value, m *Matcher) { m.Type = word(v, typeWords) }},
		{"exists", true, func(_ matcherDecoder, v value, m *Matcher) { m.Exists = new(v.Bool()) }},
		{"absent", true, func(_ matcherDecoder, v value, m *Matcher) { readAbsent(v, m) }},
		{"min", true, func(_ matcherDecoder, v value, m *Matcher) { m.Min = string(v.Number()) }},
		{"max", true, func(_ matcherDecoder, v value, m *Matcher) { readMax(v, m) }},
		{"count", true, func(_ matcherDecoder, v value, m *Matcher) { m.Count = count(v) }},
		{"each", false, func(d matcherDecoder, v value, m *Matcher) { m.Each = d.checks(v, root) }},
		{"some", false, func(d matcherDecoder, v value, m *Matcher) { m.Some = d.checks(v, root) }},
		{"json", true, func(d matcherDecoder, v value, m *Matcher) { m.JSON = d.checks(v, root) }},
		{"sameAs", true, func(d matcherDecoder, v value, m *Matcher) { m.SameAs = d.sameAs(v) }},
		{"notBefore", true, func(d matcherDecoder, v value, m *Matcher) { m.NotBefore = d.reference(v) }},
		{"properties", false, func(matcherDecoder, value, *Matcher) {}}, // they become checks of their own
	}
}

// textKeywords are those of the matcher of what is text by nature.
func textKeywords() []keyword {
	return slices.DeleteFunc(keywords(), func(k keyword) bool { return !k.inText })
}

func namesOf(keywords []keyword) []string {
	var names []string
	for _, k := range keywords {
		names = append(names, k.name)
	}
	return names
}

// IsMatcher reports whether a key under body is one of a matcher, so that a property of that
// name is written under properties:.
func IsMatcher(key string) bool { return slices.Contains(namesOf(keywords()), key) }

// A matcherDecoder reads the matcher of what is JSON, or of what is text by nature: there
// template makes a text of any value, so that equals: 5 means the text "5".
type matcherDecoder struct {
	checkDecoder
	keywords []keyword
	template func(value) Template
}

func (d matcherDecoder) matcher(v value) Matcher {
	if lenMembers(v) == 0 {
		v.Fault("", "{} expects nothing")
	}
	m := Matcher{Line: v.Line()}
	for _, k := range d.keywords {
		if at := v.At(k.name); at.IsSet() {
			k.read(d, at, &m)
		}
	}
	return m
}

func templates(v value, read func(value) Template) []Template {
	list := items(v, read)
	if v.Kind() == strictyaml.List && len(list) == 0 {
		v.Fault("", "oneOf has no value")
	}
	return list
}

// readAbsent folds exists and absent, which say the same.
func readAbsent(v value, m *Matcher) {
	if m.Exists != nil {
		v.Fault("keep one of them", "exists and absent say the same thing twice")
		return
	}
	m.Exists = new(!v.Bool())
}

func formatName(v value) string {
	name := v.Text()
	if _, ok := identity.Lookup(name); !ok && v.Kind() == strictyaml.String {
		v.Fault(fault.Suggest(name, identity.Names()), "unknown format %q", name)
	}
	return name
}

// longestPattern bounds a pattern, which takes hundreds of times its length once compiled.
const longestPattern = 10_000

func pattern(v value) string {
	text := v.Text()
	if len(text) > longestPattern {
		v.Fault("", "a pattern of %d characters, and %d are the most", len(text), longestPattern)
		return ""
	}
	if _, err := regexp.Compile(text); err != nil {
		v.Fault("the syntax is that of Go's package regexp (RE2)", "not a pattern: %s",
			strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return text
}

// readMax refuses an empty range. Bounds that a float64 cannot tell apart are
// left to the run.
func readMax(v value, m *Matcher) {
	m.Max = string(v.Number())
	low, errLow := strconv.ParseFloat(m.Min, 64)
	high, errHigh := strconv.ParseFloat(m.Max, 64)
	if errLow == nil && errHigh == nil && low > high {
		v.Fault("", "max %s is less than min %s", m.Max, m.Min)
	}
}

// sameAs refuses a text that names nothing: that is what equals is for.
func (d checkDecoder) sameAs(v value) *Reference {
	ref := d.reference(v)
	if ref.Value != nil && len(ref.Value.Variables()) == 0 {
		v.Fault("name a path in the same body ($.id), header.NAME or a {variable}, or use equals",
			"sameAs names no other value")
	}
	return ref
}

func (d checkDecoder) reference(v value) *Reference {
	text := v.Text()
	if strings.HasPrefix(text, root) {
		path := bodyPath(v, text)
		return &Reference{Path: &path}
	}
	if name, ok := strings.CutPrefix(text, "header."); ok {
		if !ascii.All(name, ascii.IsToken) {
			v.Fault("", "%q is not a header name", name)
		}
		return &Reference{Header: name}
	}
	value := d.text(v)
	return &Reference{Value: &value}
}
