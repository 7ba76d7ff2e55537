package diff

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
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
	return value != nil && !strings.HasPrefix(name, "@") && name != "value" && name != "status" && !isIDName(name) && !isLinkName(name) && !isFollowed(name) &&
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

// idThat changes the ids of a shape that a member of the first such operation holds,
// wherever they occur: in addresses too, since a client sends them back.
func (m *mutation) idThat(fits func(idShape) bool, change func(string) string) string {
	for op, answers := range m.operations {
		name := memberThat(op, answers, func(_ *operation, name string, value any) bool {
			s, isText := value.(string)
			v := valueOf(name, s)
			return isText && v.role == ident && fits(v.id)
		})
		if name == "" {
			continue
		}
		renamed := map[string]string{}
		for _, e := range answers {
			for _, object := range e.objects() {
				if id := text(object, name); len(id) >= 8 && !m.knewBefore(id, e.at) {
					renamed[id] = change(id)
				}
			}
		}
		if len(renamed) == 0 {
			continue
		}
		m.rename(renamed)
		return op.name + ": " + name
	}
	return ""
}

// knewBefore reports whether the client named an id before an answer told it: then it is
// the client's own, and does not change.
func (m *mutation) knewBefore(id string, told *cassette.Interaction) bool {
	for _, i := range m.tape.Interactions {
		if strings.Contains(i.Request.URL, id) || strings.Contains(i.Request.Body, id) {
			return true
		}
		if i == told || strings.Contains(i.Response.Body, id) {
			return false
		}
	}
	return false
}

// rename replaces values wherever they stand in the recording.
func (m *mutation) rename(values map[string]string) {
	var pairs []string
	for _, old := range slices.SortedFunc(maps.Keys(values), func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) }) {
		pairs = append(pairs, old, values[old])
		if escaped := url.PathEscape(old); escaped != old {
			pairs = append(pairs, escaped, url.PathEscape(values[old]))
		}
	}
	r := strings.NewReplacer(pairs...)
	for _, i := range m.tape.Interactions {
		i.Request.URL, i.Request.Body, i.Response.Body = r.Replace(i.Request.URL), r.Replace(i.Request.Body), r.Replace(i.Response.Body)
		for name, values := range i.Response.Headers {
			for n, value := range values {
				i.Response.Headers[name][n] = r.Replace(value)
			}
		}
	}
}

func changeIDCase(m *mutation) string {
	inOneCase := func(shape idShape) bool {
		return shape.runs[0].letters >= enoughLetters && shape.runs[0].lower != shape.runs[0].upper
	}
	return m.idThat(inOneCase, func(id string) string {
		if upper := strings.ToUpper(id); upper != id {
			return upper
		}
		return strings.ToLower(id)
	})
}

func changeIDFormat(m *mutation) string {
	return m.idThat(func(shape idShape) bool { return shape.format == "guid" }, func(id string) string { return "v2-" + id })
}

