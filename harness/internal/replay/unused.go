package replay

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Rules of what a finished replay left over.
const (
	RuleUnused   report.Rule = "replay.unused"   // an interaction that nothing asks for
	RuleLeftover report.Rule = "replay.leftover" // a further answer to a request that was asked
)

// unused is an interaction that a session did not serve. It holds no part of the
// cassette, which may be dropped before the run is over.
type unused struct {
	id       int
	at       report.Place
	request  string
	leftover bool
	signIn   bool // it went to a host to sign in with
}

func unusedOf(session interface{ Unused() []match.Unused }) []unused {
	var all []unused
	for _, u := range session.Unused() {
		address, err := url.Parse(u.Interaction.Request.URL)
		all = append(all, unused{
			id:       u.Interaction.ID,
			at:       report.Place{File: strings.Clone(u.Cassette.File), Line: u.Interaction.Line},
			request:  fmt.Sprintf("%s %s", u.Interaction.Request.Method, u.Interaction.Request.URL),
			leftover: u.Leftover,
			signIn:   err == nil && graph.IsSignInHost(address.Host),
		})
	}
	return all
}

// reportUnused adds a finding for every interaction that none of the scenarios of
// its cassette asked for, to the first of them. Nothing is said where one of them
// failed, for what it would have asked for later is not known; nor where others,
// which were not selected, may well use the cassette: unless the whole project was
// replayed, only a cassette that goes with its one user by name counts.
func reportUnused(jobs []*job, whole bool) {
	users := map[string][]*job{}
	for _, j := range jobs {
		if j.cassette != "" {
			users[j.cassette] = append(users[j.cassette], j)
		}
	}
	for _, j := range jobs {
		sharing := users[j.cassette]
		if j.cassette == "" || sharing[0] != j || j.parted || slices.ContainsFunc(sharing, (*job).failed) {
			continue
		}
		if alone := len(sharing) == 1 && j.own; !alone && !whole {
			continue
		}
		for _, u := range inEvery(sharing) {
			j.result.Findings = append(j.result.Findings, u.finding(j.file, "remove it from the cassette, or add a step that requests it"))
		}
	}
}

// inEvery returns what all of the jobs left unused.
func inEvery(jobs []*job) []unused {
	counts := map[int]int{}
	for _, j := range jobs {
		for _, u := range j.unused {
			counts[u.id]++
		}
	}
	var common []unused
	for _, u := range jobs[0].unused {
		if counts[u.id] == len(jobs) {
			common = append(common, u)
		}
	}
	return common
}

func (u unused) finding(file, hint string) report.Finding {
	f := report.Finding{
		Rule: RuleUnused, Severity: report.Warning, Interaction: &u.id,
		Place: report.Place{File: file}, Cassette: u.at,
		Message: fmt.Sprintf("recorded, but never requested: %s", u.request),
		Hint:    hint,
	}
	if u.leftover {
		f.Rule, f.Severity, f.Hint = RuleLeftover, report.Note, ""
		f.Message = fmt.Sprintf("a further answer was not asked for: %s", u.request)
	}
	return f
}

// ruleExpired is the rule of a recording that is older than it may be.
const ruleExpired report.Rule = "cassette.expired"

// Expired are the findings of a cassette whose lifetime (expires: in its graphvcr block, or
// else in rules.yaml) is over: a warning, and an error under CI=true.
func Expired(p *project.Project, c *cassette.Cassette) []report.Finding {
	at, expires := c.Meta.ExpiresAt(p.Rules.Expires)
	if !expires || time.Now().Before(at) {
		return nil
	}
	f := report.Finding{
		Rule: ruleExpired, Severity: report.Warning, Place: report.Place{File: c.File}, Cassette: report.Place{File: c.File},
		Message: fmt.Sprintf("recorded %s, expired %s", c.Meta.RecordedAt.Format(time.DateOnly), at.UTC().Format(time.DateOnly)),
		Hint:    "record it again; expires: in the cassette, or in rules.yaml for all, says for how long a recording is good",
	}
	if os.Getenv("CI") == "true" {
		f.Severity = report.Error
	}
	return []report.Finding{f}
}
