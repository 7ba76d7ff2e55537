package runner

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

// capture puts values of an answer into variables. Of several pages, the last
// one that has the value counts: a count is on the first page, a delta link on
// the last. Of several values that a path selects, the first one counts.
func (s *stepRun) capture(a *answer) {
	for _, c := range s.step.Capture {
		value, ok := captured(&c.Source, a)
		if !ok {
			continue
		}
		if s.captured == nil {
			s.captured = map[string]bool{}
		}
		s.captured[c.Name] = true
		s.vars.values[c.Name] = value
	}
}

// uncaptured reports the captures that no answer had a value for.
func (s *stepRun) uncaptured(last *answer) *halt {
	var missed *halt
	for _, c := range s.step.Capture {
		if s.captured[c.Name] {
			continue
		}
		if missed != nil {
			s.add(missed.finding)
		}
		missed = couldNot(ruleRunCapture, c.Line, "capture {%s}: the answer to %s (status %s) has no %s",
			c.Name, s.what(last.request), last.view().describeStatus(), c.From)
		missed.finding.Where = c.From
		missed.finding.Want, missed.finding.Got = "a value", "nothing"
		missed.at(last, "")
	}
	return missed
}

// captured is the value that an answer has at a source.
func captured(from *scenario.Source, a *answer) (value any, ok bool) {
	v := a.view()
	if from.Part != "" {
		views := batchParts(a)[from.Part]
		if len(views) == 0 {
			return nil, false
		}
		v = views[0]
	}
	switch {
	case from.Header != "":
		values := v.header.Values(from.Header)
		return strings.Join(values, ", "), len(values) > 0
	case from.Body == nil:
		return json.Number(strconv.Itoa(v.status)), true
	case !v.isJSON:
		return v.text, v.text != "" && from.Body.String() == jsondoc.Root
	}
	nodes := from.Body.Select(v.doc)
	if len(nodes) == 0 {
		return nil, false
	}
	return nodes[0].Value, true
}
