package graph

import "strings"

// readActions are the actions that are called with POST and change nothing, in lower
// case: by what metadata says that they return, and the API reference where a page is
// named.
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

// IsReadAction reports whether POST to an action only reads: one of the table, one named
// get... (getByIds, getMemberGroups, getSchedule, getMailTips: metadata has 32 of them,
// and each returns what it gets), or a calculation of a workbook
// (workbook/functions/vlookup). Any other counts as a write, which is the safe side:
// it is replayed once. Below is the name of what stands before it in the path.
func IsReadAction(name, below string) bool {
	name = bareAction(name)
	return readActions[name] || len(name) > 3 && strings.HasPrefix(name, "get") || name != "" && bareAction(below) == "functions"
}

// IsLookUp reports whether POST to an address looks up what its body says: it ends with an
// action that only reads. validateProperties is asked about what is yet to be made.
func IsLookUp(address string) bool {
	path, _, _ := strings.Cut(address, "?")
	above, name := split(strings.TrimSuffix(path, "/"))
	_, below := split(above)
	return IsReadAction(name, below) && bareAction(name) != "validateproperties"
}

// contentSegments end the path of what a file, photo or message holds (metadata has contentStream
// beside content in beta).
var contentSegments = [...]string{"/content", "/contentStream", "/$value", "/%24value"}

// CutContent takes off a path the segment by which it is that of a content, and says whether it
// has one. The path may be escaped or not, and has no query.
func CutContent(path string) (of string, isContent bool) {
	for _, segment := range contentSegments {
		if of, isContent = strings.CutSuffix(path, segment); isContent {
			break
		}
	}
	return of, isContent
}

// split is the last segment of a path without its arguments, and what stands before it.
func split(path string) (above, last string) {
	k := strings.LastIndexByte(path, '/')
	last, _, _ = strings.Cut(path[k+1:], "(")
	return path[:max(k, 0)], last
}

func bareAction(name string) string {
	return strings.TrimPrefix(strings.ToLower(name), "microsoft.graph.")
}
