package runner

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

// capture puts values of an answer into variables. Of several pages, the last
// one that has the value counts: a count is on the first page, a delta link on
// the last. Of several values that a path selects, the first one counts.
func (s *stepRun) capture(a *answer) *halt {
	for _, c := range s.step.Capture {
		value, ok, err := captured(c.From, a.view())
		if err != nil {
			return couldNot(ruleRunCapture, c.Line, "capture {%s} from %s: %v", c.Name, c.From, err)
		}
		if !ok {
			continue
		}
		if s.captured == nil {
			s.captured = map[string]bool{}
		}
		s.captured[c.Name] = true
		s.vars.values[c.Name] = value
	}
	return nil
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

// captured reads "status", "header.NAME", "body", "body.PATH", or one of these
// below "parts.ID.".
func captured(from string, v *view) (value any, ok bool, err error) {
	place, rest, _ := cutPlace(from)
	switch place {
	case "status":
		return json.Number(strconv.Itoa(v.status)), true, nil
	case "header":
		values := v.header.Values(rest)
		return strings.Join(values, ", "), len(values) > 0, nil
	case "body":
		return capturedBody(rest, v)
	case "parts":
		id, below := scenario.CutPart(rest)
		if views := batchParts(v.answer)[id]; len(views) > 0 {
			return captured(below, views[0])
		}
		return nil, false, nil
	}
	return nil, false, fmt.Errorf("a value comes from status, header, body or parts")
}

// cutPlace splits "body.PATH", "body['x']" and the like.
func cutPlace(from string) (place, rest string, found bool) {
	if i := strings.IndexAny(from, ".["); i >= 0 {
		return from[:i], strings.TrimPrefix(from[i:], "."), true
	}
	return from, "", false
}

func capturedBody(path string, v *view) (any, bool, error) {
	switch {
	case path == "" && v.isJSON:
		return v.doc, true, nil
	case path == "":
		return v.text, v.text != "", nil
	case !v.isJSON:
		return nil, false, nil
	case strings.HasPrefix(path, "["):
		path = jsondoc.Root + path
	}
	query, err := jsondoc.ParsePath(path)
	if err != nil {
		return nil, false, err
	}
	nodes := query.Select(v.doc)
	if len(nodes) == 0 {
		return nil, false, nil
	}
	return nodes[0].Value, true, nil
}
