package diff

import (
	"cmp"
	"maps"
	"mime"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A picture is what an operation's answers have in common, by status.
type picture struct {
	answers map[int]*answers
	asked   *shape // the documents that writes sent
	sent    int    // how many writes there were
}

// answers are those with one status.
type answers struct {
	all     []*exchange
	shape   *shape
	headers map[string]int
	kinds   map[string]int // content types and kinds of bodies
	equal   equalities
}

func newPicture() *picture {
	return &picture{answers: map[int]*answers{}, asked: newShape("", "$", "request")}
}

func pictureOf(op *operation) *picture {
	p := newPicture()
	for t, e := range op.telling {
		p.add(e)
		if t.write {
			p.ask(e)
		}
	}
	return p
}

func (p *picture) ask(e *exchange) {
	if e.asked == nil {
		return
	}
	p.sent++
	(&reader{interaction: e.at, as: e.as, base: "$"}).read(p.asked, e.asked, "")
}

func (p *picture) add(e *exchange) {
	a := p.answers[e.status]
	if a == nil {
		a = &answers{shape: newShape("", "$", ""), headers: map[string]int{}, kinds: map[string]int{}, equal: equalities{}}
		p.answers[e.status] = a
	}
	a.all = append(a.all, e)
	for _, name := range contractHeaders {
		if e.header.Get(name) != "" {
			a.headers[name]++
		}
	}
	media, _, _ := mime.ParseMediaType(e.header.Get("Content-Type"))
	if e.part {
		media = "" // parts need not say
	}
	a.kinds[strings.TrimSpace(media+" "+e.answered.kind)]++
	if e.answered.kind == "JSON" && e.answered.doc != nil {
		typ := e.typeOf()
		(&reader{interaction: e.at, as: e.as, base: e.path}).read(a.shape, e.answered.doc, typ)
		a.equal.learn(e)
		for _, page := range e.pages {
			a.page(page, typ)
		}
	}
	if location := e.header.Get("Location"); location != "" {
		a.location(e, location)
	}
}

// page adds a further page: its items to the list, and the link that only the last page
// has.
func (a *answers) page(e *exchange, typ string) {
	root, _ := e.answered.doc.(map[string]any)
	for _, name := range []string{"value", odata.DeltaLink} {
		s := a.shape.members[name]
		value, there := root[name]
		switch {
		case !there:
			continue
		case s == nil:
			s = newShape(name, jsondoc.AppendPath(jsondoc.Root, name), name)
			a.shape.members[name] = s
		}
		r := reader{interaction: e.at, as: e.as, base: e.path, steps: []any{name}}
		if items, isList := value.([]any); isList && s.types[typeArray] > 0 {
			r.elements(s, items, typ) // of the list that the first page began
			continue
		}
		r.read(s, value, typ)
	}
	a.equal.learn(e)
}

// location files the Location header with the body's members, as one of them.
func (a *answers) location(e *exchange, text string) {
	if a.shape.members == nil {
		a.shape.members = map[string]*shape{}
	}
	const name = "header.Location"
	s := a.shape.members[name]
	if s == nil {
		s = newShape("Location", name, name)
		a.shape.members[name] = s
	}
	s.types[typeString]++
	s.at = append(s.at[:min(len(s.at), maxExamples-1)], spot{e.at, name})
	(&reader{interaction: e.at, as: e.as, base: name}).text(s, text)
}

// An answerPair is the answers with one status of both recordings.
type answerPair struct {
	pair
	before, after *answers
}

func (a answerPair) compare(in *recordings) {
	a.headers()
	if a.content() {
		return
	}
	if a.before.all[0].status >= 400 {
		a.errors()
		return
	}
	(&shapes{a.pair, in}).compare(a.before.shape, a.after.shape)
	a.equalities()
}

// shapes compares what the bodies of an operation's answers hold.
type shapes struct {
	pair
	in *recordings
}

// add adds a difference of what stands at a place, which examples of both sides show.
func (c *shapes) add(at *shape, old, new []spot, d difference) {
	d.member, d.subject, d.where, d.examples = at.name, cmp.Or(d.subject, at.subject), at.where, examplesOf(old, new)
	c.pair.add(d)
}

// compare compares what stands at one place, and then what stands below it.
func (c *shapes) compare(old, new *shape) {
	isPaging := old.where == jsondoc.AppendPath(jsondoc.Root, odata.NextLink) // traces compare it
	if old.total() > 0 && new.total() > 0 && !isPaging {
		if c.types(old, new) {
			return
		}
		c.values(old, new)
	}
	if old.types[typeObject] > 0 && new.types[typeObject] > 0 {
		names := maps.Clone(old.members)
		maps.Copy(names, new.members)
		c.hidden(names, old, new)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			c.member(name, old, new)
		}
	}
	if old.element != nil && new.element != nil {
		c.compare(old.element, new.element)
	}
	if old.removed != nil && new.removed != nil {
		c.compare(old.removed, new.removed)
	}
}
