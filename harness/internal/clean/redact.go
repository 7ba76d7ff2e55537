package clean

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/graphvcr/graphvcr/harness/internal/saltfile"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/report"
)

// ruleRedacted is the rule of what redaction replaced.
const ruleRedacted report.Rule = "redact.replaced"

// Cassette redacts a cassette in place by the project's rules and says, in a note for
// each rule, how many values it replaced. The guard refuses to save what would leak
// all the same. A cassette without a salt gets that of the folder, which is made where
// there is none. Of documentation only secrets are replaced: its people are invented, and its
// ids must stay recognisable.
func Cassette(p *project.Project, c *cassette.Cassette, folder string) ([]report.Finding, cassette.Guard, error) {
	rules, options := p.Rules.Redact, redact.Options{}
	if c.Meta.Origin == cassette.Docs {
		rules.Identity, rules.Content, rules.Unknown = redact.Off, redact.Off, redact.Off
	} else {
		if options.Salt = c.Salt; options.Salt == nil {
			var err error
			if options.Salt, err = saltfile.Make(folder); err != nil {
				return nil, nil, fmt.Errorf("redact %s: %w", c.Name, err)
			}
		}
		if c.Meta.Salt != "" {
			options.Previous = c // its pseudonyms are in use
		}
	}
	r, err := redact.New(rules, options)
	if err != nil {
		return nil, nil, fmt.Errorf("redact %s: %w", c.Name, err)
	}
	notes := make([][]byte, len(c.Interactions))
	for n, i := range c.Interactions {
		c.Interactions[n], notes[n] = r.Record(i)
	}
	if err := r.Meta(&c.Meta, notes); err != nil {
		return nil, nil, fmt.Errorf("redact %s: %w", c.Name, err)
	}
	c.Salt = options.Salt
	summary := r.Summary()
	var findings []report.Finding
	for _, rule := range slices.Sorted(maps.Keys(summary)) {
		findings = append(findings, report.Finding{
			Rule: ruleRedacted, Severity: report.Note, Place: report.Place{File: c.File},
			Value: report.Value{Where: rule, Part: rule}, Message: fmt.Sprintf("replaced %d", summary[rule]),
		})
	}
	return append(findings, Unknown(c.File, r.Unknown())...), r.Guard(), nil
}

// ruleUnknown is the rule of what was replaced only because nothing knows it.
const ruleUnknown report.Rule = "redact.unknown"

// mostNamed is how many members a summary names.
const mostNamed = 10

// Unknown reports the members whose values were replaced only because nothing knows them,
// most of them first, with the line of the rules that keeps them.
func Unknown(file string, count map[string]int) []report.Finding {
	total, names := 0, slices.Sorted(maps.Keys(count))
	for _, n := range count {
		total += n
	}
	if total == 0 {
		return nil
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	slices.SortStableFunc(names, func(a, b string) int { return count[b] - count[a] })
	f := report.Finding{
		Rule: ruleUnknown, Severity: report.Note, Place: report.Place{File: file},
		Message: fmt.Sprintf("%d values were replaced only because nothing says that they are harmless", total),
	}
	if total == 1 {
		f.Message = "1 value was replaced only because nothing says that it is harmless"
	}
	var where []string
	if shown := names[:min(len(names), mostNamed)]; len(shown) > 0 {
		counts, listed := make([]string, len(shown)), make([]string, len(shown))
		for n, name := range shown {
			counts[n], listed[n] = fmt.Sprintf("%s (%d)", name, count[name]), asYAML(name)
		}
		at := "at " + strings.Join(counts, ", ")
		if more := len(names) - len(shown); more > 0 {
			at += fmt.Sprintf(" and %d more members", more)
		}
		where = append(where, at)
		f.Hint = "where they are harmless, rules.yaml keeps them: redact: {keep-members: [" + strings.Join(listed, ", ") + "]}"
	}
	if n := count[""]; n > 0 {
		where = append(where, fmt.Sprintf("in headers, addresses or members that Graph does not have (%d)", n))
	}
	f.Message += ", " + strings.Join(where, ", and ")
	return []report.Finding{f}
}

// asYAML is a name in a list of YAML, in quotes where it is more than letters: @odata.etag.
func asYAML(name string) string {
	if strings.ContainsFunc(name, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
		return strconv.Quote(name)
	}
	return name
}

// Redact applies the project's rules to a cassette file, one of stock go-vcr
// included, and writes it back unless dry. The case says what was replaced. A file
// that is clean is not touched.
func Redact(p *project.Project, file string, dry bool) (report.Case, error) {
	c, err := cassette.LoadUnsealed(file) // it is sealed again
	if err != nil {
		return report.Case{}, err
	}
	result := report.Case{Name: file, File: file}
	if dry && c.Salt == nil {
		c.Salt = []byte("nothing of it is stored")
	}
	findings, guard, err := Cassette(p, c, p.Dirs.SaltFolder(file))
	if err != nil {
		return result, err
	}
	result.Findings = findings
	if dry || len(findings) == 0 && c.Meta.Format > 0 {
		return result, nil
	}
	adopt(c)
	return result, c.Save(file, guard)
}

// adopt gives a file of stock go-vcr an origin.
func adopt(c *cassette.Cassette) {
	if c.Meta.Origin == "" {
		c.Meta.Origin, c.Meta.Source = cassette.Imported, "go-vcr"
	}
}
