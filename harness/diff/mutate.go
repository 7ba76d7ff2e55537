package diff

import (
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// Mutate makes the rule's change to a copy of a recording, wherever it first applies, and
// says what it did. The text is empty where the change applies nowhere. What it makes,
// Compare finds once.
func (r *Rule) Mutate(tape *cassette.Cassette) (changed *cassette.Cassette, what string, err error) {
	m, err := newMutation(tape)
	if err != nil {
		return nil, "", err
	}
	what = r.mutate(m)
	return m.tape, what, nil
}

// A mutation is a recording that is being changed.
type mutation struct {
	tape *cassette.Cassette
	is   *behaviour
}

func newMutation(tape *cassette.Cassette) (*mutation, error) {
	changed := *tape
	changed.Interactions = make([]*cassette.Interaction, len(tape.Interactions))
	for i, interaction := range tape.Interactions {
		clone := *interaction
		clone.Request.Headers = interaction.Request.Headers.Clone()
		clone.Response.Headers = interaction.Response.Headers.Clone()
		changed.Interactions[i] = &clone
	}
	is, err := behaviourOf(&changed)
	if err != nil {
		return nil, err
	}
	return &mutation{&changed, is}, nil
}

// operations are those that are no parts of batches, with all their answers.
func (m *mutation) operations(yield func(op *operation, answers []*exchange) bool) {
	for _, op := range m.is.order {
		var all []*exchange
		for _, t := range op.threads {
			for _, p := range t.phases {
				for _, e := range p.answers {
					all = append(append(all, e), e.pages...)
				}
			}
		}
		if !all[0].part && !yield(op, all) {
			return
		}
	}
}

// write stores an exchange's changed documents.
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

// everywhere changes a member of the first operation in which it can be changed, in all
// of its answers. The change returns false for a member that it does not fit.
func (m *mutation) everywhere(fits func(op *operation, name string, value any) bool, change func(object map[string]any, name string)) string {
	for op, answers := range m.operations {
		name := memberThat(op, answers, fits)
		if name == "" {
			continue
		}
		for _, e := range answers {
			for _, object := range e.objects() {
				if _, there := object[name]; there {
					change(object, name)
				}
			}
			e.write()
		}
		return op.name + ": " + name
	}
	return ""
}

// memberThat finds a member that fits wherever it stands.
func memberThat(op *operation, answers []*exchange, fits func(*operation, string, any) bool) string {
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

// isPlain reports a member whose change has no other meaning than its own: no link, no
// id, no state.
func isPlain(op *operation, name string, value any) bool {
	_, isText := value.(string)
	return value != nil && !strings.HasPrefix(name, "@") && name != "value" && name != "status" && !isIDName(name) && !isLinkName(name) && !graph.IsFollowedMember(name) &&
		!strings.HasSuffix(name, "Url") && (!isText || valueOf(name, value.(string)).role != ident)
}

func loseProperty(m *mutation) string {
	return m.everywhere(isPlain, func(object map[string]any, name string) { delete(object, name) })
}

func makeNull(m *mutation) string {
	return m.everywhere(isPlain, func(object map[string]any, name string) { object[name] = nil })
}

func changeType(m *mutation) string {
	return m.everywhere(func(op *operation, name string, value any) bool {
		_, isText := value.(string)
		return isText && isPlain(op, name, value)
	}, func(object map[string]any, name string) { object[name] = []any{object[name]} })
}

func addProperty(m *mutation) string {
	return m.everywhere(func(_ *operation, name string, _ any) bool { return name == "id" }, func(object map[string]any, _ string) {
		object["isNewHere"] = true
	})
}

func changeDates(m *mutation) string {
	return m.everywhere(func(_ *operation, _ string, value any) bool {
		s, _ := value.(string)
		return strings.HasSuffix(dateShape(s), "UTC")
	}, func(object map[string]any, name string) {
		object[name] = strings.TrimSuffix(object[name].(string), "Z")
	})
}

func newMember(m *mutation) string {
	return m.everywhere(func(op *operation, name string, value any) bool {
		s, isText := value.(string)
		return isText && isPlain(op, name, value) && valueOf(name, s).role == word
	}, func(object map[string]any, name string) { object[name] = "unknownFutureValue" })
}

// loseMember makes one of several members of an enum another of them.
func loseMember(m *mutation) string {
	for op, answers := range m.operations {
		var objects []map[string]any
		for _, e := range answers {
			objects = append(objects, e.objects()...)
		}
		name := memberThat(op, answers, func(op *operation, name string, value any) bool {
			s, isText := value.(string)
			return isText && isPlain(op, name, value) && valueOf(name, s).role == word
		})
		seen := map[string]bool{}
		for _, object := range objects {
			seen[text(object, name)] = true
		}
		if name == "" || len(objects) < enough || len(seen) < 2 {
			continue
		}
		all := slices.Sorted(maps.Keys(seen))
		for _, object := range objects {
			if text(object, name) == all[0] {
				object[name] = all[1]
			}
		}
		for _, e := range answers {
			e.write()
		}
		return op.name + ": " + name
	}
	return ""
}

// brokenText is what breakSchema writes. It is no change of another kind: a text stays one.
const brokenText = "a text that its schema refuses"

func breakSchema(m *mutation) string {
	return m.everywhere(func(op *operation, name string, value any) bool {
		s, isText := value.(string)
		return isText && isPlain(op, name, value) && valueOf(name, s).role == prose
	}, func(object map[string]any, name string) { object[name] = brokenText })
}

func changeLinks(m *mutation) string {
	return m.everywhereOrRoot("@odata.context", func(link string) string {
		_, after, _ := strings.Cut(link, "://")
		_, path, _ := strings.Cut(after, "/")
		return "/" + path
	})
}

// everywhereOrRoot changes a text of the roots of an operation's answers.
func (m *mutation) everywhereOrRoot(name string, change func(string) string) string {
	for op, answers := range m.operations {
		changed := false
		for _, e := range answers {
			root, _ := e.answered.doc.(map[string]any)
			if s, isText := root[name].(string); isText {
				root[name], changed = change(s), true
				e.write()
			}
		}
		if changed {
			return op.name + ": " + name
		}
	}
	return ""
}

func thinProperty(m *mutation) string {
	for op, answers := range m.operations {
		var objects []map[string]any
		for _, e := range answers {
			objects = append(objects, e.objects()...)
		}
		name := memberThat(op, answers, isPlain)
		if len(objects) < 5 || name == "" || len(op.threads[0].phases[0].answers) > 1 {
			continue
		}
		for i, object := range objects {
			if i%2 == 1 {
				delete(object, name)
			}
		}
		for _, e := range answers {
			e.write()
		}
		return op.name + ": " + name
	}
	return ""
}

func breakEquality(m *mutation) string {
	for op, answers := range m.operations {
		e := answers[0]
		root, _ := e.answered.doc.(map[string]any)
		id, isText := root["id"].(string)
		if !isText || isFailure(e) || !slices.ContainsFunc(addressIDs(e.url), func(h held) bool { return h.id == id }) {
			continue
		}
		for _, e := range answers {
			if root, _ := e.answered.doc.(map[string]any); text(root, "id") != "" {
				root["id"] = otherID(text(root, "id"))
				e.write()
			}
		}
		return op.name + ": id"
	}
	return ""
}

// otherID is another id of the same shape: its letters and digits turned by one.
func otherID(id string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case '0' <= c && c < '9', 'a' <= c && c < 'f', 'A' <= c && c < 'F':
			return c + 1
		case c == '9':
			return '0'
		case c == 'f', c == 'F':
			return c - 5
		}
		return c
	}, id)
}
