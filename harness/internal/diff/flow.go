package diff

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// behaviour is a recording, reduced to what a client can rely on.
type behaviour struct {
	as         reading
	operations map[string]*operation
	order      []*operation // by first request
	versions   []string     // API versions asked, sorted
	turnedAway []*exchange  // by throttling, at whatever request
	doings     *doings      // of the client, so far
}

func (b *behaviour) version() string { return strings.Join(b.versions, "+") }

// An operation is everything that was asked in one way: one method and template, or
// one link of another operation's answers.
type operation struct {
	key, name string
	follows   string     // the member or header whose links lead here; "" when the client made the address
	from      *operation // that gave the links
	threads   []*thread
	byAddress map[string]*thread
}

// exchanges are all of an operation, each with its further pages.
func (op *operation) exchanges() []*exchange {
	var all []*exchange
	for _, t := range op.threads {
		for _, ph := range t.phases {
			for _, e := range ph.answers {
				all = append(append(all, e), e.pages...)
			}
		}
	}
	return all
}

// telling are the answers of all phases that say something, each with its thread.
func (op *operation) telling(yield func(t *thread, e *exchange) bool) {
	for _, t := range op.threads {
		for _, ph := range t.phases {
			for _, e := range t.telling(ph) {
				if !yield(t, e) {
					return
				}
			}
		}
	}
}

// A thread is what was asked of one address. Writes have one phase.
type thread struct {
	write  bool
	phases []*phase
}

