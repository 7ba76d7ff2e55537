package project

import (
	"context"
	"errors"
	"regexp"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/match"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// Dirs says where things lie. The zero value of a field is its default below Root.
type Dirs struct {
	Root      string // default: the folder of the nearest go.mod, else the working directory
	Cassettes string // default: Root/cassettes
	Schemas   string // default: Root/schemas
	Scenarios string // default: Root/scenarios
	Rules     string // default: Cassettes/rules.yaml, which may be absent
}

// Project is a set of folders, opened.
type Project struct {
	Dirs    Dirs
	Rules   match.Rules
	Schemas *schema.Set
}

// Open fills in defaults and reads the rules.
func Open(dirs Dirs) (*Project, error) { return nil, errors.New("not built") }

// Cassette loads a cassette by name (its path under the cassettes folder without
// .yaml) or by the path of a file.
func (p *Project) Cassette(name string) (*cassette.Cassette, error) {
	return nil, errors.New("not built")
}

// Selection says which scenarios to run and how.
type Selection struct {
	Paths        []string       // files or folders; none: all of the scenarios folder
	Run          *regexp.Regexp // on the name or file
	Parallel     int            // 0: number of CPUs
	Shard, Total int            // shard Shard of Total, from 1; 0/0: all
	FailFast     bool
	Progress     func(done, total int, c report.Case) // may be nil; called in any order, one at a time
}

// Replay runs the selected scenarios against their cassettes. The error is for a
// selection that cannot be resolved; what is wrong with one scenario is in its case.
func (p *Project) Replay(ctx context.Context, sel Selection) (*report.Suite, error) {
	return nil, errors.New("not built")
}
