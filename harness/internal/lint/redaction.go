package lint

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/report"
)

// bitsOfTag is how much of a name a tag keeps.
const bitsOfTag = 20

// Redaction says what the cassettes at paths, or all of the project, say about the values
// that were replaced in them: of each name with a tag how many bits, summed over the
// cassettes that say the same; of all else how much there is of it.
func Redaction(ctx context.Context, p *project.Project, paths []string) (*report.Suite, error) {
	files, unfound := collect(p, paths)
	if len(files) == 0 && unfound != nil {
		return nil, unfound
	}
	said := sayings{tagged: map[string]*saying{}, ids: map[string]int{}}
	suite := &report.Suite{Command: "lint", Ordered: true, Cases: project.NotFound(ruleLintPath, unfound)}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("lint: %w", err)
		}
		if f.kind != isCassette {
			continue
		}
		c, err := p.Cassette(f.name)
		if err != nil {
			suite.Cases = append(suite.Cases, project.CouldNotRun(f.name, f.name, project.RuleCassetteLoad, err))
			continue
		}
		said.read(f.name, c)
	}
	suite.Cases = append(suite.Cases, said.cases(p.Dirs.Cassettes)...)
	suite.Finish()
	return suite, nil
}

// A saying is a name that tags say something about: where they are equal, so is the name.
type saying struct {
	names []string // its pseudonyms, each with its cassette behind the first
	file  string   // the first cassette
}

// sayings gathers what cassettes say.
type sayings struct {
	files, unsealed int
	tagged          map[string]*saying // by tag
	untagged        int                // pseudonyms of names without one
	ids             map[string]int
	credentials     int
	bytes           int
}

func (s *sayings) read(file string, c *cassette.Cassette) {
	s.files++
	if c.Meta.Salt == "" {
		s.unsealed++
	}
	census := redact.CensusOf(c)
	tagged := slices.Sorted(maps.Keys(c.Meta.Tags))
	named := strings.Join(tagged, "\n")
	for name := range census.Names {
		if !strings.Contains(named, name) {
			s.untagged++
		}
	}
	for _, name := range tagged {
		tag := c.Meta.Tags[name]
		one := s.tagged[tag]
		if one == nil {
			one = &saying{file: file}
			s.tagged[tag] = one
		}
		if file != one.file {
			name += " in " + file
		}
		one.names = append(one.names, name)
	}
	for id, n := range census.IDs {
		s.ids[id] += n
	}
	s.credentials += census.Credentials
	s.bytes += census.Bytes
}

// cases are the report: what is said of all, then the names with tags, by the first cassette
// that says it.
func (s *sayings) cases(folder string) []report.Case {
	all := report.Case{Name: fmt.Sprintf("what %d cassettes say about what was replaced", s.files), File: folder}
	say := func(c *report.Case, rule report.Rule, format string, args ...any) {
		c.Findings = append(c.Findings, report.Finding{Rule: rule, Severity: report.Note, Place: report.Place{File: c.File}, Message: fmt.Sprintf(format, args...)})
	}
	say(&all, ruleRedactionSays, "%d names have a tag: who has the salt and a candidate can confirm it to %d bits, and of 1,048,576 other names one fits", len(s.tagged), bitsOfTag)
	say(&all, ruleRedactionSays, "%d pseudonyms of names have none: they say in which order the values came, and of what form they are", s.untagged)
	say(&all, ruleRedactionSays, "%d ids, equal in all cassettes of the project: who has the salt and knows an id finds it, and nobody computes one back", len(s.ids))
	say(&all, ruleRedactionSays, "%d credentials are constants, and say nothing", s.credentials)
	say(&all, ruleRedactionSays, "%d texts are filler: they say how long what was there is", s.bytes)
	if s.unsealed > 0 {
		say(&all, ruleRedactionSays, "in %d cassettes nothing but secrets was replaced: of documentation, or by rules", s.unsealed)
	}
	cases := []report.Case{all}
	tags := slices.SortedFunc(maps.Keys(s.tagged), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.tagged[a].file, s.tagged[b].file), strings.Compare(s.tagged[a].names[0], s.tagged[b].names[0]))
	})
	for _, tag := range tags {
		one := s.tagged[tag]
		if last := &cases[len(cases)-1]; last.File != one.file {
			cases = append(cases, report.Case{Name: one.file, File: one.file})
		}
		chosen := ""
		if n, ok := identity.Nonce(tag); ok && n > 0 {
			chosen = ", chosen so that no name before fits"
		}
		say(&cases[len(cases)-1], ruleRedactionTag, "%s: %d bits (%s)%s", strings.Join(one.names, ", "), bitsOfTag, tag, chosen)
	}
	return cases
}
