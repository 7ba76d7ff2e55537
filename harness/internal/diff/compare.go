package diff

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
)

// comparison gathers what differs.
type comparison struct {
	old, new *behaviour
	opts     Options
	pairs    []pair
	gone     []*operation // only in the old recording
	come     []*operation
	own      map[string]bool // names of members that the client itself wrote otherwise
	found    []difference
}

// A pair is an operation in both recordings.
type pair struct{ old, new *operation }

// A difference is a change at one place. Those of one rule, subject and values are one
// change.
type difference struct {
	rule      ID
	subject   string // what changed, wherever it stands; "" for what belongs to the operation
	operation *operation
	where     string
	member    string // the name of the member that changed, "" for what is none
	message   string
	equal     [2]string // of EqualityBroken: the places that held one id
	old, new  string
	count     int
	examples  []Example
}

// identity is by what a change is known again: in other operations, and in other
// recordings. Ids that changed their letter case, say, did so for one reason.
func (d *difference) identity() string {
	switch {
	case d.rule.within("id"):
		return strings.Join([]string{string(d.rule), d.old, d.new}, "\x00")
	case d.rule.within("paging"), d.rule == ConsistencyWindow:
		return string(d.rule)
	case d.rule == EnumNew: // which of the old values an operation showed is chance
		return strings.Join([]string{string(d.rule), d.subject, d.new}, "\x00")
	case d.subject != "":
		return strings.Join([]string{string(d.rule), d.subject, d.old, d.new}, "\x00")
	}
	return strings.Join([]string{string(d.rule), d.operation.path(), d.old, d.new}, "\x00")
}

// path is an operation's name without its options: what is asked of one resource with
// other options is one thing.
func (op *operation) path() string {
	path, _, _ := strings.Cut(op.name, "?")
	return path
}

// underOneCause names what fails below an address by that address: where a drive is not
// found, nothing in it is.
func (c *comparison) underOneCause() {
	for i := range c.found {
		d := &c.found[i]
		if d.rule != StatusChanged {
			continue
		}
		for _, above := range c.found {
			if above.rule == d.rule && above.new == d.new && strings.HasPrefix(d.operation.path(), above.operation.path()+"/") {
				d.subject, d.old = above.operation.path(), above.old
			}
		}
		if d.subject == "" {
			d.subject = d.operation.path()
		}
	}
}

func (c *comparison) add(d difference) {
	if !slices.Contains(c.opts.Off, d.rule) && !c.isOwn(&d) {
		c.found = append(c.found, d)
	}
}

// pairUp finds the operations of two recordings that are one. What followed a link and
// has no like is paired by the address's own template.
func pairUp(old, new *behaviour) (pairs []pair, gone, come []*operation) {
	taken := map[*operation]bool{}
	for _, o := range old.order {
		if n := new.operations[o.key]; n != nil {
			pairs = append(pairs, pair{o, n})
			taken[n] = true
			continue
		}
		gone = append(gone, o)
	}
	byName := map[string]*operation{}
	for _, n := range new.order {
		if name := maskBraces(n.name); !taken[n] && byName[name] == nil { // an id of another format is still an id
			byName[name] = n
		}
	}
	gone = slices.DeleteFunc(gone, func(o *operation) bool {
		n := byName[maskBraces(o.name)]
		if n == nil {
			return false
		}
		pairs = append(pairs, pair{o, n})
		taken[n] = true
		delete(byName, maskBraces(o.name))
		return true
	})
	for _, n := range new.order {
		if !taken[n] {
			come = append(come, n)
		}
	}
	return pairs, gone, come
}

// operation compares an operation with itself, later.
func (c *comparison) operation(p pair) {
	before, after := pictureOf(p.old), pictureOf(p.new)
	for old, new := range likeThreads(p.old.threads, p.new.threads) {
		c.threads(p, old, new)
	}
	for _, status := range slices.Sorted(maps.Keys(before.answers)) {
		if after.answers[status] == nil {
			continue // told by the trace
		}
		c.answers(p, before.answers[status], after.answers[status])
	}
	if !c.has(p.old, "status") {
		c.requests(p, before, after)
	}
}

// has reports whether a difference of a family of rules was found in an operation.
func (c *comparison) has(op *operation, family string) bool {
	return slices.ContainsFunc(c.found, func(d difference) bool {
		return d.operation == op && d.rule.within(family)
	})
}

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
	for _, t := range op.threads {
		for _, ph := range t.phases {
			for _, e := range t.telling(ph) {
				p.add(e)
			}
			if t.write {
				for _, e := range ph.answers {
					p.ask(e)
				}
			}
		}
	}
	return p
}

// telling are the answers of a phase that say something: of reads, the last one with
// each status, since how often a client polls is chance.
func (t *thread) telling(p *phase) []*exchange {
	if t.write {
		return p.answers
	}
	var last []*exchange
	seen := map[int]bool{}
	for _, e := range slices.Backward(p.answers) {
		if !seen[e.status] {
			seen[e.status] = true
			last = append(last, e)
		}
	}
	return last
}

func (p *picture) ask(e *exchange) {
	if e.asked == nil {
		return
	}
	p.sent++
	r := reader{interaction: e.at, as: e.as, base: "$"}
	r.read(p.asked, e.asked, "")
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
	a.kinds[e.contentClass()]++
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
	for _, name := range []string{"value", graph.DeltaLink} {
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

// changes makes one change of the differences that are one.
func (c *comparison) changes() []Change {
	merged := map[string]*Change{}
	operations := map[string]map[*operation]bool{}
	var order []string
	c.underOneCause()
	for i := range c.found {
		d := &c.found[i]
		if d.rule == EqualityBroken && c.explainsEquality(d) {
			continue
		}
		id := d.identity()
		change := merged[id]
		if change == nil {
			change = &Change{
				Rule: d.rule, Severity: c.severity(d.rule), Operation: d.operation.name, Where: d.where,
				Message: d.message, Old: d.old, New: d.new, Fingerprint: Fingerprint(id),
			}
			merged[id] = change
			operations[id] = map[*operation]bool{}
			order = append(order, id)
		}
		change.Count += max(d.count, 1)
		operations[id][d.operation] = true
		change.Operations = len(operations[id])
		change.Examples = append(change.Examples, d.examples...)
		change.Examples = change.Examples[:min(len(change.Examples), maxExamples)]
	}
	changes := make([]Change, 0, len(order))
	for _, id := range order {
		changes = append(changes, *merged[id])
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), strings.Compare(a.Operation, b.Operation), strings.Compare(a.Where, b.Where), cmp.Compare(a.Rule, b.Rule))
	})
	return changes
}

func (c *comparison) severity(rule ID) report.Severity {
	if s, ok := c.opts.Severities[rule]; ok {
		return s
	}
	return severities()[rule]
}

// Fingerprint is 12 hex digits that stand for what makes a change that change.
func Fingerprint(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// examplesOf pairs up to three places of both sides.
func examplesOf(old, new []spot) []Example {
	var all []Example
	for i := range min(max(len(old), len(new)), maxExamples) {
		var e Example
		if i < len(old) {
			e.Old, e.Path = old[i].interaction, old[i].path
		}
		if i < len(new) {
			e.New, e.Path = new[i].interaction, new[i].path
		}
		all = append(all, e)
	}
	return all
}