func lengthenIDs(m *mutation) string {
	opaque := func(shape idShape) bool { return shape.guids == 0 && len(shape.runs) == 1 }
	return m.idThat(opaque, func(id string) string { return id + id + id })
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

func changeErrorCode(m *mutation) string {
	for op, answers := range m.operations {
		changed := false
		for _, e := range answers {
			if fault, _ := e.member("error").(map[string]any); e.errorCode() != "" {
				fault["code"], changed = "Error"+e.errorCode(), true
				e.write()
			}
		}
		if changed {
			return op.name
		}
	}
	return ""
}

// first is the first operation that fits, for changes of more than its bodies.
func (m *mutation) first(fits func(op *operation, answers []*exchange) bool) (*operation, []*exchange) {
	for op, answers := range m.operations {
		if fits(op, answers) {
			return op, answers
		}
	}
	return nil, nil
}

func isGoodRead(_ *operation, answers []*exchange) bool {
	return answers[0].isRead() && !slices.ContainsFunc(answers, isFailure) && answers[0].answered.kind == "JSON"
}

// graphError is a failure as Graph spells it.
func graphError(code string) string {
	return fmt.Sprintf(`{"error":{"code":%q,"message":"changed by graphvcr"}}`, code)
}

func changeStatus(m *mutation) string {
	op, answers := m.first(isGoodRead)
	if op == nil {
		return ""
	}
	for _, e := range answers {
		e.at.Response.Code, e.at.Response.Status = http.StatusBadRequest, "400 Bad Request"
		e.at.Response.Body = graphError("BadRequest")
	}
	return op.name
}

func changeContentType(m *mutation) string {
	op, answers := m.first(isGoodRead)
	if op == nil {
		return ""
	}
	for _, e := range answers {
		e.at.Response.Headers.Set("Content-Type", "text/plain")
	}
	return op.name
}

func addHeader(m *mutation) string {
	op, answers := m.first(isGoodRead)
	if op == nil {
		return ""
	}
	for _, e := range answers {
		e.at.Response.Headers.Set("Deprecation", "@1767225600")
	}
	return op.name + ": Deprecation"
}

func loseHeader(m *mutation) string {
	for _, name := range contractHeaders {
		op, answers := m.first(func(op *operation, answers []*exchange) bool {
			return !slices.ContainsFunc(answers, func(e *exchange) bool { return e.header.Get(name) == "" })
		})
		if op == nil {
			continue
		}
		for _, e := range answers {
			e.at.Response.Headers.Del(name)
		}
		return op.name + ": " + name
	}
	return ""
}

func slowDown(m *mutation) string {
	op, answers := m.first(func(_ *operation, answers []*exchange) bool {
		return !slices.ContainsFunc(answers, func(e *exchange) bool { return e.at.Response.Duration <= 0 })
	})
	if op == nil {
		return ""
	}
	for _, e := range answers {
		e.at.Response.Duration = max(10*e.at.Response.Duration, 6*time.Second)
	}
	return op.name
}

// insert puts a copy of an exchange before it, with another answer.
func (m *mutation) insert(e *exchange, times, code int, body string) {
	at := slices.Index(m.tape.Interactions, e.at)
	for range times {
		failed := *e.at
		failed.Response.Headers = http.Header{"Content-Type": {"application/json"}, "Date": e.at.Response.Headers["Date"]}
		failed.Response.Code, failed.Response.Status = code, fmt.Sprintf("%d %s", code, http.StatusText(code))
		failed.Response.Body, failed.Response.ContentLength = body, int64(len(body))
		m.tape.Interactions = slices.Insert(m.tape.Interactions, at, &failed)
	}
}

func widenWindow(m *mutation) string {
	op, answers := m.first(func(op *operation, answers []*exchange) bool {
		first := op.threads[0].phases[0]
		return isGoodRead(op, []*exchange{first.answers[len(first.answers)-1]}) && first.writes > 0 && len(answers[0].url.Segments) > 1
	})
	if op == nil {
		return "" // nothing was created
	}
	missing := 2
	for _, e := range op.threads[0].phases[0].answers {
		if e.status == http.StatusNotFound {
			missing += 2
		}
	}
	m.insert(answers[0], missing, http.StatusNotFound, graphError("ResourceNotFound"))
	return op.name
}

func failFirst(m *mutation) string {
	op, answers := m.first(isGoodRead)
	if op == nil {
		return ""
	}
	m.insert(answers[0], 1, http.StatusForbidden, graphError("Forbidden"))
	return op.name
}

func emptyCollection(m *mutation) string {
	op, answers := m.first(func(_ *operation, answers []*exchange) bool {
		return len(list(answers[0].answered.doc, "value")) > 0 && !answers[0].hasNext() && answers[0].isRead()
	})
	if op == nil {
		return ""
	}
	for _, e := range answers {
		if root, _ := e.answered.doc.(map[string]any); len(list(root, "value")) > 0 {
			root["value"] = []any{}
			e.write()
		}
	}
	return op.name
}

func changeFlow(m *mutation) string {
	op, answers := m.first(func(op *operation, answers []*exchange) bool {
		return op.follows == "" && isGoodRead(op, answers) && op != m.is.order[0] && !slices.ContainsFunc(m.is.order, func(other *operation) bool {
			return other.follows != "" && strings.HasSuffix(other.key, " of "+op.key)
		})
	})
	if op == nil {
		return ""
	}
	for _, e := range answers {
		m.remove(e)
	}
	return op.name
}

func (m *mutation) remove(e *exchange) {
	m.tape.Interactions = slices.DeleteFunc(m.tape.Interactions, func(i *cassette.Interaction) bool { return i == e.at })
}

func changeRequest(m *mutation, change func(asked map[string]any) string) string {
	for op, answers := range m.operations {
		name := ""
		for _, e := range answers {
			if asked, isObject := e.asked.(map[string]any); isObject && !isFailure(e) {
				name = change(asked)
				e.write()
			}
		}
		if name != "" {
			return op.name + ": " + name
		}
	}
	return ""
}

func addToRequest(m *mutation) string {
	return changeRequest(m, func(asked map[string]any) string {
		asked["isNeededNow"] = true
		return "isNeededNow"
	})
}

func loseFromRequest(m *mutation) string {
	return changeRequest(m, func(asked map[string]any) string {
		for _, name := range slices.Sorted(maps.Keys(asked)) {
			delete(asked, name)
			return name
		}
		return ""
	})
}
