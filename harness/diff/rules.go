package diff

import "github.com/graphvcr/graphvcr/harness/report"

// A Rule is one kind of change, both ways: what tells it lies in the comparison, and
// Mutate makes it.
type Rule struct {
	ID       string
	Severity report.Severity
	// Free is true of what Microsoft says it may change without a new version
	// (concepts/versioning-and-support, best-practices-concept): these a client must bear.
	Free bool
	Doc  string
	// mutate makes exactly this change to a recording of its own, wherever it first
	// applies, and says what it did; "" where it applies nowhere.
	mutate func(m *mutation) string
}

// Rules lists all rules, sorted by id.
func Rules() []Rule {
	return []Rule{
		{"collection.emptied", report.Warning, false, "a list that had items has none", emptyCollection},
		{"consistency.window", report.Warning, true, "a created resource answers 404 for longer than before", widenWindow},
		{"content.type", report.Error, false, "the class of Content-Type changed", changeContentType},
		{"date.format", report.Warning, false, "dates lost or gained a time, a zone or fractions of seconds", changeDates},
		{"enum.gone", report.Note, true, "a value of a property that is seen no more", loseMember},
		{"enum.new", report.Warning, true, "a value that a client has not seen in this property", newMember},
		{"equality.broken", report.Error, false, "two ids that were one are two", breakEquality},
		{"error.code", report.Warning, true, "the same failure has another error.code", changeErrorCode},
		{"flow.changed", report.Warning, false, "requests are made that were not, or no longer", changeFlow},
		{"header.added", report.Note, true, "a header that was not there (Deprecation, Sunset, Preference-Applied, ...)", addHeader},
		{"header.lost", report.Warning, false, "a header that was always there (Location, ETag, Retry-After, ...)", loseHeader},
		{"id.case", report.Warning, true, "ids changed their letter case", changeIDCase},
		{"id.format", report.Warning, true, "ids have another format", changeIDFormat},
		{"id.length", report.Warning, true, "ids are much longer or shorter", lengthenIDs},
		{"latency.class", report.Note, true, "answers take ten times as long", slowDown},
		{"link.shape", report.Warning, true, "links are built otherwise: absolute or relative, key syntax, options", changeLinks},
		{"null.new", report.Warning, false, "null where there was always a value", makeNull},
		{"operation.outcome", report.Error, false, "a long-running operation ends otherwise", changeOutcome},
		{"operation.slower", report.Note, true, "a long-running operation takes ten times as long", slowOperation},
		{"operation.unfinished", report.Error, false, "a long-running operation does not end", neverEnd},
		{"paging.added", report.Warning, true, "an answer that was whole comes in pages", addPaging},
		{"paging.removed", report.Note, true, "an answer that came in pages is whole", removePaging},
		{"paging.size", report.Note, true, "pages are of another size", resizePages},
		{"property.added", report.Note, true, "a property that was not there", addProperty},
		{"property.lost", report.Error, false, "a property that was there is gone", loseProperty},
		{"property.rate", report.Note, true, "a property is there more or less often", thinProperty},
		{"request.added", report.Warning, false, "the client had to send a property that it did not send", addToRequest},
		{"request.lost", report.Note, false, "the client no longer sends a property", loseFromRequest},
		{"schema.violated", report.Warning, false, "an answer breaks a schema that it kept", breakSchema},
		{"state.new", report.Warning, true, "a long-running operation goes through states that were not there", renameState},
		{"state.order", report.Warning, false, "a long-running operation goes through its states in another order", reorderStates},
		{"status.changed", report.Error, false, "a request is answered with another status code", changeStatus},
		{"status.transient", report.Warning, false, "a request fails before it succeeds", failFirst},
		{"type.changed", report.Error, false, "a value has another JSON type", changeType},
	}
}

func ruleByID(id string) *Rule {
	for _, r := range Rules() {
		if r.ID == id {
			return &r
		}
	}
	return nil
}

// MetadataRules are the ids of changes that only metadata can show; the others are those
// of Rules with the same meaning.
func MetadataRules() []string {
	return []string{
		"deprecation.added", "enum.value", "navigation.changed", "null.gone", "operation.added", "operation.lost", "path.added", "path.lost",
		"property.computed", "type.added", "type.base", "type.closed", "type.lost",
	}
}
