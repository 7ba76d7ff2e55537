package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
)

const (
	firstQuestion = `This is the first recording of a project without %s.
Does the tenant hold real people, or anything that they wrote? Then names, addresses, ids
and texts are replaced. In a developer tenant everybody is invented: answer n, and
recordings replay byte for byte. Secrets are always replaced.
Real people? [Y/n] `
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

// askFirst asks before the first recording of a project, on a terminal, whether its tenant
// holds real people, and writes the rules by the answer. Nobody is asked elsewhere, nor where
// there are rules or recordings: all is replaced then, unless the rules say otherwise.
func askFirst(std streams, p *project.Project) error {
	if in, ok := std.in.(*os.File); !ok || !isTerminal(in) || !isUnrecorded(p) {
		return nil
	}
	fmt.Fprintf(std.err, firstQuestion, p.Dirs.Rules)
	answer, err := bufio.NewReader(std.in).ReadString('\n')
	if err != nil {
		return nil // nothing is said, and all is replaced
	}
	rules := realRules
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "", "y", "yes":
	case "n", "no":
		rules = inventedRules
	default:
		return &fault.Error{Message: fmt.Sprintf("record: %q is neither yes nor no", strings.TrimSpace(answer)), Hint: "nothing was recorded; run it again"}
	}
	if err := os.MkdirAll(filepath.Dir(p.Dirs.Rules), 0o755); err != nil {
		return &fault.Error{Message: "record: write the rules", Cause: err}
	}
	if err := replaceFile(p.Dirs.Rules, []byte(rules)); err != nil {
		return &fault.Error{Message: "record: write the rules", Cause: err}
	}
	fmt.Fprintf(std.err, "graphvcr: wrote %s\n", p.Dirs.Rules)
	p.Rules, err = project.LoadRules(p.Dirs.Rules)
	return err
}

// isUnrecorded reports whether a project has neither rules nor a cassette.
func isUnrecorded(p *project.Project) bool {
	if _, err := os.Stat(p.Dirs.Rules); !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if _, err := os.Stat(p.Dirs.Cassettes); errors.Is(err, fs.ErrNotExist) {
		return true
	}
	files, err := p.CassetteFiles(p.Dirs.Cassettes)
	return len(files) == 0 && (err == nil || !isUnread(err))
}

func isUnread(err error) bool {
	var unread *project.UnreadError
	return errors.As(err, &unread)
}
