package lint

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/permissions"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Permissions is what a suite of Run says of permissions, and with it those that are needed at
// paths, none being the whole project: by the scenarios, the least privileged of each kind; and,
// where the project has Microsoft's permissions file, by every request that was recorded, what the
// recorded token held beyond them, and where a step, which has its permissions of a page of
// documentation, says otherwise.
func Permissions(p *project.Project, paths []string, linted *report.Suite) (*report.Suite, error) {
	var scenarios []*scenario.Scenario
	var cassettes []string
	files, _ := collect(p, paths) // what is not there has been reported
	for _, f := range files {
		switch f.kind {
		case isCassette:
			cassettes = append(cassettes, f.name)
		case isScenario:
			sc, err := p.Scenario(f.name)
			if err != nil {
				continue
			}
			scenarios = append(scenarios, sc)
			if file, err := p.CassetteFile(sc.Cassette); err == nil {
				cassettes = append(cassettes, file)
			}
		}
	}
	result := &report.Suite{Command: linted.Command, Ordered: true, Cases: []report.Case{needs(p.Dirs.Scenarios, scenarios)}}
	for _, c := range linted.Cases {
		c.Findings = slices.DeleteFunc(slices.Clone(c.Findings), func(f report.Finding) bool { return !f.Rule.Within("auth") })
		if len(c.Findings) > 0 {
			c.Status = ""
			result.Cases = append(result.Cases, c)
		}
	}
	all, err := permissions.Load(filepath.Join(p.Dirs.Schemas, permissions.FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return result, nil
	}
	if err != nil {
		return nil, err
	}
	l := &permissionLint{all: all, lists: map[permissions.Kind][][]string{}, without: map[permissions.Kind]int{}}
	for _, sc := range scenarios {
		l.scenario(sc)
	}
	slices.Sort(cassettes)
	for _, file := range slices.Compact(cassettes) {
		if c, err := p.Cassette(file); err == nil {
			l.cassette(c)
		}
	}
	result.Cases = append(append(result.Cases, l.sum()), l.cases...)
	return result, nil
}

// needs are the least privileged permissions that the scenarios of a folder need.
func needs(folder string, scenarios []*scenario.Scenario) report.Case {
	one := report.Case{File: folder, Name: "permissions of " + fault.Count(len(scenarios), "scenario")}
	add := func(rule report.Rule, message string) {
		one.Findings = append(one.Findings, report.Finding{Rule: rule, Severity: report.Note, Place: report.Place{File: folder}, Message: message})
	}
	lists, without, unlisted := map[permissions.Kind][][]string{}, map[permissions.Kind][]string{}, 0
	for _, sc := range scenarios {
		for _, step := range sc.AllSteps() {
			if step.Permissions == nil && step.Auth != "none" {
				unlisted++
			}
			for kind, list := range listed(&step) {
				if len(list) > 0 {
					lists[kind] = append(lists[kind], list)
				} else {
					without[kind] = append(without[kind], fmt.Sprintf("%s:%d", sc.File, step.Line))
				}
			}
		}
	}
	for _, kind := range []permissions.Kind{permissions.Delegated, permissions.Application} {
		least := cmp.Or(strings.Join(leastPrivileged(lists[kind]), ", "), "nothing")
		message := fmt.Sprintf("%s: %s %s", kindName[kind], verb(len(lists[kind]), "step needs", "steps need"), least)
		if n := len(without[kind]); n > 0 {
			message += fmt.Sprintf("; %s none of this kind: %s", verb(n, "step lists", "steps list"), strings.Join(without[kind][:min(n, 5)], ", "))
			if n > 5 {
				message += ", ..."
			}
		}
		add(permissionsRule(kind), message)
	}
	if unlisted > 0 {
		add(rulePermissionsUnlisted, verb(unlisted, "step lists", "steps list")+" no permissions, and may need some")
	}
	return one
}

func verb(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// listed are the permissions that a step lists, if it does, by kind.
func listed(step *scenario.Step) map[permissions.Kind][]string {
	if step.Permissions == nil {
		return nil
	}
	return map[permissions.Kind][]string{permissions.Delegated: step.Permissions.Delegated, permissions.Application: step.Permissions.Application}
}

type permissionLint struct {
	all              *permissions.Map
	cases            []report.Case
	covered, outside int                             // requests
	lists            map[permissions.Kind][][]string // of all covered requests
	without          map[permissions.Kind]int        // covered requests that a kind of token is not supported for
}

// covered is a kind of request that the permissions file has.
type covered struct {
	what        string
	need        permissions.Need
	line, times int // of the first, and how many
}

// cassette says what the requests of a cassette take, each kind of request once.
func (l *permissionLint) cassette(c *cassette.Cassette) {
	one := report.Case{Name: c.File, File: c.File}
	byKind, outside := map[string]*covered{}, map[string]int{}
	var order []*covered
	for _, i := range c.Interactions {
		requests, _, _ := project.RequestsOf(i)
		for _, r := range requests {
			need, ok := l.all.Of(r.Method, r.URL)
			if !ok {
				l.outside++
				outside[r.Method+" "+template(r.URL)]++
				continue
			}
			l.covered++
			key := r.Method + " " + need.Path
			if byKind[key] == nil {
				byKind[key] = &covered{what: key, need: need, line: i.Line}
				order = append(order, byKind[key])
			}
			byKind[key].times++
		}
	}
	for _, r := range order {
		f := report.Finding{
			Rule: rulePermissionsRequest, Severity: report.Note, Place: report.Place{File: c.File, Line: r.line},
			Message: r.what + timesOf(r.times),
		}
		for _, kind := range kinds {
			f.Details += fmt.Sprintf("\n%-12s %s", kindName[kind], strings.Join(r.need.Of(kind), ", "))
			if list := r.need.Of(kind); len(list) > 0 {
				l.lists[kind] = append(l.lists[kind], list)
			} else {
				f.Details += "not supported"
				l.without[kind]++
			}
		}
		one.Findings = append(one.Findings, f)
	}
	for _, what := range slices.Sorted(maps.Keys(outside)) {
		one.Findings = append(one.Findings, report.Finding{
			Rule: rulePermissionsUncovered, Severity: report.Note, Place: report.Place{File: c.File}, Message: "the permissions file says nothing of " + what + timesOf(outside[what]),
		})
	}
	one.Findings = append(one.Findings, l.token(c, order)...)
	if len(one.Findings) > 0 {
		l.cases = append(l.cases, one)
	}
}

func timesOf(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(" (%d times)", n)
}

// template is an address without what it holds.
func template(address string) string {
	u, err := graphurl.Parse(address)
	if err != nil {
		return "an address that cannot be read"
	}
	return u.Template()
}

// kinds are those of tokens, in the order of the report.
var kinds = []permissions.Kind{permissions.Delegated, permissions.Application, permissions.Personal}

var kindName = map[permissions.Kind]string{
	permissions.Delegated: "delegated", permissions.Application: "application", permissions.Personal: "personal",
}

// signIn are the scopes that no request of Graph's takes.
var signIn = []string{"openid", "profile", "email", "offline_access"}

// token says what the token that a cassette was recorded with held beyond what its requests
// take, and for which it held nothing.
func (l *permissionLint) token(c *cassette.Cassette, order []*covered) (found []report.Finding) {
	if c.Meta.Auth == nil {
		return nil
	}
	kind, held := permissions.Delegated, c.Meta.Auth.Scopes
	if c.Meta.Auth.Kind == kindName[permissions.Application] {
		kind, held = permissions.Application, c.Meta.Auth.Roles
	}
	note := func(rule report.Rule, message string) {
		found = append(found, report.Finding{Rule: rule, Severity: report.Note, Place: report.Place{File: c.File}, Message: message})
	}
	better := map[string][]string{} // a permission that was of use -> what would have done
	for _, r := range order {
		list := r.need.Of(kind)
		used := slices.IndexFunc(list, func(name string) bool {
			return slices.ContainsFunc(held, func(other string) bool { return strings.EqualFold(other, name) })
		})
		switch {
		case len(list) == 0:
			note(rulePermissionsLacks, r.what+": the file says that "+kindName[kind]+" tokens are not supported, and one was used")
		case used < 0 && !slices.ContainsFunc(list, isPerResource):
			note(rulePermissionsLacks, r.what+": the token holds none of "+strings.Join(list, ", "))
		case used >= 0 && !slices.Contains(better[list[used]], list[0]):
			better[list[used]] = append(better[list[used]], list[0])
		}
	}
	var said []string
	for _, name := range held {
		of, used := better[name]
		switch {
		case slices.Contains(signIn, strings.ToLower(name)), used && slices.Contains(of, name):
		case used:
			said = append(said, name+" where "+strings.Join(of, " and ")+" would do")
		default:
			said = append(said, name)
		}
	}
	if len(said) > 0 {
		note(rulePermissionsBeyond, "beyond what the requests take, the token held "+strings.Join(said, ", "))
	}
	return found
}

// isPerResource knows the names of resource-specific consent, which tokens need not show.
func isPerResource(name string) bool {
	return strings.HasSuffix(name, ".Chat") || strings.HasSuffix(name, ".Group") || strings.HasSuffix(name, ".Selected")
}

// scenario reports where what the steps list is not what the file says.
func (l *permissionLint) scenario(sc *scenario.Scenario) {
	one := report.Case{Name: sc.Name, File: sc.File}
	for _, step := range sc.AllSteps() {
		path, err := step.Request.Path.ExpandText(func(name string) (any, bool) { return "{" + name + "}", true }, nil)
		if err != nil || !strings.HasPrefix(path, "/") {
			continue
		}
		need, ok := l.all.Of(step.Request.Method, path)
		if !ok {
			continue
		}
		for kind, list := range listed(&step) {
			for _, message := range against(kind, list, need) {
				one.Findings = append(one.Findings, report.Finding{
					Rule: rulePermissionsPage, Severity: report.Warning, Step: step.Name, Place: report.Place{File: sc.File, Line: step.Line},
					Message: step.Request.Method + " " + need.Path + ": " + message,
				})
			}
		}
	}
	slices.SortFunc(one.Findings, func(a, b report.Finding) int { return strings.Compare(a.Step+a.Message, b.Step+b.Message) })
	if len(one.Findings) > 0 {
		l.cases = append(l.cases, one)
	}
}

// against says in what a list of a step and that of the file differ, so that it matters: what
// would not do, and what is less privileged than the first.
func against(kind permissions.Kind, list []string, need permissions.Need) (said []string) {
	var wrong []string
	for _, name := range list {
		if plain := strings.TrimSuffix(name, "*"); !need.Has(kind, plain) {
			wrong = append(wrong, plain)
		}
	}
	if len(wrong) > 0 {
		said = append(said, fmt.Sprintf("the step lists %s (%s), which the permissions file does not", strings.Join(wrong, ", "), kindName[kind]))
	}
	all := need.Of(kind)
	isLeast := func(name string) bool { return strings.EqualFold(strings.TrimSuffix(name, "*"), all[0]) }
	if len(list) > 0 && len(all) > 0 && !slices.ContainsFunc(list, isLeast) {
		said = append(said, fmt.Sprintf("the least privileged is %s (%s), which the step does not list", all[0], kindName[kind]))
	}
	return said
}

// sum says how many requests there were, and what all of them take together.
func (l *permissionLint) sum() report.Case {
	one := report.Case{Name: fmt.Sprintf("%d recorded requests by the permissions file: %d covered, %d not", l.covered+l.outside, l.covered, l.outside)}
	for _, kind := range kinds {
		chosen := leastPrivileged(l.lists[kind])
		if len(chosen) == 0 {
			continue
		}
		message := kindName[kind] + ": together they take " + strings.Join(chosen, ", ")
		if n := l.without[kind]; n > 0 {
			message += fmt.Sprintf("; not supported for %d of %d kinds of request", n, n+len(l.lists[kind]))
		}
		one.Findings = append(one.Findings, report.Finding{Rule: rulePermissionsLeast, Severity: report.Note, Message: message})
	}
	return one
}

// leastPrivileged is a set that holds one of each list, as low in privilege as may be:
// what is the only choice somewhere is chosen first, then of each list that has none yet
// the first.
func leastPrivileged(lists [][]string) []string {
	var chosen []string
	lists = slices.Clone(lists)
	slices.SortStableFunc(lists, func(a, b []string) int { return cmp.Compare(min(len(a), 2), min(len(b), 2)) })
	for _, list := range lists {
		if !slices.ContainsFunc(list, func(name string) bool { return slices.Contains(chosen, name) }) {
			chosen = append(chosen, list[0])
		}
	}
	slices.Sort(chosen)
	return chosen
}
