package scenario

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

// matcher reads a mapping of matcher keywords; properties is the caller's.
func (d checkDecoder) matcher(v value) Matcher {
	m := d.commonMatcher(v)
	m.Equals = set(d.json(v.At("equals")))
	m.OneOf = templates(v.At("oneOf"), d.json)
	m.Type = word(v.At("type"), typeWords)
	m.Each = d.checks(v.At("each"), root)
	m.Some = d.checks(v.At("some"), root)
	return m
}

// textMatcher reads the matcher of what is text by nature, so that equals: 5
// means the text "5".
func (d checkDecoder) textMatcher(v value) Matcher {
	m := d.commonMatcher(v)
	m.Equals = set(d.text(v.At("equals")))
	m.OneOf = templates(v.At("oneOf"), d.text)
	return m
}

func (d checkDecoder) commonMatcher(v value) Matcher {
	if lenMembers(v) == 0 {
		v.Fault("", "{} expects nothing")
	}
	m := Matcher{
		Format:    formatName(v.At("format")),
		Pattern:   pattern(v.At("pattern")),
		Exists:    exists(v),
		Min:       string(v.At("min").Number()),
		Max:       string(v.At("max").Number()),
		Count:     count(v.At("count")),
		JSON:      d.checks(v.At("json"), root),
		SameAs:    d.reference(v.At("sameAs")),
		NotBefore: d.reference(v.At("notBefore")),
		Line:      v.Line(),
	}
	if sameAs := m.SameAs; sameAs != nil && sameAs.Value != nil && len(sameAs.Value.Variables()) == 0 {
		v.At("sameAs").Fault("name a path in the same body ($.id), header.NAME or a {variable}, or use equals",
			"sameAs names no other value")
	}
	checkRange(v.At("max"), m.Min, m.Max)
	return m
}

func templates(v value, read func(value) Template) []Template {
	var list []Template
	for _, item := range v.Items() {
		list = append(list, read(item))
	}
	if v.Kind() == strictyaml.List && len(list) == 0 {
		v.Fault("", "oneOf has no value")
	}
	return list
}

// exists folds exists and absent, which say the same.
func exists(v value) *bool {
	exists, absent := v.At("exists"), v.At("absent")
	switch {
	case exists.IsSet() && absent.IsSet():
		absent.Fault("keep one of them", "exists and absent say the same thing twice")
	case exists.IsSet():
		is := exists.Bool()
		return &is
	case absent.IsSet():
		is := !absent.Bool()
		return &is
	}
	return nil
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

// checkRange refuses an empty range. Bounds that a float64 cannot tell apart are
// left to the run.
func checkRange(v value, low, high string) {
	if low == "" || high == "" {
		return
	}
	a, errA := strconv.ParseFloat(low, 64)
	b, errB := strconv.ParseFloat(high, 64)
	if errA == nil && errB == nil && a > b {
		v.Fault("", "max %s is less than min %s", high, low)
	}
}

// reference reads the other value of sameAs and notBefore.
func (d checkDecoder) reference(v value) *Reference {
	if !v.IsSet() {
		return nil
	}
	text := v.Text()
	if strings.HasPrefix(text, root) {
		return &Reference{Path: bodyPath(v, text)}
	}
	if name, ok := strings.CutPrefix(text, "header."); ok {
		if !headerName.MatchString(name) {
			v.Fault("", "%q is not a header name", name)
		}
		return &Reference{Header: name}
	}
	value := d.text(v)
	return &Reference{Value: &value}
}
