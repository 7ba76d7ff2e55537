package emulator

import (
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/graph/async"
)

// An operation advances with every poll: notStarted, inProgress, then succeeded or
// failed, where it stays (v1.0/resources/teamsasyncoperation).
type operation struct {
	id, kind string
	created  time.Time
	last     time.Time
	polls    int
	target   string // the resource's id
	location string // relative, in key syntax, the id not encoded
	failure  *fault // how it ends, if not well
	values   object // sent as a JSON document inside a string
}

// advance is the operation's state at one more GET.
func (o *operation) advance(now time.Time, polls int) object {
	o.polls++
	status, location := async.InProgress, any(nil)
	var failure any
	switch {
	case o.polls > polls && o.failure != nil:
		status = async.Failed
		failure = object{{"code", o.failure.code}, {"message", o.failure.message}}
	case o.polls > polls:
		status, location = async.Succeeded, o.location
	case o.polls == 1:
		status = async.NotStarted
	}
	if o.polls <= polls+1 && now.After(o.last) {
		o.last = now // a terminal state does not change any more
	}
	shown := object{
		{"id", o.id}, {"operationType", o.kind}, {"createdDateTime", o.created.Format(ticks)}, {"status", status},
		{"lastActionDateTime", o.last.Format(ticks)}, {"attemptsCount", 1},
		{"targetResourceId", o.target}, {"targetResourceLocation", location},
	}
	if o.values != nil {
		text, _ := marshal(o.values) // of strings: cannot fail
		shown = append(shown, member{"values", string(text)})
	}
	return append(shown, member{"error", failure})
}

// operations holds what chats and teams have begun.
type operations struct {
	site  *site
	known map[string]*operation
}

func (t *operations) routes() []route {
	return []route{
		{method: "GET", pattern: "chats/{}/operations/{}", need: readChat, serve: t.poll, betaOnly: true},
		{method: "GET", pattern: "teams/{}/operations/{}", need: readTeam, serve: t.poll},
	}
}

// begin starts an operation on a resource. Its id is one GUID or a chain of them
// (the seed page has three).
func (t *operations) begin(kind, resource, id string, guids int, now time.Time) *operation {
	parts := make([]string, guids)
	for i := range parts {
		parts[i] = t.site.ids.guid("operation", resource+id)
	}
	o := &operation{
		id: strings.Join(parts, "-"), kind: kind, created: now, last: now,
		target: id, location: "/" + resource + "('" + id + "')",
	}
	t.known[o.id] = o
	return o
}

// accepted is the 202 of an operation. Location is relative, without the version;
// some writers leave the quotes of the keys out (v1.0/api/team-archive).
func (o *operation) accepted(resource string, quoted bool) Answer {
	quote := ""
	if quoted {
		quote = "'"
	}
	target := "/" + resource + "(" + quote + o.target + quote + ")"
	a := answerEmpty(202, "Location", target+"/operations("+quote+o.id+quote+")", "Content-Location", target)
	a.Header.Set("Content-Type", "text/plain")
	a.Header.Set("Content-Length", "0")
	return a
}

// poll answers for the resource in keys[0] and the operation in keys[1].
func (t *operations) poll(c *call) (Answer, error) {
	o := t.known[c.keys[1]]
	if o == nil || o.target != c.keys[0] {
		return Answer{}, fail(404, "NotFound", "Operation '%s' was not found.", c.keys[1])
	}
	resource := firstText(c.url)
	shown := o.advance(c.now, t.site.options.Polls)
	return c.entity(200, resource+"('"+escapeValue(c.keys[0])+"')/operations", shown)
}
