package report

import "strings"

// A Rule is the stable id of what a finding is about: "expect.equals", "schema.format",
// "replay.miss". Each is a constant beside the code that tells it; ids that are made of
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
		text = f.Where + " " + f.Is + f.Details
	case text != "":
	case f.Want != "" || f.Got != "":
		text = f.remarked(f.Where + " is " + f.Got + ", wanted " + f.Want)
	}
	if f.Part != "" {
		return f.Part + ": " + text
	}
	return text
}

func (f *Finding) remarked(text string) string {
	if f.Remark == "" {
		return text
	}
	return text + " " + f.Remark
}

// block is brief in lines: one for what is said, in which a line break is data that an escape
// stands for, and those of Details.
func (f *Finding) block() []string {
	told, detailed := strings.CutSuffix(f.brief(), f.Details)
	block := []string{Visible(told)}
	if detailed && f.Details != "" {
		block = append(block, lines(strings.TrimPrefix(f.Details, "\n"))...)
	}
	return block
}

// namesWhere reports whether the sentence begins with Where.
func (f *Finding) namesWhere() bool {
	return f.Part == "" && f.Message == "" || f.Part != "" && f.Part == f.Where
}

// brief is the sentence beside the lines that show Want and Got, which it does not repeat.
func (f *Finding) brief() string {
	if f.Part == "" && f.Message == "" && f.Is == "" && f.Want != "" {
		return f.remarked(f.Where + " is not what was wanted")
	}
	return f.Sentence()
}
