package diff

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// Mutate makes the rule's change to a copy of a recording, wherever it first applies, and
// says what it did. The text is empty where the change applies nowhere. What it makes,
// Compare finds once.
func (r *Rule) Mutate(recording *cassette.Cassette, judge func(*cassette.Interaction) []Violation) (changed *cassette.Cassette, what string, err error) {
	copied := *recording
	copied.Interactions = slices.Clone(recording.Interactions)
	for i, interaction := range copied.Interactions {
		clone := *interaction
		clone.Request.Headers = interaction.Request.Headers.Clone()
		clone.Response.Headers = interaction.Response.Headers.Clone()
		copied.Interactions[i] = &clone
	}
	is, err := behaviourOf(&copied)
	if err != nil {
		return nil, "", err
	}
	what = r.mutate(&mutation{changed: &copied, is: is, judge: judge})
	return &copied, what, nil
}

type mutation struct {
	changed *cassette.Cassette
	is      *behaviour
	judge   func(*cassette.Interaction) []Violation // as in Options
}

// operations are those that are no parts of batches, with all their answers.
func (m *mutation) operations(yield func(op *operation, answers []*exchange) bool) {
	for _, op := range m.is.order {
		if all := op.exchanges(); !all[0].part && !yield(op, all) {
			return
		}
	}
}

func (e *exchange) write() {
	if e.answered.kind == "JSON" {
		e.at.Response.Body = string(jsondoc.Canonical(nil, e.answered.doc))
		e.at.Response.ContentLength = int64(len(e.at.Response.Body))
	}
	if e.asked != nil {
		e.at.Request.Body = string(jsondoc.Canonical(nil, e.asked))
		e.at.Request.ContentLength = int64(len(e.at.Request.Body))
	}
}

// objects are the resources of a good answer: its root, or the items of its list.
func (e *exchange) objects() []map[string]any {
	root, isObject := e.answered.doc.(map[string]any)
	if !isObject || isFailure(e) {
		return nil
	}
	if root["value"] == nil {
		return []map[string]any{root}
	}
	var objects []map[string]any
	for _, item := range list(root, "value") {
		if object, ok := item.(map[string]any); ok {
			objects = append(objects, object)
		}
	}
	return objects
}

// member changes a member of the first operation in which it can be changed, in the resources of
// all of its answers. The change returns false for an operation that it does not fit.
func (m *mutation) member(fits fitting, change func(op *operation, name string, objects []map[string]any) bool) string {
	for op, answers := range m.operations {
		name := memberThat(op, answers, fits)
		if name == "" {
			continue
		}
		var objects []map[string]any
		for _, e := range answers {
			objects = append(objects, e.objects()...)
		}
		if !change(op, name, objects) {
			continue
		}
		for _, e := range answers {
			e.write()
		}
		return op.name + ": " + name
	}
	return ""
}

// everywhere is member for a change of every object that has it.
func (m *mutation) everywhere(fits fitting, change func(object map[string]any, name string)) string {
	return m.member(fits, func(_ *operation, name string, objects []map[string]any) bool {
		for _, object := range objects {
			if _, there := object[name]; there {
				change(object, name)
			}
		}
		return true
	})
}

type fitting func(op *operation, name string, value any) bool

// memberThat finds a member that fits wherever it stands.
func memberThat(op *operation, answers []*exchange, fits fitting) string {
	verdicts := map[string]bool{}
	for _, e := range answers {
		for _, object := range e.objects() {
			for name, value := range object {
				known, seen := verdicts[name]
				verdicts[name] = (known || !seen) && fits(op, name, value)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(verdicts)) {
		if verdicts[name] {
			return name
		}
	}
	return ""
}

// isDataName reports a member that is no annotation, state, id or link.
func isDataName(name string) bool {
	return !strings.HasPrefix(name, "@") && name != "value" && name != "status" && !isIDName(name) && !isLinkName(name) && !odata.IsFollowedMember(name) && !strings.HasSuffix(name, "Url")
}

// isPlain reports a member whose change has no other meaning than its own: no link, no
// id, no state.
func isPlain(op *operation, name string, value any) bool {
	_, isText := value.(string)
	return value != nil && isDataName(name) && (!isText || (reading{}).valueOf(name, value.(string)).role != ident)
}

// exchanges changes all exchanges of the first operation of which it can change one. The change
// returns what it changed, "" for an exchange that it does not fit.
func (m *mutation) exchanges(change func(e *exchange) string) string {
	for op, answers := range m.operations {
		changed := ""
		for _, e := range answers {
			if what := change(e); what != "" {
				changed = what
				e.write()
			}
		}
		if changed != "" {
			return op.name + ": " + changed
		}
	}
	return ""
}

// once changes the answers of the first operation that fits, for changes of more than its
// bodies, and names it.
func (m *mutation) once(fits func(op *operation, answers []*exchange) bool, change func(answers []*exchange)) string {
	for op, answers := range m.operations {
		if fits(op, answers) {
			change(answers)
			return op.name
		}
	}
	return ""
}

func isGoodRead(_ *operation, answers []*exchange) bool {
	return answers[0].isRead() && !slices.ContainsFunc(answers, isFailure) && answers[0].answered.kind == "JSON"
}

func graphError(code string) string {
	return fmt.Sprintf(`{"error":{"code":%q,"message":"changed by graphvcr"}}`, code)
}

// insert puts a copy of an exchange before it, with another answer.
func (m *mutation) insert(e *exchange, times, code int, body string) {
	at := slices.Index(m.changed.Interactions, e.at)
	for range times {
		failed := *e.at
		failed.Response.Headers = http.Header{"Content-Type": {"application/json"}, "Date": e.at.Response.Headers["Date"]}
		failed.Response.Code, failed.Response.Status = code, fmt.Sprintf("%d %s", code, http.StatusText(code))
		failed.Response.Body, failed.Response.ContentLength = body, int64(len(body))
		m.changed.Interactions = slices.Insert(m.changed.Interactions, at, &failed)
	}
}

func (m *mutation) remove(e *exchange) {
	m.changed.Interactions = slices.DeleteFunc(m.changed.Interactions, func(i *cassette.Interaction) bool { return i == e.at })
}
