package replay

import (
	"fmt"
	"os"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

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
