package record

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// The rules of a project, by what its tenant holds.
const (
	realRules = `# What recordings keep and what they replace: graphvcr help redaction.
# The tenant holds real people: what nothing knows to be harmless is replaced.
redact:
  unknown: replace
`
	inventedRules = `# What recordings keep and what they replace: graphvcr help redaction.
# Everybody and everything in the tenant is invented: only secrets are replaced.
redact:
  identity: off
  content: off
  unknown: keep
`
)

// WriteRules writes the rules of a project that has none, and has it obey them: for a tenant
// that holds real people, or one in which everybody is invented.
func WriteRules(p *project.Project, invented bool) error {
	rules := realRules
	if invented {
		rules = inventedRules
	}
	if err := os.MkdirAll(filepath.Dir(p.Dirs.Rules), 0o755); err != nil {
		return err
	}
	if err := wire.Replace(p.Dirs.Rules, 0o644, wire.Whole([]byte(rules))); err != nil {
		return err
	}
	var err error
	p.Rules, err = project.LoadRules(p.Dirs.Rules)
	return err
}

// IsFirst reports whether a project has neither rules nor a cassette.
func IsFirst(p *project.Project) bool {
	if _, err := os.Stat(p.Dirs.Rules); !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if _, err := os.Stat(p.Dirs.Cassettes); errors.Is(err, fs.ErrNotExist) {
		return true
	}
	var unread *project.UnreadError
	files, err := p.CassetteFiles(p.Dirs.Cassettes)
	return len(files) == 0 && !errors.As(err, &unread)
}
