package graph

import (
	"net/http"
	"strings"
	"unicode"
)

// A Stage is how far a long-running operation is. Operations never go back.
type Stage int

// The stages, in their order.
const (
	UnknownStage Stage = iota // no state that is known
	NotBegun
	UnderWay
	Ended
)

// The states that the service sends most (v1.0/resources/teamsasyncoperation,
// longrunningoperation; beta/resources/asyncjobstatus).
const (
	NotStarted = "notStarted"
	InProgress = "inProgress"
	Succeeded  = "succeeded"
	Completed  = "completed"
	Failed     = "failed"
)

// stages are the states of operations, letters only and in lower case: the members of
// metadata's enums teamsAsyncOperationStatus, longRunningOperationStatus,
// operationStatus, workbookOperationStatus, connectionOperationStatus,
// caseOperationStatus, dataPolicyOperationStatus, snapshotJobStatus,
// printOperationProcessingState and printJobProcessingState, and of
// beta/resources/asyncjobstatus; the rest is seen in the wild.
var stages = map[string]Stage{
	"notstarted": NotBegun,

	"inprogress": UnderWay, "running": UnderWay,
	"waiting": UnderWay, "updating": UnderWay, "deletepending": UnderWay, // asyncJobStatus
	"pending": UnderWay, "queued": UnderWay, "processing": UnderWay, // print and Intune jobs

	"succeeded": Ended, "completed": Ended, "complete": Ended, "skipped": Ended,
	"partiallysucceeded": Ended, "partiallycompleted": Ended, "partiallysuccessful": Ended, "completedwitherrors": Ended,
	"failed": Ended, "deletefailed": Ended, "submissionfailed": Ended, "error": Ended, "timedout": Ended, "invalid": Ended,
	"cancelled": Ended, "canceled": Ended, "aborted": Ended,
}

// StageOf is the stage of an operation in a state. Letter case is not looked at, as
// documentation and metadata disagree on it for workbook operations; nor is what stands
// between words.
func StageOf(state string) Stage {
	if stage, ok := stages[state]; ok {
		return stage
	}
	return stages[strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, state)]
}

// IsTerminal reports whether an operation does not leave a state. An unknown state is
// none.
func IsTerminal(state string) bool { return StageOf(state) == Ended }

// IsUnfinished reports whether an operation goes on from a state to another. An unknown
// state is none.
func IsUnfinished(state string) bool {
	stage := StageOf(state)
	return stage == NotBegun || stage == UnderWay
}

// IsFailed reports whether an operation has come to nothing by itself.
func IsFailed(state string) bool {
	return strings.EqualFold(state, Failed) || strings.EqualFold(state, "deleteFailed") || strings.EqualFold(state, "submissionFailed")
}

// GoesBack reports whether no operation gets from a state to another: it would go back,
// or leave an end. Of unknown states nothing is said.
func GoesBack(before, after string) bool {
	from, to := StageOf(before), StageOf(after)
	return from != UnknownStage && to != UnknownStage && (to < from || from == Ended && !strings.EqualFold(before, after))
}

// StateOf is the state that an answer tells of an operation, a tree of package jsondoc;
// "" when it tells none.
func StateOf(doc any) string {
	body, _ := doc.(map[string]any)
	state, _ := body["status"].(string)
	return state
}

// IsOperationType tells the types of operations by their names: teamsAsyncOperation,
// richLongRunningOperation, workbookOperation.
func IsOperationType(typ string) bool {
	return strings.HasPrefix(typ, "microsoft.graph.") && strings.HasSuffix(typ, "Operation")
}

// IsOperationPath reports whether operations lie at or below a path, whatever their
// type: 15 navigations of v1.0 are named operations, jobs are print's, exportJobs
// Intune's, and a monitor watches over the copy of a file.
func IsOperationPath(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	for segment := range strings.SplitSeq(path, "/") {
		switch strings.ToLower(segment) {
		case "operations", "monitor", "jobs", "exportjobs":
			return true
		}
	}
	return false
}

// IsThrottled reports whether a status asks the client to come again later and says
// nothing of what was asked: too many requests, overloaded, timed out on the way, or out
// of bandwidth (concepts/throttling, concepts/errors).
func IsThrottled(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusGatewayTimeout, 509:
		return true
	}
	return false
}

// TooManyRequests is the code of the error that comes with status 429
// (concepts/throttling).
const TooManyRequests = "TooManyRequests"

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
// (workbook/functions/vlookup). Any other is taken for a write, which is the safe side:
// it is replayed once. Below is the name of what stands before it in the path.
func IsReadAction(name, below string) bool {
	name = bareAction(name)
	return readActions[name] || len(name) > 3 && strings.HasPrefix(name, "get") || name != "" && bareAction(below) == "functions"
}

func bareAction(name string) string {
	return strings.TrimPrefix(strings.ToLower(name), "microsoft.graph.")
}
