package redact

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/saltfile"
)

// A Redactor redacts the interactions of one recording. It is safe for concurrent
// use.
type Redactor struct {
	options    Options
	saltDigest string
	rules      Rules
	off        map[ID]bool // rules that are not obeyed
	keep       struct{ values, members, headers set }
	ledger     *ledger
	previous   *previous
	passes     sync.Pool // of *pass

	mu      sync.Mutex
	counts  map[string]int // by rule
	unknown map[string]int
}

// Options are what a recording may bring along.
type Options struct {
	Salt []byte // the project's: what pseudonyms are made with
	// Previous is an earlier recording of the same. What stands where it has a pseudonym gets that
	// again, if it has the value's shape and is free.
	Previous *cassette.Cassette
	// Mark is a rule of the caller's: of what class a value is, by the name of its place, the
	// member above, and its text; "" leaves it to the other rules. It answers alike for alike.
	Mark func(name, parent, text string) Class
}

// New returns a Redactor that has seen nothing yet.
func New(rules Rules, options Options) (*Redactor, error) {
	if err := rules.Validate(); err != nil {
		return nil, fmt.Errorf("redact: %w", err)
	}
	r := &Redactor{
		options: options, saltDigest: saltfile.Digest(options.Salt), rules: rules, off: rules.disabled(), ledger: newLedger(options.Salt),
		counts: map[string]int{}, unknown: map[string]int{},
	}
	r.keep.values, r.keep.members, r.keep.headers = newSet(rules.Keep), newSet(rules.KeepMembers), newSet(rules.KeepHeaders)
	if options.Previous != nil {
		r.previous = newPrevious(options.Previous, r.ledger)
	}
	return r, nil
}

// Record returns a redacted copy, as it is stored: nothing that comes later changes it, and
// neither the argument nor anything that it refers to is changed. Values that are met for the first
// time get their pseudonyms. The note is for Meta, at the end of the recording.
func (r *Redactor) Record(i *cassette.Interaction) (stored *cassette.Interaction, note []byte) {
	p := r.begin()
	defer p.end()
	p.previous = r.previous.like(i)
	out := *i
	p.interaction(&out)
	note = p.note(&out)
	r.mu.Lock()
	defer r.mu.Unlock()
	for rule, count := range p.counts {
		r.counts[rule] += count
	}
	for name, count := range p.unknown {
		r.unknown[name] += count
	}
	return &out, note
}

// Meta redacts what a cassette says of itself, and notes in it what was done: to all
// interactions with these notes.
func (r *Redactor) Meta(m *cassette.Meta, notes [][]byte) error {
	tags, err := Tags(notes)
	if err != nil {
		return err
	}
	p := r.begin()
	defer p.end()
	vars := maps.Clone(m.Vars)
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		vars[name] = r.Var(name, vars[name])
	}
	m.Vars = vars
	for _, s := range []*string{&m.Source, &m.Client} {
		*s = p.byForm(&place.Leaf{Text: *s}).text
	}
	m.Rules = r.rules.Digest()
	m.Redacted = append(m.Redacted, slices.Collect(maps.Keys(r.Summary()))...)
	slices.Sort(m.Redacted)
	m.Redacted = slices.Compact(m.Redacted)
	if len(r.options.Salt) > 0 && len(m.Redacted) > 0 {
		m.Salt = r.saltDigest
		for p, t := range m.Tags { // of what was sealed before
			if _, known := tags[p]; !known && r.ledger.faker.IsName(p) {
				tags[p] = t
			}
		}
		m.Tags = tags
	}
	return nil
}

// Var is what is stored of a variable's value. A step of a path, such as me, stays, which
// /{name} is then.
func (r *Redactor) Var(name, value string) string {
	if steps.has(value) {
		return value
	}
	p := r.begin()
	defer p.end()
	return p.rewritten(nil, place.Leaf{Role: place.Text, Name: name, Text: value})
}

// Guard refuses an interaction that holds a secret.
func (r *Redactor) Guard() cassette.Guard {
	look, _ := New(r.rules, Options{Salt: r.options.Salt, Mark: r.options.Mark}) // of rules that were valid
	return func(c *cassette.Cassette) error {
		var shown []string
		for _, l := range leaksIn(c, look) {
			if l.Rule.Class() == Secret {
				shown = append(shown, l.String())
			}
		}
		if len(shown) == 0 {
			return nil
		}
		message := fmt.Sprintf("%d values would leak: %s", len(shown), strings.Join(shown[:min(3, len(shown))], "; "))
		if more := len(shown) - 3; more > 0 {
			message += fmt.Sprintf("; and %d more", more)
		}
		return &fault.Error{Message: message, Hint: "nothing was written; redact the cassette, or report the place as a fault of the rule that is named"}
	}
}

// Summary says how many values each rule has replaced, by rule id.
func (r *Redactor) Summary() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	summary := maps.Clone(r.counts)
	delete(summary, string(volatile))
	return summary
}

