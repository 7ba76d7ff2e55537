package cli

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/report"
)

// replayFlags are the flags of a replay.
type replayFlags struct {
	report   reportFlags
	filter   string
	parallel int
	shard    string
	failFast bool
	inputs   []string
}

func newReplay(std Streams, dirs *projectFlags) *cobra.Command {
	var opts replayFlags
	cmd := &cobra.Command{
		Use:   "replay [SCENARIO|DIR]...",
		Short: "Replay scenarios offline and check every response",
		RunE:  opts.report.on(std, dirs, opts.run),
	}
	opts.register(cmd.Flags())
	return cmd
}

func (f *replayFlags) register(flags *pflag.FlagSet) {
	f.report.register(flags)
	flags.StringVar(&f.filter, "run", "", "replay only scenarios whose name or file matches the regular `expression`")
	flags.IntVar(&f.parallel, "parallel", 0, "scenarios to replay at a time (default: number of CPUs)")
	flags.StringVar(&f.shard, "shard", "", "replay only part `I/N` of the scenarios, I from 1 to N, equal in recorded time; graphvcr report merge puts the reports together")
	flags.StringArrayVar(&f.inputs, "input", nil, "use a value of your own for a variable or pseudonym of the cassettes: `NAME=value`; repeatable")
	flags.BoolVar(&f.failFast, "fail-fast", false, "skip what comes after the first scenario that fails")
}

func (f *replayFlags) run(ctx context.Context, t *task) (*report.Suite, error) {
	sel, err := f.selection(t.args)
	if err != nil {
		return nil, err
	}
	sel.FailOn, sel.Show = t.failOn, t.has("html") || sel.Total > 1 && t.has("json") // what is merged may be shown
	bar := newProgress(t.std, t.quiet)
	defer bar.clear()
	sel.Progress = func(done, total int, _ report.Case) { bar.show("replayed", fmt.Sprintf(" %d of %d", done, total)) }
	return replay.Run(ctx, t.project, sel)
}

func (f *replayFlags) selection(paths []string) (replay.Selection, error) {
	sel := replay.Selection{Paths: paths, FailFast: f.failFast, Parallel: f.parallel}
	if f.parallel < 0 {
		return sel, &fault.Error{Message: fmt.Sprintf("--parallel %d: want a number from 1, or 0 for the number of CPUs", f.parallel)}
	}
	inputs, err := parseInputs(f.inputs)
	if err != nil {
		return sel, err
	}
	sel.Inputs = inputs
	if f.filter != "" {
		pattern, err := regexp.Compile(f.filter)
		if err != nil {
			return sel, &fault.Error{Message: "--run", Cause: err, Hint: "it is a regular expression of Go: https://pkg.go.dev/regexp/syntax"}
		}
		sel.Run = pattern
	}
	if f.shard != "" {
		var ok bool
		if sel.Shard, sel.Total, ok = parseShard(f.shard); !ok {
			return sel, &fault.Error{Message: fmt.Sprintf("--shard %s: want I/N with I from 1 to N", f.shard), Hint: "the second of four parts is --shard 2/4"}
		}
	}
	return sel, nil
}

func parseInputs(texts []string) (replay.Inputs, error) {
	inputs := replay.Inputs{}
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		if _, twice := inputs[name]; !ok || name == "" || value == "" || twice {
			return nil, &fault.Error{Message: fmt.Sprintf("--input %s: want NAME=value, once for each name", text), Hint: "NAME is a variable that the cassette stores, or a pseudonym as it stands there"}
		}
		inputs[name] = value
	}
	return inputs, nil
}

func parseShard(text string) (shard, total int, ok bool) {
	first, second, found := strings.Cut(text, "/")
	shard, err1 := strconv.Atoi(first)
	total, err2 := strconv.Atoi(second)
	return shard, total, found && err1 == nil && err2 == nil && 1 <= shard && shard <= total
}
