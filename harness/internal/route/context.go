package route

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// Context reads the @odata.context of an answer (OData JSON Format 4.01, section
// 4.6.2, and the forms that Graph uses). The error is an *Unsure.
func (x *Index) Context(context string) (Answer, error) {
	_, fragment, ok := strings.Cut(context, "#")
	if !ok {
		return Answer{}, unsure("@odata.context has no fragment: %q", context)
	}
	if a, ok, err := x.typeContext(fragment); ok || err != nil {
		return a, err
	}
	w := &walker{index: x}
	parts := splitContext(fragment)
	for i, part := range parts {
		if done, err := w.contextStep(part, i == len(parts)-1); err != nil || done {
			return Answer{}, err
		}
	}
	switch {
	case !w.begun:
		return Answer{}, unsure("@odata.context names nothing: %q", context)
	case w.called != nil && w.at.name == "":
		return Answer{}, unsure("@odata.context names %s, which returns nothing", w.called.name)
	}
	return x.answer(w.at, w.ended), nil
}

// typeContext reads a fragment that is a type's name.
func (x *Index) typeContext(fragment string) (a Answer, ok bool, err error) {
	switch fragment {
	case "$ref":
		return Answer{Shape: Reference}, true, nil
	case graph.CollectionOf("$ref"):
		return Answer{Shape: References}, true, nil
	}
	r := ref{name: fragment}
	head, selected, closed := strings.Cut(fragment, ")")
	if inner, collection := graph.ElementOf(head + ")"); collection {
		if !closed || selected != "" && selected[0] != '(' {
			return a, false, unsure("@odata.context names no type: %q", fragment)
		}
		r = ref{inner, true}
	} else if name, selected, cut := strings.Cut(fragment, "("); cut && strings.HasSuffix(selected, ")") && strings.Contains(name, ".") && !strings.Contains(name, "/") {
		r.name = name // microsoft.graph.user(id,mail)
	}
	switch t := x.named(r.name); {
	case strings.HasPrefix(r.name, "Edm."):
	case t != nil:
		r.name = t.name
	case r.collection:
		return a, false, unsure("metadata has no type %q", r.name)
	default:
		return a, false, nil
	}
	return x.answer(r, Nothing), true, nil
}

// contextPart is a segment of a context: a name, and what stands behind it in
// parentheses.
type contextPart struct{ name, inner string }

// splitContext splits a fragment at slashes outside quotes and parentheses.
func splitContext(fragment string) []contextPart {
	var parts []contextPart
	depth, quoted, start := 0, false, 0
	for i := 0; i <= len(fragment); i++ {
		switch {
		case i == len(fragment) || fragment[i] == '/' && depth == 0 && !quoted:
			name, inner, _ := strings.Cut(fragment[start:i], "(")
			parts = append(parts, contextPart{name, strings.TrimSuffix(inner, ")")})
			start = i + 1
		case fragment[i] == '\'':
			quoted = !quoted && depth > 0
		case quoted:
		case fragment[i] == '(':
			depth++
		case fragment[i] == ')' && depth > 0:
			depth--
		}
	}
	return parts
}

// contextStep takes one segment. In parentheses stands a key, or, behind the last
// resource, what was selected: names without quotes.
func (w *walker) contextStep(part contextPart, last bool) (done bool, err error) {
	switch part.name {
	case "":
		return false, unsure("@odata.context has an empty segment")
	case "$entity":
		w.at.collection = false
		return false, nil
	case "$delta":
		return false, nil
	case "$deletedEntity", "$link", "$deletedLink":
		return false, unsure("@odata.context is of a change: %s", part.name)
	}
	s := graphurl.Segment{Text: part.name}
	if strings.Contains(part.name, ".") {
		s.Kind = graphurl.Cast
	}
	if err := w.step(s); err != nil {
		return false, err
	}
	if w.at.collection && part.inner != "" && (strings.HasPrefix(part.inner, "'") || !last && !isSelection(part.inner)) {
		w.at.collection = false
	}
	return false, nil
}

// isSelection tells a list of what was selected from a key without quotes.
func isSelection(inner string) bool {
	first, _, _ := strings.Cut(inner, ",")
	return !strings.ContainsAny(first, "-=0123456789")
}
