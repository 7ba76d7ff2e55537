package diff

import (
	"fmt"
	"iter"
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
func likeThreads(old, new []*thread) iter.Seq2[*thread, *thread] {
	return func(yield func(old, new *thread) bool) {
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
			if like != nil && !yield(t, like) {
				return
			}
		}
	}
}

// behaviourOf reduces a recording.
func behaviourOf(recording *cassette.Cassette) (*behaviour, error) {
	b := &behaviour{as: readingOf(recording), operations: map[string]*operation{}, doings: newDoings()}
	links, writes := linkTable{}, writeLog{}
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
	if followed && origin.isPage() && e.isRead() {
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
type writeLog map[string]*struct{ at, below int }

func (w writeLog) note(e *exchange) {
	prefixes := pathPrefixes(e.url)
	for i, prefix := range prefixes {
		c := w[prefix]
		if c == nil {
			c = &struct{ at, below int }{}
			w[prefix] = c
		}
		if i == len(prefixes)-1 {
			c.at++
		} else {
			c.below++
		}
	}
}

func (w writeLog) related(e *exchange) int {
	n := 0
	prefixes := pathPrefixes(e.url)
	for i, prefix := range prefixes {
		if c := w[prefix]; c != nil {
			n += c.at
			if i == len(prefixes)-1 {
				n += c.below
			}
		}
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

// addressOf is an address without its API version, in its canonical spelling.
func addressOf(u *graphurl.URL) string {
	bare := *u
	bare.Version = ""
	return bare.String()
}

// templateOf is the template of an address, without its API version.
func templateOf(u *graphurl.URL) string {
	bare := *u
	bare.Version = ""
	return bare.Template()
}

// ownKey tells operations apart whose addresses clients made themselves.
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
	return name + e.as.masked(templateOf(e.url)+maskedQuery(e.url.Options))
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

// maskLiterals replaces the strings, ids, dates and numbers of an expression: a number by
// {n}, what else begins with a digit by {value}.
func maskLiterals(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\'' || c == '"':
			b.WriteString("''")
			i = endOfLiteral(text, i)
		case c >= '0' && c <= '9' && (i == 0 || !isWordByte(text[i-1])):
			end := i
			for end < len(text) && (isWordByte(text[end]) || strings.IndexByte("-:.+", text[end]) >= 0) {
				end++
			}
			if isDigits(text[i:end]) {
				b.WriteString("{n}")
			} else {
				b.WriteString("{value}")
			}
			i = end
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

// endOfLiteral is the index behind a quoted text; a doubled quote is part of it.
func endOfLiteral(text string, start int) int {
	quote := text[start]
	for i := start + 1; i < len(text); i++ {
		if text[i] != quote {
			continue
		}
		if i+1 == len(text) || text[i+1] != quote {
			return i + 1
		}
		i++
	}
	return len(text)
}

func isWordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// isRead reports whether the exchange can have changed nothing.
func (e *exchange) isRead() bool { return e.reads || e.url.IsRead(e.method) }
