package async

import (
	"strings"
	"unicode"
)

// A stage is how far a long-running operation is. Operations never go back.
type stage int

// The stages, in their order.
const (
	unknown stage = iota // no state that is known
	notBegun
	underWay
	ended
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
var stages = map[string]stage{
	"notstarted": notBegun,

	"inprogress": underWay, "running": underWay,
	"waiting": underWay, "updating": underWay, "deletepending": underWay, // asyncJobStatus
	"pending": underWay, "queued": underWay, "processing": underWay, // print and Intune jobs

	"succeeded": ended, "completed": ended, "complete": ended, "skipped": ended,
	"partiallysucceeded": ended, "partiallycompleted": ended, "partiallysuccessful": ended, "completedwitherrors": ended,
	"failed": ended, "deletefailed": ended, "submissionfailed": ended, "error": ended, "timedout": ended, "invalid": ended,
	"cancelled": ended, "canceled": ended, "aborted": ended,
}

// stageOf is the stage of an operation in a state. Letter case is not looked at, as
// documentation and metadata disagree on it for workbook operations; nor is what stands
// between words.
func stageOf(state string) stage {
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
func IsTerminal(state string) bool { return stageOf(state) == ended }

// IsUnfinished reports whether an operation goes on from a state to another. An unknown
// state is none.
func IsUnfinished(state string) bool {
	stage := stageOf(state)
	return stage == notBegun || stage == underWay
}

// IsFailed reports whether an operation has come to nothing by itself.
func IsFailed(state string) bool {
	return strings.EqualFold(state, Failed) || strings.EqualFold(state, "deleteFailed") || strings.EqualFold(state, "submissionFailed")
}

// GoesBack reports whether no operation gets from a state to another: it would go back,
// or leave an end. Of unknown states nothing is said.
func GoesBack(before, after string) bool {
	from, to := stageOf(before), stageOf(after)
	return from != unknown && to != unknown && (to < from || from == ended && !strings.EqualFold(before, after))
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
