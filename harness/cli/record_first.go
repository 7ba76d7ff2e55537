package cli

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/record"
)

const firstQuestion = `This is the first recording of a project without %s.
Does the tenant hold real people, or anything that they wrote? Then names, addresses, ids
and texts are replaced. In a developer tenant everybody is invented: answer n, and
recordings replay byte for byte. Secrets are always replaced.
Real people? [Y/n] `

// askFirst asks before the first recording of a project, on a terminal, whether its tenant
// holds real people, and writes the rules by the answer. Nobody is asked elsewhere, nor where
// there are rules or recordings: all is replaced then, unless the rules say otherwise.
func askFirst(std streams, p *project.Project) error {
	if in, ok := std.in.(*os.File); !ok || !isTerminal(in) || !record.IsFirst(p) {
		return nil
	}
	fmt.Fprintf(std.err, firstQuestion, p.Dirs.Rules)
	answer, err := bufio.NewReader(std.in).ReadString('\n')
	if err != nil {
		return nil // nothing is said, and all is replaced
	}
	invented := false
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "", "y", "yes":
	case "n", "no":
		invented = true
	default:
		return &fault.Error{Message: fmt.Sprintf("record: %q is neither yes nor no", strings.TrimSpace(answer)), Hint: "nothing was recorded; run it again"}
	}
	if err := record.WriteRules(p, invented); err != nil {
		return &fault.Error{Message: "record: write the rules", Cause: err}
	}
	fmt.Fprintf(std.err, "graphvcr: wrote %s\n", p.Dirs.Rules)
	return nil
}
