package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/auth"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/lint"
	"github.com/graphvcr/graphvcr/harness/internal/permissions"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// addPermissions adds to the cases of scenarios what their recorded tokens lack and
// hold beyond the least privileged, and returns the scenarios. What does not load has
// been reported.
func addPermissions(p *project.Project, suite *report.Suite) []*scenario.Scenario {
	var all []*scenario.Scenario
	for i := range suite.Cases {
		c := &suite.Cases[i]
		if !lint.IsScenario(p, c.File) || slices.ContainsFunc(c.Findings, func(f report.Finding) bool { return f.Rule == project.RuleScenarioLoad }) {
			continue
		}
		sc, err := p.Scenario(c.File)
		if err != nil {
			continue
		}
		all = append(all, sc)
		recorded, err := p.Cassette(sc.Cassette)
		if err != nil || recorded.Meta.Auth == nil {
			continue
		}
		for _, f := range permissionFindings(sc, recorded.Meta.Auth) {
			f.Cassette = report.Place{File: recorded.File}
			c.Findings = append(c.Findings, f)
		}
	}
	return all
}

// permissionFindings compare what the steps list with what is kept of the token that
// a cassette was recorded with: that of the default identity, or of the only one.
func permissionFindings(sc *scenario.Scenario, kept *cassette.Auth) []report.Finding {
	steps := sc.AllSteps()
	var identities []string
	for _, step := range steps {
		identities = append(identities, step.As)
	}
	slices.Sort(identities)
	if identities = slices.Compact(identities); len(identities) == 0 || len(identities) > 1 && identities[0] != "" {
		return nil
	}
	claims := auth.Claims{Kind: auth.TokenKind(kept.Kind), Scopes: kept.Scopes, Roles: kept.Roles}
	return auth.Check(sc.File, steps, map[string]auth.Claims{identities[0]: claims})
}

// permissionSuite is what lint --permissions reports: the least privileged permissions
// that the scenarios need, and the findings about those of the recordings.
func permissionSuite(folder string, suite *report.Suite, scenarios []*scenario.Scenario) *report.Suite {
	result := &report.Suite{Command: suite.Command, Ordered: true}
	needs := report.Case{File: folder, Name: fmt.Sprintf("permissions of %s", fault.Count(len(scenarios), "scenario"))}
	for _, kind := range []auth.TokenKind{auth.Delegated, auth.Application} {
		needs.Findings = append(needs.Findings, needFinding(kind, scenarios))
	}
	if n := unlisted(scenarios); n > 0 {
		needs.Findings = append(needs.Findings, report.Finding{
			Rule: rulePermissionsUnlisted, Severity: report.Note,
			Message: fmt.Sprintf("%s no permissions, and may need some", verb(n, "step lists", "steps list")),
		})
	}
	for i := range needs.Findings {
		needs.Findings[i].Place.File = folder
	}
	result.Cases = append(result.Cases, needs)
	for _, c := range suite.Cases {
		c.Findings = slices.DeleteFunc(slices.Clone(c.Findings), func(f report.Finding) bool { return !f.Rule.Within("auth") })
		if len(c.Findings) > 0 {
			c.Status = ""
			result.Cases = append(result.Cases, c)
		}
	}
	return result
}

// byPermissionsFile adds what the project's permissions file says, if it has one.
func byPermissionsFile(p *project.Project, paths []string, result *report.Suite) error {
	all, err := permissions.Load(permissionsFile(p))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	result.Cases = append(result.Cases, lint.Permissions(p, paths, all)...)
	return nil
}

func verb(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func unlisted(scenarios []*scenario.Scenario) (n int) {
	for _, sc := range scenarios {
		for _, step := range sc.AllSteps() {
			if step.Permissions == nil && step.Auth != "none" {
				n++
			}
		}
	}
	return n
}

// needFinding says what a token of a kind needs for all steps that list permissions of
// it, and which do not.
func needFinding(kind auth.TokenKind, scenarios []*scenario.Scenario) report.Finding {
	var lists [][]string
	var without []string
	for _, sc := range scenarios {
		for _, step := range sc.AllSteps() {
			if step.Permissions == nil {
				continue
			}
			list := step.Permissions.Delegated
			if kind == auth.Application {
				list = step.Permissions.Application
			}
			if len(list) == 0 {
				without = append(without, fmt.Sprintf("%s:%d", sc.File, step.Line))
				continue
			}
			lists = append(lists, list)
		}
	}
	message := fmt.Sprintf("%s: %s %s", kind, verb(len(lists), "step needs", "steps need"), cmp.Or(strings.Join(lint.LeastPrivileged(lists), ", "), "nothing"))
	if n := len(without); n > 0 {
		message += fmt.Sprintf("; %s none of this kind: %s", verb(n, "step lists", "steps list"), strings.Join(without[:min(n, 5)], ", "))
		if n > 5 {
			message += ", ..."
		}
	}
	return report.Finding{Rule: permissionsRule(kind), Severity: report.Note, Message: message}
}
