package report

import (
	"cmp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/visible"
)

// A Rule is the stable id of what a finding is about: "expect.equals", "schema.format",
// "replay.miss". Each is a constant beside the code that reports it; ids that are made of
// another vocabulary (a schema's keyword, a change of the API) are made by one function.
type Rule string

// Within reports whether a rule is one of a family: "auth.lacks" is within "auth".
func (r Rule) Within(family string) bool {
	name, _, _ := strings.Cut(string(r), ".")
	return name == family
}

// Name is the id within its family: "lacks" of "auth.lacks".
func (r Rule) Name() string {
	_, name, _ := strings.Cut(string(r), ".")
	return name
}

// Sentence is the whole of what a finding says, but for its hint and its places in files.
func (f *Finding) Sentence() string {
	text := f.Message + f.Details
	switch {
	case f.Message == "" && f.Is != "":
		text = visible.Path(f.Where) + " " + f.Is + f.Details
	case text != "":
	case f.Want != "" || f.Got != "":
		text = strings.TrimSuffix(visible.Path(f.Where)+": got "+orNothing(f.Got)+", want "+orNothing(f.Want)+" "+f.Remark, " ")
	}
	if f.Part != "" {
		return f.Part + ": " + text
	}
	return text
}

func orNothing(value string) string { return cmp.Or(value, "(nothing)") }
