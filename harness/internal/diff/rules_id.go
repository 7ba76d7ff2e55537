package diff

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of ids: how they are spelled, and which are equal.
const (
	EqualityBroken ID = "equality.broken"
	IDCase         ID = "id.case"
	IDFormat       ID = "id.format"
	IDLength       ID = "id.length"
)

var idRules = []Rule{
	{EqualityBroken, report.Error, false, "two ids that were one are two", breakEquality},
	{IDCase, report.Warning, true, "ids changed their letter case", changeIDCase},
	{IDFormat, report.Warning, true, "ids have another format", func(m *mutation) string {
		return m.idThat(func(shape idShape) bool { return shape.format == "guid" }, func(id string) string { return "v2-" + id })
	}},
	{IDLength, report.Warning, true, "ids are much longer or shorter", func(m *mutation) string {
		opaque := func(shape idShape) bool { return shape.guids == 0 && len(shape.runs) == 1 }
		return m.idThat(opaque, func(id string) string { return id + id + id })
	}},
}

// equalities says which places no longer hold the same id. Of three that were one, the
// place that left is reported once.
func (a answerPair) equalities() {
	type broken struct {
		places   [2]string
		old, new *equality
	}
	var all []broken
	moved := map[string]int{}
	for places, was := range a.before.equal {
		is := a.after.equal[places]
		if is == nil || was.equal < was.both || is.equal > 0 {
			continue
		}
		all = append(all, broken{places, was, is})
		moved[places[0]]++
		moved[places[1]]++
	}
	slices.SortFunc(all, func(a, b broken) int {
		return cmp.Or(
			cmp.Compare(max(moved[b.places[0]], moved[b.places[1]]), max(moved[a.places[0]], moved[a.places[1]])),
			strings.Compare(a.places[0], b.places[0]), strings.Compare(a.places[1], b.places[1]))
	})
	reported := map[string]bool{}
	for _, b := range all {
		left := b.places[1]
		if moved[b.places[0]] > moved[left] || moved[b.places[0]] == moved[left] && strings.HasPrefix(left, "url.") {
			left = b.places[0] // what was asked for is what it was
		}
		if reported[left] || reported[b.places[0]] && reported[b.places[1]] {
			continue
		}
		reported[left] = true
		a.add(difference{
			rule: EqualityBroken, where: left, old: "equal", new: "different", count: b.new.both,
			message:  b.places[0] + " is no longer " + b.places[1],
			equal:    b.places,
			examples: []Example{{Old: b.old.at.interaction, New: b.new.at.interaction, Path: left}},
		})
	}
}

// idThat changes the ids of a shape that a member of the first such operation holds, if they
// are known for ids then as well,
// wherever they occur: in addresses too, since a client sends them back.
func (m *mutation) idThat(fits func(idShape) bool, change func(string) string) string {
	for op, answers := range m.operations {
		name := memberThat(op, answers, func(_ *operation, name string, value any) bool {
			s, isText := value.(string)
			v := reading{}.valueOf(name, s)
			return isText && v.role == ident && fits(v.id) && reading{}.valueOf(name, change(s)).role == ident
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

// knewBefore reports whether the client named an id before an answer gave it: then it is
// the client's own, and does not change.
func (m *mutation) knewBefore(id string, answer *cassette.Interaction) bool {
	for _, i := range m.changed.Interactions {
		if strings.Contains(i.Request.URL, id) || strings.Contains(i.Request.Body, id) {
			return true
		}
		if i == answer || strings.Contains(i.Response.Body, id) {
			return false
		}
	}
	return false
}

// rename replaces values wherever they stand in the recording.
func (m *mutation) rename(values map[string]string) {
	var pairs []string
	for _, old := range longestFirst(values) {
		pairs = append(pairs, old, values[old])
		if escaped := url.PathEscape(old); escaped != old {
			pairs = append(pairs, escaped, url.PathEscape(values[old]))
		}
	}
	r := strings.NewReplacer(pairs...)
	for _, i := range m.changed.Interactions {
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
