package route

import (
	"fmt"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// Context reads the @odata.context of an answer (OData JSON Format 4.01, section
// 4.6.2, and the forms that Graph uses). The error is an *Unsure.
func (x *Index) Context(context string) (Answer, error) {
	_, fragment, ok := strings.Cut(context, "#")
	if !ok {
		return Answer{}, unsure("@odata.context has no fragment: %q", context)
	}
	switch fragment = strings.TrimPrefix(fragment, "/"); fragment { // documentation begins some with a slash
	case "$ref":
		return Answer{Shape: Reference}, nil
	case odata.CollectionOf("$ref"):
		return Answer{Shape: References}, nil
	}
	w := &walker{index: x}
	start, rest, err := x.typeContext(fragment)
	if err != nil {
		return Answer{}, err
	}
	parts := splitContext(rest)
	if start.Name != "" {
		w.at, w.begun = start, true
		w.contextKey(parts[0], len(parts) == 1)
		parts = parts[1:]
	}
	for i, part := range parts {
		if err := w.contextStep(part, i == len(parts)-1); err != nil {
			return Answer{}, err
		}
	}
	switch {
	case !w.begun:
		return Answer{}, unsure("@odata.context names nothing: %q", context)
	case w.called != nil && w.at.Name == "":
		return Answer{}, unsure("@odata.context names %s, which returns nothing", w.called.name)
	}
	return x.answer(w.at, w.ended), nil
}

// typeContext reads a fragment that begins with a type's name, with its namespace or
// without, and returns what follows. Of any other fragment that is all of it.
func (x *Index) typeContext(fragment string) (start csdl.Ref, rest string, err error) {
	head, after, closed := strings.Cut(fragment, ")")
	if inner, collection := odata.ElementOf(head + ")"); collection {
		name := x.typeName(inner)
		switch {
		case !closed || after != "" && after[0] != '(' && after[0] != '/':
			return csdl.Ref{}, "", unsure("@odata.context names no type: %q", fragment)
		case name == "":
			return csdl.Ref{}, "", unsure("metadata has no type %q", inner)
		}
		return csdl.Ref{Name: name, Collection: true}, after, nil
	}
	name, rest := fragment, ""
	if end := strings.IndexAny(fragment, "(/"); end >= 0 {
		name, rest = fragment[:end], fragment[end:]
	}
	if _, isResource := x.resources[strings.ToLower(name)]; isResource {
		return csdl.Ref{}, fragment, nil
	}
	if name = x.typeName(name); name == "" {
		return csdl.Ref{}, fragment, nil
	}
	return csdl.Ref{Name: name}, rest, nil
}

// typeName is the full name of a type that a context names: without a namespace where one
// type alone has that name, or microsoft.graph has.
func (x typeTable) typeName(name string) string {
	if strings.HasPrefix(name, "Edm.") {
		return name
	}
	if t := x.named(name); t != nil {
		return t.name
	}
	if name == "" || strings.Contains(name, ".") {
		return ""
	}
	if t := x.named("microsoft.graph." + name); t != nil {
		return t.name
	}
	found := ""
	for _, t := range x {
		if shortName(t.name) != strings.ToLower(name) {
			continue
		}
		if found != "" {
			return ""
		}
		found = t.name
	}
	return found
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

// contextStep follows one segment. In parentheses stands a key, or, behind the last
// resource, what was selected: names without quotes.
func (w *walker) contextStep(part contextPart, last bool) error {
	switch part.name {
	case "":
		return unsure("@odata.context has an empty segment")
	case "$entity":
		w.at.Collection = false
		return nil
	case "$delta":
		return nil
	case "$deletedEntity", "$link", "$deletedLink":
		return unsure("@odata.context is of a change: %s", part.name)
	}
	s := graphurl.Segment{Text: part.name}
	if strings.Contains(part.name, ".") {
		s.Kind = graphurl.Cast
	}
	if err := w.step(s); err != nil {
		return err
	}
	w.contextKey(part, last)
	return nil
}

// contextKey follows what stands in parentheses, if it is a key.
func (w *walker) contextKey(part contextPart, last bool) {
	if w.at.Collection && part.inner != "" && (strings.HasPrefix(part.inner, "'") || !last && !isSelection(part.inner)) {
		w.at.Collection = false
	}
}

// isSelection distinguishes a list of what was selected from a key without quotes.
func isSelection(inner string) bool {
	first, _, _ := strings.Cut(inner, ",")
	return !strings.ContainsAny(first, "-=0123456789")
}

// Shape is what the body of an answer is.
type Shape int

// The shapes of answers.
const (
	Nothing    Shape = iota // no body is declared
	Object                  // one value of the type
	Page                    // an object whose "value" is an array of the type
	Value                   // an object whose "value" is one value of the type, which is primitive or an enum
	Bytes                   // a stream
	Count                   // the text of a number
	Reference               // an object with the @odata.id of one entity
	References              // a page of those
	Batch                   // the answer of $batch
	Unchecked               // something that is no value of a type: $metadata
)

// Answer is what a path answers when all is well.
type Answer struct {
	Shape Shape
	Type  string // full name, of the elements where there are many; "" for shapes without
}

// withoutType is how shapes without a type are called.
var withoutType = map[Shape]string{
	Nothing: "nothing", Bytes: "a stream", Count: "a count", Reference: "a reference",
	References: odata.CollectionOf("$ref"), Batch: "a batch", Unchecked: "what no type describes",
}

func (a Answer) String() string {
	switch a.Shape {
	case Object, Value:
		return a.Type
	case Page:
		return odata.CollectionOf(a.Type)
	}
	return withoutType[a.Shape]
}

// Target is what a request is addressed to.
type Target struct {
	Answer     Answer
	Body       Answer            // what the request brings
	Operation  string            // full name of the action or function, if it is one
	Parameters map[string]string // of an action: name -> type
	Types      []string          // the types that the path leads through, in its order
}

// Unsure says why a path or a context leads to no type.
type Unsure struct{ Reason string }

func (u *Unsure) Error() string { return u.Reason }

func unsure(message string, args ...any) *Unsure { return &Unsure{fmt.Sprintf(message, args...)} }