// A phase is what was asked between two writes to the same resource.
type phase struct {
	writes  int // how many had been made
	answers []*exchange
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

// outcome is with what statuses a thread's answers end, phase by phase.
func (t *thread) outcome() string {
	var b strings.Builder
	for _, ph := range t.phases {
		answers := ph.answers
		if !t.write {
			answers = answers[len(answers)-1:]
		}
		for _, e := range answers {
			fmt.Fprintf(&b, "%d ", e.status)
		}
		b.WriteByte('|')
	}
	return b.String()
}

// likeThreads pairs the addresses of an operation: those that end alike in the order in
// which they were asked, and then the others. Which of many resources is there and which
// is not has no order: a list's items come in any. Where there are more on one side, how
// many end in each of the known ways is chance too.
func likeThreads(old, new []*thread) (pairs [][2]*thread) {
	waiting := map[string][]*thread{}
	outcomes := map[string]bool{}
	for _, t := range new {
		waiting[t.outcome()] = append(waiting[t.outcome()], t)
	}
	paired := map[*thread]*thread{}
	for _, t := range old {
		end := t.outcome()
		outcomes[end] = true
		if like := waiting[end]; len(like) > 0 {
			paired[t], paired[like[0]] = like[0], t
			waiting[end] = like[1:]
		}
	}
	rest := slices.DeleteFunc(slices.Clone(new), func(t *thread) bool {
		return paired[t] != nil || len(old) != len(new) && outcomes[t.outcome()]
	})
	for _, t := range old {
		like := paired[t]
		if like == nil && len(rest) > 0 {
			like, rest = rest[0], rest[1:]
		}
		if like != nil {
			pairs = append(pairs, [2]*thread{t, like})
		}
	}
	return pairs
}

func behaviourOf(recording *cassette.Cassette) (*behaviour, error) {
	b := &behaviour{
		as: readingOf(recording), operations: map[string]*operation{},
		doings: &doings{byRoot: map[string]*strings.Builder{}, values: map[string]bool{}},
	}
	links, writes := linkTable{}, writeLog{at: map[string]int{}, within: map[string]int{}}
	for _, i := range recording.Interactions {
		exchanges, err := exchangesOf(i, b.as)
		if err != nil {
			return nil, err
		}
		for _, e := range exchanges {
			b.add(e, links, writes)
		}
	}
	slices.Sort(b.versions)
	return b, nil
}

// add files one exchange.
func (b *behaviour) add(e *exchange, links linkTable, writes writeLog) {
	if protocol.IsThrottled(e.status) {
		b.turnedAway = append(b.turnedAway, e) // a client repeats it, and how often is chance
		return
	}
	if v := e.url.Version; v != "" && !slices.Contains(b.versions, v) {
		b.versions = append(b.versions, v)
	}
	address := addressOf(e.url)
	origin, followed := links[address]
	if followed && origin.field == "nextLink" && e.isRead() {
		origin.exchange.pages = append(origin.exchange.pages, e)
		links.learn(e, origin.exchange)
		return
	}
	key, name, follows := e.ownKey(), e.ownName(), ""
	var from *operation
	if followed {
		key = e.method + " " + origin.field + " of " + origin.exchange.operation.key
		follows, from = origin.field, origin.exchange.operation
		if e.url.Host != graphurl.Graph {
			name = fmt.Sprintf("%s (%s of %s)", e.method, origin.field, origin.exchange.operation.name)
		}
	}
	op := b.operations[key]
	if op == nil {
		op = &operation{key: key, name: name, follows: follows, from: from, byAddress: map[string]*thread{}}
		b.operations[key] = op
		b.order = append(b.order, op)
	}
	e.operation = op
	op.add(e, address, writes)
	if e.isRead() {
		e.circumstances = b.doings.before(e)
	} else {
		writes.note(e)
		b.doings.note(e)
	}
	links.learn(e, e)
}

func (op *operation) add(e *exchange, address string, writes writeLog) {
	t := op.byAddress[address]
	if t == nil {
		t = &thread{write: !e.isRead()}
		op.byAddress[address] = t
		op.threads = append(op.threads, t)
	}
	n := 0
	if !t.write {
		n = writes.related(e)
	}
	if len(t.phases) == 0 || t.phases[len(t.phases)-1].writes != n {
		t.phases = append(t.phases, &phase{writes: n})
	}
	last := t.phases[len(t.phases)-1]
	last.answers = append(last.answers, e)
}

// writeLog counts writes by path, so that those that may change a resource are counted
// without looking at each: a write to the path itself, above it or below it.
type writeLog struct {
	at     map[string]int // by the path that was written to
	within map[string]int // by every path that leads there, that one too
}

func (w writeLog) note(e *exchange) {
	prefixes := pathPrefixes(e.url)
	for i, prefix := range prefixes {
		w.within[prefix]++
		if i == len(prefixes)-1 {
			w.at[prefix]++
		}
	}
}

func (w writeLog) related(e *exchange) (n int) {
	prefixes := pathPrefixes(e.url)
	for i, prefix := range prefixes {
		if i == len(prefixes)-1 {
			return n + w.within[prefix]
		}
		n += w.at[prefix]
	}
	return n
}

// deepest bounds the paths that are looked at on the way to an address: nothing of Graph's
// lies deeper.
const deepest = 64

// pathPrefixes are the paths that lead to an address, itself last.
func pathPrefixes(u *graphurl.URL) []string {
	var path strings.Builder
	path.WriteString(u.Host)
	ends := make([]int, 0, min(len(u.Segments), deepest))
	for i, s := range u.Segments {
		path.WriteString("/" + s.Text)
		if i < deepest-1 || i == len(u.Segments)-1 {
			ends = append(ends, path.Len())
		}
	}
	prefixes := make([]string, len(ends))
	for i, end := range ends {
		prefixes[i] = path.String()[:end]
	}
	return prefixes
}

// unversioned is an address without its API version.
func unversioned(u *graphurl.URL) *graphurl.URL {
	bare := *u
	bare.Version = ""
	return &bare
}

func addressOf(u *graphurl.URL) string { return unversioned(u).String() }

// ownKey identifies an operation whose address the client made itself.
func (e *exchange) ownKey() string {
	key := e.principal + " " + maskBraces(e.ownName()) // an id of another format is still an id
	for _, name := range []string{"Prefer", "Consistencylevel"} {
		if v := e.request.Get(name); v != "" {
			key += " " + name + ":" + v
		}
	}
	return key
}

// ownName is how a report calls an exchange's operation.
func (e *exchange) ownName() string {
	name := e.method + " "
	if e.part {
		name = "$batch: " + name
	}
	if e.url.Host != graphurl.Graph {
		return name + e.as.masked(e.url.Host)
	}
	return name + e.as.masked(unversioned(e.url).Template()+maskedQuery(e.url.Options))
}

// maskedQuery is a query without the values that differ from run to run: literals of
// expressions, and what is no option of OData's.
func maskedQuery(options []graphurl.Option) string {
	var b strings.Builder
	for i, o := range options {
		b.WriteByte("?&"[min(i, 1)])
		b.WriteString(o.Name)
		switch o.Name {
		case "$select", "$expand", "$orderby", "$count", "$top", "$format", "$filter", "$search", "$apply", "$compute":
			b.WriteString("=" + maskLiterals(o.Value))
		}
	}
	return b.String()
}

// quoted is a text in an expression; a doubled quote is part of it.
const quoted = `'(?:[^']|'')*'?|"(?:[^"]|"")*"?`

var (
	anyQuoted = regexp.MustCompile(quoted)
	anyValue  = regexp.MustCompile(quoted + `|\b[0-9][\w:.+-]*`)
)

// maskLiterals replaces the strings, ids, dates and numbers of an expression: a number by
// {n}, what else begins with a digit by {value}.
func maskLiterals(text string) string {
	return anyValue.ReplaceAllStringFunc(text, func(literal string) string {
		switch {
		case literal[0] == '\'' || literal[0] == '"':
			return "''"
		case isDigits(literal):
			return "{n}"
		}
		return "{value}"
	})
}

// isRead reports whether the exchange can have changed nothing.
func (e *exchange) isRead() bool { return e.reads || e.url.IsRead(e.method) }
