package match

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// readActions are the actions that are called with POST and change nothing, in
// lower case. Those whose name begins with "get" are reads too, see isReadAction.
// All are actions of the metadata of 2026-08 (v1.0-Prod, beta-USNat) whose
// documentation pages describe a calculation or a search.
var readActions = map[string]bool{
	"checkgrantedpermissionsforapp": true,
	"checkmembergroups":             true, // v1.0/api/directoryobject-checkmembergroups; real recordings
	"checkmemberobjects":            true,
	"discover":                      true, // synchronizationSchema
	"evaluate":                      true,
	"evaluatedynamicmembership":     true,
	"findmeetingtimes":              true, // v1.0/api/user-findmeetingtimes
	"parseexpression":               true, // synchronizationSchema
	"preview":                       true, // v1.0/api/driveitem-preview: a short-lived address to look at
	"previewtaskfailures":           true,
	"previewworkflow":               true,
	"query":                         true, // v1.0/api/search-query
	"runhuntingquery":               true,
	"translateexchangeids":          true, // v1.0/api/user-translateexchangeids
	"validatepassword":              true,
	"validatepermission":            true,
	"validateproperties":            true, // v1.0/api/directoryobject-validateproperties
}

// isReadAction reports whether POST to the last segment of a path only reads:
// an action of the table, an action named get... (getByIds, getMemberGroups,
// getSchedule, getMailTips, getPresencesByUserId, and some thirty reports: every
// such action in the metadata returns something and changes nothing), or a
// calculation of a workbook.
func isReadAction(segments []graphurl.Segment) bool {
	if len(segments) == 0 {
		return false
	}
	name := actionName(segments[len(segments)-1])
	if readActions[name] || len(name) > 3 && strings.HasPrefix(name, "get") {
		return true
	}
	return len(segments) > 1 && actionName(segments[len(segments)-2]) == "functions" // workbook/functions/vlookup
}

func actionName(s graphurl.Segment) string {
	if s.Kind == graphurl.Key || s.Kind == graphurl.ColonPath {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(s.Text), "microsoft.graph.")
}

// isRead reports whether a request that is no batch changes nothing.
func isRead(method string, segments []graphurl.Segment) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	case http.MethodPost:
		return isReadAction(segments)
	}
	return false
}

// isBatchURL reports whether a path is /$batch below a version.
func isBatchURL(u *graphurl.URL) bool {
	return len(u.Segments) == 1 && strings.EqualFold(u.Segments[0].Text, "$batch")
}

// resource is what a path is about, for the relation between reads and writes:
// its segments, cut into steps that can be compared, without a trailing cast,
// $value, $count or $ref, and for a read without the action or function that
// reads. Versions are left out: v1.0 and beta show the same things (real
// recordings mix them).
type resource struct {
	host  string
	steps []string
}

func resourceOf(u *graphurl.URL, read bool) resource {
	segments := u.Segments
	for len(segments) > 0 && (isView(segments[len(segments)-1]) || read && isCalculation(segments)) {
		segments = segments[:len(segments)-1]
	}
	r := resource{host: u.Host, steps: make([]string, len(segments))}
	for i, segment := range segments {
		r.steps[i] = step(segment)
	}
	return r
}

func isView(s graphurl.Segment) bool {
	return s.Kind == graphurl.Cast || s.Kind == graphurl.System
}

func isCalculation(segments []graphurl.Segment) bool {
	return actionName(segments[len(segments)-1]) == "delta" || isReadAction(segments)
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
