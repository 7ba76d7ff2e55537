package match

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// A resource is the subject of a path, for the relation between reads and writes:
// its segments, cut into steps that can be compared, without a trailing cast,
// $value, $count or $ref, and without the action or function that reads. Versions are left
// out: v1.0 and beta show the same things (real recordings mix them).
type resource struct {
	host  string
	steps []string
	equal []string // the texts that all which it reads has one of, folded; nil where that is not known
}

func resourceOf(u *graphurl.URL) resource {
	segments := u.Segments
	for len(segments) > 0 && (isView(segments[len(segments)-1]) || isCalculation(segments)) {
		segments = segments[:len(segments)-1]
	}
	r := resource{host: u.Host, steps: make([]string, len(segments)), equal: equalTo(u)}
	for i, segment := range segments {
		r.steps[i] = step(segment)
	}
	return r
}

// equalities is a filter that compares texts with eq, and does nothing else.
var equalities = regexp.MustCompile(`(?i)^(?:[^'()\s]+ eq '(?:[^']|'')*'(?: and | or |$))+$`)

var quoted = regexp.MustCompile(`'((?:[^']|'')*)'`)

// equalTo are the texts that a filter compares with, where all it does is to do so.
func equalTo(u *graphurl.URL) (texts []string) {
	for _, o := range u.Options {
		if o.Name == "$filter" && equalities.MatchString(o.Value) {
			for _, literal := range quoted.FindAllStringSubmatch(o.Value, -1) {
				texts = append(texts, fold(strings.ReplaceAll(literal[1], "''", "'")))
			}
		}
	}
	return texts
}

func isView(s graphurl.Segment) bool {
	return s.Kind == graphurl.Cast || s.Kind == graphurl.System
}

func isCalculation(segments []graphurl.Segment) bool {
	last := segments[len(segments)-1]
	return strings.TrimPrefix(strings.ToLower(last.Text), "microsoft.graph.") == "delta" || graphurl.IsReadAction(segments)
}

// step spells a segment so that it holds no slash. Letter case is folded: a
// relation too many does less harm than one too few.
func step(s graphurl.Segment) string {
	text := escapeStep(s.Text)
	for _, argument := range s.Args {
		text += "(" + escapeStep(argument.Name) + "=" + escapeStep(argument.Value) + ")"
	}
	return text
}

func escapeStep(s string) string { return strings.ToLower(url.PathEscape(s)) }

// prefix names the first n steps of a path.
func (r resource) prefix(n int) string {
	return r.host + "/" + strings.Join(r.steps[:n], "/")
}

// user is the step that names a user, or "".
func (r resource) user() string {
	if len(r.steps) > 1 && r.steps[0] == "users" {
		return r.steps[1]
	}
	return ""
}
