package route

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

type walker struct {
	index  *Index
	method string
	at     csdl.Ref
	parent csdl.Ref   // what the stream or the property at hand belongs to
	called *operation // the operation that the path ends with, so far
	ended  Shape      // of a path that can go no further; Nothing where it can
	begun  bool
	seen   []string // the types that the path leads through
}

// Resolve walks a request's path. The address is absolute or relative to the API's
// root, with or without its version. The error is an *Unsure.
func (x *Index) Resolve(method, address string) (Target, error) {
	u, err := graphurl.Parse(address)
	if err != nil {
		return Target{}, unsure("the address cannot be read: %v", err)
	}
	if u.Host != "" && u.Host != graphurl.Graph {
		return Target{}, unsure("%s is not a host of Graph", u.Host)
	}
	w := &walker{index: x, method: strings.ToUpper(method)}
	for _, s := range u.Segments {
		if err := w.step(s); err != nil {
			return Target{}, err
		}
	}
	if !w.begun {
		return Target{Answer: Answer{Shape: Unchecked}}, nil
	}
	w.see()
	return w.target(), nil
}

func (w *walker) step(s graphurl.Segment) error {
	w.see()
	switch {
	case w.ended != Nothing:
		return unsure("nothing can follow here: %q", shown(s))
	case s.Kind == graphurl.System:
		return w.system(s.Text)
	case !w.begun:
		return w.first(s)
	case w.called != nil && w.at.Name == "":
		return unsure("%s returns nothing, so that %q cannot follow", w.called.name, shown(s))
	case w.index.lacks(w.at.Name) && !(w.at.Collection && s.Kind == graphurl.Key):
		return unsure("the index does not hold type %s, so that %q leads nowhere", w.at.Name, shown(s))
	case s.Kind == graphurl.ColonPath:
		if w.at.Collection {
			return unsure("a colon path after a collection: %q", shown(s))
		}
		return nil // a file or a folder below, of the same type (driveitem-get)
	case s.Kind == graphurl.Cast && w.cast(s.Text):
		return nil
	}
	if called, err := w.operation(s); called || err != nil {
		return err
	}
	if w.at.Collection {
		return w.key(s)
	}
	return w.property(s)
}

func (w *walker) see() {
	if w.at.Name != "" && !slices.Contains(w.seen, w.at.Name) {
		w.seen = append(w.seen, w.at.Name)
	}
}

func (w *walker) system(name string) error {
	if !w.begun {
		switch name {
		case "$batch":
			w.ended = Batch
		case "$metadata":
			w.ended = Unchecked
		default:
			return unsure("a path cannot begin with %s", name)
		}
		w.begun = true
		return nil
	}
	switch name {
	case "$count":
		w.ended = Count
	case "$value":
		w.ended = Bytes
	case "$ref":
		w.ended = Reference
		if w.at.Collection {
			w.ended = References
		}
	default:
		return unsure("the meaning of %s is not known", name)
	}
	return nil
}

func (w *walker) first(s graphurl.Segment) error {
	name := strings.ToLower(s.Text)
	if name == "myorganization" { // an alias of the root (concepts/call-api)
		return nil
	}
	r, ok := w.index.resources[name]
	if !ok {
		return unsure("metadata has no entity set or singleton %q", shown(s))
	}
	w.begun, w.at = true, r.ref
	if r.operation == "" {
		return w.alternate(s)
	}
	called, err := w.operation(graphurl.Segment{Text: r.operation, Args: s.Args})
	if !called && err == nil {
		return unsure("no overload of %q fits", shown(s))
	}
	return err
}

// cast follows the name of a type, if it is one that the value may be of.
func (w *walker) cast(name string) bool {
	t := w.index.named(name)
	if t == nil || w.index.derives(t.name, w.at.Name) < 0 && w.index.derives(w.at.Name, t.name) < 0 {
		return false
	}
	w.at.Name = t.name
	return true
}

// key follows the key of an entity in the collection at hand.
func (w *walker) key(s graphurl.Segment) error {
	if len(s.Args) > 0 {
		return unsure("%s has no operation %q", w.at, shown(s))
	}
	w.at.Collection, w.called = false, nil
	return nil
}

// property follows a property, navigation or not, of the value at hand.
func (w *walker) property(s graphurl.Segment) error {
	name := strings.ToLower(s.Text)
	open := false
	for _, t := range w.index.bases(w.at.Name) {
		if r, ok := t.properties[name]; ok {
			w.parent, w.at, w.called = w.at, r, nil
			return w.alternate(s)
		}
		open = open || t.open
	}
	switch {
	case w.at.IsPrimitive():
		return unsure("%s has no properties: %q", w.at.Name, shown(s))
	case open:
		return unsure("%s declares no property or operation %q, and is open", w.at.Name, shown(s))
	}
	return unsure("%s has no property or operation %q", w.at.Name, shown(s))
}

