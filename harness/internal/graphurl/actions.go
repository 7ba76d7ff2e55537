package graphurl

import (
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// IsBatch reports whether the path is /$batch below a version.
func (u *URL) IsBatch() bool {
	return len(u.Segments) == 1 && strings.EqualFold(u.Segments[0].Text, graph.BatchSegment)
}

// IsRead reports whether a request to the address, which is no batch, changes nothing:
// by its method, in upper case, or as a POST to an action that only reads.
func (u *URL) IsRead(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	case http.MethodPost:
		return IsReadAction(u.Segments)
	}
	return false
}

// IsReadAction reports whether the last segment of a path is an action that only reads.
func IsReadAction(segments []Segment) bool {
	switch n := len(segments); n {
	case 0:
		return false
	case 1:
		return graph.IsReadAction(segments[0].action(), "")
	default:
		return graph.IsReadAction(segments[n-1].action(), segments[n-2].action())
	}
}

// action is the name of the action that a segment may be, "" when it can be none.
func (s Segment) action() string {
	if s.Kind == Key || s.Kind == ColonPath {
		return ""
	}
	return s.Text
}
