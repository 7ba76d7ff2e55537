package render

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/report"
)

// Style is how text may look.
type Style struct {
	Color bool
	Quiet bool // only cases with findings that matter, and the summary
	Width int  // columns of the terminal, to which text is wrapped; 0: it is not
	Brief bool // no cases without findings
}

type renderer func(w io.Writer, s *report.Suite, style Style) error

// renderers are the kinds of report; the file of each adds its own.
var renderers = map[string]renderer{}

// Suite writes a suite as kind: text, json, junit, github, markdown or html. The
// suite must be finished.
func Suite(w io.Writer, kind string, s *report.Suite, style Style) error {
	render, ok := renderers[kind]
	if !ok {
		return fmt.Errorf("unknown report %q: want one of %s", kind, strings.Join(Kinds(), ", "))
	}
	if err := render(w, s, style); err != nil {
		return fmt.Errorf("write %s report: %w", kind, err)
	}
	return nil
}

// Kinds lists what Suite knows, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(renderers)) }
