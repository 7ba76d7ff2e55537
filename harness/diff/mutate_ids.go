package diff

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

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