// Unknown says how many values were replaced only because nothing knows them, by the member that they
// stand at, which a rule keep-members may list; "" has those that stand elsewhere, or at a name that
// nothing knows either, since it is a value itself.
func (r *Redactor) Unknown() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.unknown)
}

// Message redacts a text that is about an exchange and stored nowhere in it: an error, a
// value that a report shows, alone or in quotes. What the recording knows is replaced by
// its pseudonym, as are values that show what they are; of addresses the queries are
// left out, and network addresses become one of those kept for documentation.
func (r *Redactor) Message(text string) string {
	inner, err := strconv.Unquote(text)
	if quoted := err == nil && strings.HasPrefix(text, `"`); quoted {
		if is := r.Message(inner); is != inner {
			return strconv.Quote(is)
		}
		return text
	}
	if is, ok := r.ledger.known(text); ok {
		return is
	}
	p := r.begin()
	defer p.end()
	text, _ = p.parts(nil, place.Leaf{Role: place.Text, Text: text})
	text = eachWebAddress(text, func(address string) string { // its query may hold a token
		address, _, has := strings.Cut(address, "?")
		if has {
			address += "?..."
		}
		return address
	})
	return withoutNetwork(r.ledger.within(p.byForm(&place.Leaf{Text: text}).text))
}

// withoutNetwork replaces the numbers of hosts, with or without a port.
func withoutNetwork(text string) string {
	fields := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" \t\n\"'(),>", c) })
	for _, field := range fields {
		for _, trimmed := range []string{field, strings.TrimRight(field, ":.;-")} {
			if at, err := netip.ParseAddrPort(trimmed); err == nil && !at.Addr().IsLoopback() {
				text = strings.ReplaceAll(text, trimmed, "192.0.2.1:"+strconv.Itoa(int(at.Port())))
			} else if at, err := netip.ParseAddr(trimmed); err == nil && !at.IsLoopback() {
				text = strings.ReplaceAll(text, trimmed, "192.0.2.1")
			}
		}
	}
	return text
}

// A tagged name, as notes have it.
type taggedName struct {
	Name   string `json:"n"`
	Tag    string `json:"t"`
	Looked bool   `json:"l,omitempty"`
}

// noteData is what is to be known of an interaction when its recording ends.
type noteData struct {
	Shapes []uint64     `json:"s,omitempty"` // of a request with holes, several of a batch
	Names  []taggedName `json:"n,omitempty"`
	Place  int          `json:"p,omitempty"` // in the recording before, from 1
	Salt   string       `json:"k,omitempty"` // digest of that which it was made with
}

// shapesOf are the method and template of a request, or those of a batch's parts: they are
// distinguished by the names in them, too, in any order.
func shapesOf(i *cassette.Interaction) []uint64 {
	shapes := []uint64{shapeOf(i.Request.Method, i.Request.URL)}
	if u, err := graphurl.Parse(i.Request.URL); err != nil || !u.IsBatch() {
		return shapes
	}
	doc, _ := jsondoc.Parse(i.Request.Body) // what is none has no parts
	for _, part := range graph.Requests(doc) {
		shapes = append(shapes, shapeOf("$batch "+part.Method, part.URL))
	}
	return shapes
}

func shapeOf(method, address string) uint64 {
	shape := fnv.New64a()
	if u, err := graphurl.Parse(address); err == nil {
		address = u.Template()
	}
	fmt.Fprintln(shape, method, address)
	return shape.Sum64()
}

// readNote reads a note; one that is empty says nothing.
func readNote(text []byte) (n noteData, err error) {
	if len(text) > 0 && json.Unmarshal(text, &n) != nil {
		return noteData{}, errors.New("a note of the journal is damaged")
	}
	return n, nil
}

// PlaceOf reads from a note which place an interaction had in the recording before, from 0;
// -1 for none.
func PlaceOf(text []byte) int {
	n, _ := readNote(text)
	return max(n.Place, 0) - 1
}

// SaltOf reads from notes the digest of the salt that interactions were redacted with; "" for
// none.
func SaltOf(notes [][]byte) string {
	for _, text := range notes {
		if n, _ := readNote(text); n.Salt != "" {
			return n.Salt
		}
	}
	return ""
}

// Tags reads notes: which tags a cassette of these interactions keeps. A name that is
// neither looked up nor stands in a request of a shape that another has needs none.
func Tags(notes [][]byte) (map[string]string, error) {
	read := make([]noteData, len(notes))
	count := map[uint64]int{}
	for k, text := range notes {
		n, err := readNote(text)
		if err != nil {
			return nil, err
		}
		read[k] = n
		for _, shape := range n.Shapes {
			count[shape]++
		}
	}
	tags := map[string]string{}
	for _, n := range read {
		alone := !slices.ContainsFunc(n.Shapes, func(shape uint64) bool { return count[shape] > 1 })
		for _, name := range n.Names {
			if name.Looked || !alone {
				tags[name.Name] = name.Tag
			}
		}
	}
	return tags, nil
}
