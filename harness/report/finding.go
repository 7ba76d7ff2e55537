package report

import (
	"cmp"
	"regexp"
	"strings"
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
		text = shortPath(f.Where) + " " + f.Is + f.Details
	case text != "":
	case f.Want != "" || f.Got != "":
		text = f.remarked(shortPath(f.Where) + ": got " + orNothing(f.Got) + ", want " + orNothing(f.Want))
	}
	if f.Part != "" {
		return f.Part + ": " + text
	}
	return text
}

func orNothing(value string) string { return cmp.Or(value, "(nothing)") }

func (f *Finding) remarked(text string) string {
	if f.Remark == "" {
		return text
	}
	return text + " " + f.Remark
}

// headline is the sentence without details, with the place in the answer before it where it does
// not name that.
func (f *Finding) headline() string {
	text := strings.TrimSuffix(f.Sentence(), f.Details)
	if f.Where == "" || f.namesWhere() || f.Missed != nil || f.Fingerprint != "" {
		return text
	}
	return shortPath(f.Where) + ": " + text
}

// block is the finding in lines: its headline, in which a line break is data that an escape
// stands for, and those of Details.
func (f *Finding) block() []string {
	block := []string{Visible(f.headline())}
	if f.Details != "" {
		block = append(block, lines(strings.TrimPrefix(f.Details, "\n"))...)
	}
	return block
}

// namesWhere reports whether the sentence begins with Where.
func (f *Finding) namesWhere() bool {
	return f.Message == "" || f.Part != "" && f.Part == f.Where
}

// saysValues reports whether the sentence states Want and Got.
func (f *Finding) saysValues() bool { return f.Message == "" && f.Is == "" }

// plainName is a member's name that needs no quotes in a path.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// shortPath is a normalized path (RFC 9535) as people write it: $.value[0].id for
// $['value'][0]['id'].
func shortPath(path string) string {
	at := strings.Index(path, "$[")
	if at < 0 {
		return path
	}
	var b strings.Builder
	if b.WriteString(path[:at]); at > 0 && path[at-1] != ' ' && path[at-1] != '.' { // of a request: request $.id
		b.WriteByte(' ')
	}
	b.WriteByte('$')
	rest := path[at+1:]
	for strings.HasPrefix(rest, "['") {
		end := strings.Index(rest, "']")
		if end < 0 || !plainName.MatchString(rest[2:end]) {
			end = endOfStep(rest)
			b.WriteString(rest[:end])
			rest = rest[end:]
		} else {
			b.WriteString("." + rest[2:end])
			rest = rest[end+2:]
		}
		for strings.HasPrefix(rest, "[") && !strings.HasPrefix(rest, "['") {
			end := endOfStep(rest)
			b.WriteString(rest[:end])
			rest = rest[end:]
		}
	}
	return b.String() + rest
}

// endOfStep is where the first step of a path ends, quotes heeded.
func endOfStep(path string) int {
	quoted := false
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && quoted:
			i++
		case path[i] == '\'':
			quoted = !quoted
		case path[i] == ']' && !quoted:
			return i + 1
		}
	}
	return len(path)
}