// alternate follows the alternate key that stands in parentheses behind a collection.
func (w *walker) alternate(s graphurl.Segment) error {
	if len(s.Args) == 0 {
		return nil
	}
	if !w.at.Collection {
		return unsure("%q takes no arguments", shown(s))
	}
	var names []string
	for _, a := range s.Args {
		names = append(names, strings.ToLower(a.Name))
	}
	slices.Sort(names)
	for _, t := range w.index.bases(w.at.Name) {
		if slices.ContainsFunc(t.keys, func(key []string) bool { return slices.Equal(key, names) }) || slices.Equal(names, []string{"id"}) {
			w.at.Collection = false
			return nil
		}
	}
	return unsure("%s has no alternate key (%s)", w.at.Name, strings.Join(names, ", "))
}

// operation follows an action or a function that is bound to the value at hand: the
// overload whose binding type is nearest. False means that none fits.
func (w *walker) operation(s graphurl.Segment) (called bool, err error) {
	var best *operation
	least, ambiguous := 0, false
	overloads := w.index.operations[shortName(s.Text)]
	for i := range overloads {
		o := &overloads[i]
		rank, fits := w.rank(o, s.Args)
		switch {
		case !fits:
		case best == nil || rank < least:
			best, least, ambiguous = o, rank, false
		case rank == least && o.returns != best.returns:
			ambiguous = true
		}
	}
	if best == nil {
		return false, nil
	}
	if ambiguous {
		return false, unsure("more than one overload of %q fits %s", shown(s), w.at)
	}
	w.called, w.parent, w.at = best, w.at, best.returns
	return true, nil
}

// rank says whether an overload fits, and how well; less is better. A POST means
// an action where a function has the same name. Of functions the one with the
// fewest parameters counts.
func (w *walker) rank(o *operation, args []graphurl.Option) (rank int, fits bool) {
	distance := 0
	if o.binding != w.at {
		distance = w.index.derives(w.at.Name, o.binding.Name)
	}
	if distance < 0 || o.binding.Collection != w.at.Collection || !o.accepts(args) {
		return 0, false
	}
	isPost := w.method == http.MethodPost
	if o.action && !isPost && w.method != "" {
		return 0, false
	}
	rank = distance * 1000
	if o.action != isPost {
		rank += 500
	}
	if !o.action {
		rank += len(o.parameters)
	}
	return rank, true
}

// accepts reports whether a function has parameters of those names; an action has
// its own from the body.
func (o operation) accepts(args []graphurl.Option) bool {
	if o.action {
		return len(args) == 0
	}
	for _, a := range args {
		isOf := func(name string) bool { return strings.EqualFold(name, a.Name) }
		if !slices.ContainsFunc(slices.Collect(maps.Keys(o.parameters)), isOf) {
			return false
		}
	}
	return true
}

// target is what the request means at the end of its path.
func (w *walker) target() Target {
	t := Target{Answer: w.index.answer(w.at, w.ended), Types: w.seen}
	if w.called != nil {
		t.Operation = w.called.name
		if w.called.action {
			t.Parameters = w.called.parameters
		}
		return t
	}
	switch w.method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		t.Body, t.Answer = w.written(t.Answer)
	case http.MethodDelete:
		t.Answer = Answer{}
	}
	return t
}

// written is what a request that writes brings, and what it answers.
func (w *walker) written(read Answer) (body, answer Answer) {
	switch read.Shape {
	case Reference, References:
		return Answer{Shape: Reference}, Answer{}
	case Page:
		if w.method == http.MethodPost {
			element := w.index.answer(csdl.Ref{Name: w.at.Name}, Nothing)
			return element, element
		}
		return read, read
	case Bytes:
		if w.ended == Bytes { // of a media entity: answered with or without a body (profilephoto-update)
			return read, Answer{Shape: Unchecked}
		}
		// What a file was written to answers itself (driveitem-put-content).
		return read, w.index.answer(csdl.Ref{Name: w.parent.Name}, Nothing)
	case Batch:
		return Answer{Shape: Unchecked}, read
	}
	return read, read
}

// answer is a value of a type, as a body.
func (x typeTable) answer(r csdl.Ref, ended Shape) Answer {
	t := x.named(r.Name)
	switch {
	case ended != Nothing:
		return Answer{Shape: ended}
	case r.Name == "":
		return Answer{}
	case r.Collection:
		return Answer{Page, r.Name}
	case r.Name == "Edm.Stream":
		return Answer{Shape: Bytes}
	case r.IsPrimitive() || t != nil && t.enum:
		return Answer{Value, r.Name}
	}
	return Answer{Object, r.Name}
}

// shown is a segment as a report may name it: a word, but no id and no file's path.
func shown(s graphurl.Segment) string {
	isWord := func(c byte) bool { return ascii.IsAlnum(c) || c == '_' || c == '$' }
	switch {
	case s.Kind == graphurl.ColonPath:
		return ":/{path}"
	case s.Kind == graphurl.Key, s.Kind == graphurl.Word && !ascii.All(s.Text, isWord):
		return "{id}"
	}
	return s.Text
}
