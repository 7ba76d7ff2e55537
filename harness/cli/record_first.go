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
func askFirst(std Streams, p *project.Project) error {
	if !record.IsFirst(p) {
		return nil
	}
	answer, answered := prompt(std, fmt.Sprintf(firstQuestion, p.Dirs.Rules))
	if !answered {
		return nil // all is replaced
	}
	invented := false
	switch answer {
	case "", "y", "yes":
	case "n", "no":
		invented = true
	default:
		return &fault.Error{Message: fmt.Sprintf("record: %q is neither yes nor no", answer), Hint: "nothing was recorded; run it again"}
	}
	if err := record.WriteRules(p, invented); err != nil {
		return &fault.Error{Message: "record: write the rules", Cause: err}
	}
	fmt.Fprintf(std.Err, "graphvcr: wrote %s\n", p.Dirs.Rules)
	return nil
}

// prompt asks a question on a terminal and reads the line, in lower case; elsewhere, and where
// nobody answers, there is none.
func prompt(std Streams, question string) (answer string, answered bool) {
	if in, ok := std.In.(*os.File); !ok || !isTerminal(in) {
		return "", false
	}
	fmt.Fprint(std.Err, question)
	line, err := bufio.NewReader(std.In).ReadString('\n')
	return strings.ToLower(strings.TrimSpace(line)), err == nil
}
