package match

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// readActions are the actions that are called with POST and change nothing, in
// lower case: by what the metadata of 2026-08 (v1.0-Prod, USNat) says that they
// return, and the API reference where a page is named. An action that is not
// here is taken for a write, which is the safe side: it is replayed once.
var readActions = map[string]bool{
	"checkgrantedpermissionsforapp": true, // resourceSpecificPermissionGrants
	"checkmembergroups":             true, // v1.0/api/directoryobject-checkmembergroups; real recordings
	"checkmemberobjects":            true, // v1.0/api/directoryobject-checkmemberobjects
	"evaluatedynamicmembership":     true, // evaluateDynamicMembershipResult
	"findmeetingtimes":              true, // v1.0/api/user-findmeetingtimes
	"parseexpression":               true, // parseExpressionResponse
	"preview":                       true, // v1.0/api/driveitem-preview: a short-lived address to look at
	"previewtaskfailures":           true, // previewFailedTasks
	"query":                         true, // v1.0/api/search-query
	"runhuntingquery":               true, // huntingQueryResults
	"translateexchangeids":          true, // v1.0/api/user-translateexchangeids
	"validateproperties":            true, // v1.0/api/directoryobject-validateproperties
}

// isReadAction reports whether POST to the last segment of a path only reads: an
// action of the table, one named get... (getByIds, getMemberGroups, getSchedule,
// getMailTips, ...: the metadata has 32 such actions, and each returns what it
// gets), or a calculation of a workbook (workbook/functions/vlookup).
func isReadAction(segments []graphurl.Segment) bool {
	if len(segments) == 0 {
		return false
	}
	name := actionName(segments[len(segments)-1])
	if readActions[name] || len(name) > 3 && strings.HasPrefix(name, "get") {
		return true
	}
	return len(segments) > 1 && actionName(segments[len(segments)-2]) == "functions"
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
