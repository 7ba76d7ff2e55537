package redact

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// cassetteName is a hole's kind.
const cassetteName = cassette.HoleName

// A Redactor redacts the interactions of one recording. It is safe for concurrent
// use.
type Redactor struct {
	rules       Rules
	mark        func(name, parent, text string) Class // nil marks nothing
	salt        []byte
	on          [ruleCount]bool
	keep        set
	keepMembers set
	keepHeaders set
	ledger      *ledger
	previous    *previous
	verdicts    verdicts
	nears       sync.Pool // of *near

	mu      sync.Mutex
	counts  [ruleCount]int
	unknown map[string]int
}

// Options are what a recording may bring along.
type Options struct {
	Salt []byte // the project's: what pseudonyms are made with
	// Previous is an earlier recording of the same. A value that stands where the
	// earlier one had a pseudonym gets that pseudonym again, if it has the value's
	// shape and is free, so that a difference of the files shows what changed.
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
		rules: rules, mark: options.Mark, salt: options.Salt, on: rules.enabled(), ledger: newLedger(options.Salt), unknown: map[string]int{},
		keep: newSet(rules.Keep), keepMembers: newSet(rules.KeepMembers), keepHeaders: newSet(rules.KeepHeaders),
	}
	if options.Previous != nil {
		r.previous = newPrevious(options.Previous, r.ledger)
	}
	return r, nil
}

// Interaction returns a redacted copy, as it is stored: nothing that comes later changes
// it. Values that are met for the first time get their pseudonyms. The argument is not
// changed, nor anything that it refers to.
func (r *Redactor) Interaction(i *cassette.Interaction) *cassette.Interaction {
	stored, _ := r.Record(i)
	return stored
}

// Record is Interaction, with the note that Meta wants at the end of the recording.
func (r *Redactor) Record(i *cassette.Interaction) (stored *cassette.Interaction, note []byte) {
	p := &pass{scene: scene{r: r, previous: r.previous.like(i)}}
	out := *i
	p.interaction(&out)
	p.end()
	r.mu.Lock()
	defer r.mu.Unlock()
	for n, count := range p.counts {
		r.counts[n] += count
	}
	for name, count := range p.unknown {
		r.unknown[name] += count
	}
	return &out, p.note(&out)
}

// interaction rewrites all texts of an interaction. Headers and forms are replaced, not
// changed.
func (p *pass) interaction(i *cassette.Interaction) {
	req, resp := &i.Request, &i.Response
	address := req.URL
	if hostOf(address) == "" && req.Host != "" {
		address = "https://" + req.Host + address
	}
	p.left = !graph.IsHost(hostOf(address))
	p.signIn = graph.IsSignInHost(hostOf(address))
	p.sealed = p.left && !graph.IsFileHost(hostOf(address))
	asked := place.Message{Method: req.Method, Address: req.URL, Header: req.Headers, Trailer: req.Trailer, Body: req.Body}
	p.begin("request")
	p.request, p.offset, p.before = true, offsetOf(first(req.Headers, "Content-Range")), p.previous.request(p.r.ledger)
	p.rewrite(&asked)
	p.request = false
	if p.trial == nil {
		p.previous = p.r.previous.place(p.previous, &asked, resp)
	}
	p.begin("response")
	answered := place.Message{Method: req.Method, Address: req.URL, Answer: true, Status: resp.Code, Header: resp.Headers, Trailer: resp.Trailer, Body: p.previous.inOrder(req.Body, resp.Body)}
	p.offset, p.before, p.sizes = offsetOf(first(resp.Headers, "Content-Range")), p.previous.answer(p.r.ledger), hashSizes(resp.Body)
	p.rewrite(&answered)
	p.before = nil

	sent, came := len(req.Body), len(resp.Body)
	req.URL, req.Headers, req.Trailer, req.Body = asked.Address, asked.Header, asked.Trailer, asked.Body
	resp.Headers, resp.Trailer, resp.Body = answered.Header, answered.Trailer, answered.Body
	req.Headers = resize(req.Headers, &req.ContentLength, sent, len(req.Body))
	resp.Headers = resize(resp.Headers, &resp.ContentLength, came, len(resp.Body))
	if p.previous != nil { // how long it took changes with every call
		resp.Duration = p.previous.of.Response.Duration
	}
	p.rest(i)
	if p.trial == nil {
		i.Holes = p.opened(&asked)
	}
}

func (p *pass) begin(part string) {
	if p.begins != nil {
		p.begins(part)
	}
}

func (p *pass) rewrite(m *place.Message) {
	p.outside = p.left && !m.Answer
	place.Rewrite(m, p.leaf)
}

// rest rewrites what go-vcr keeps of a request beside that.
func (p *pass) rest(i *cassette.Interaction) {
	req := &i.Request
	if req.RequestURI != "" {
		req.RequestURI = p.judge().alone(nil, place.Leaf{Role: place.Text, Text: req.RequestURI})
	}
	if req.Host != "" {
		req.Host = p.judge().alone(nil, place.Leaf{Role: place.Host, Text: req.Host})
	}
	if req.RemoteAddr != "" {
		req.RemoteAddr = "198.18.0.1:1"
	}
	if len(req.Form) > 0 {
		form := make(url.Values, len(req.Form))
		for _, name := range slices.Sorted(maps.Keys(req.Form)) {
			for _, v := range req.Form[name] {
				is := p.judge().alone(nil, place.Leaf{Role: place.Field, Name: name, Text: v})
				form[name] = append(form[name], is)
			}
		}
		req.Form = form
	}
}

// resize makes the lengths that described the old text describe the new one.
func resize(h http.Header, length *int64, was, is int) http.Header {
	if *length == int64(was) {
		*length = int64(is)
	}
	if v := h["Content-Length"]; was != is && len(v) == 1 && v[0] == strconv.Itoa(was) {
		h = h.Clone()
		h.Set("Content-Length", strconv.Itoa(is))
	}
	return h
}

func first(h http.Header, name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	for key, v := range h {
		if len(v) > 0 && strings.EqualFold(key, name) {
			return v[0]
		}
	}
	return ""
}

// opened tells the holes of a request, by their places in what is stored: those in what
// was sent may hold what was replaced.
func (p *pass) opened(stored *place.Message) []cassette.Hole {
	if len(p.holes) == 0 {
		return nil
	}
	holes := make([]cassette.Hole, 0, len(p.holes))
	n, next := 0, 0
	m := *stored
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if l.Layered {
			if next == len(p.holes) || p.holes[next].leaf != n || !p.holes[next].whole {
				return "", false
			}
		}
		if next < len(p.holes) && p.holes[next].leaf == n {
			holes = append(holes, cassette.Hole{Place: l.Place(), Kind: p.holes[next].kind})
			next++
		}
		n++
		return l.Text, true
	})
	return holes
}

// Meta redacts what a cassette says of itself, and notes in it what was done: to all
// interactions with these notes.
func (r *Redactor) Meta(m *cassette.Meta, notes [][]byte) error {
	tags, err := Tags(notes)
	if err != nil {
		return err
	}
	p := &pass{scene: scene{r: r}}
	vars := maps.Clone(m.Vars)
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		vars[name] = r.Var(name, vars[name])
	}
	m.Vars = vars
	for _, s := range []*string{&m.Source, &m.Client} {
		plain, by := withoutSecrets(*s)
		if v := p.renamer().inner(&place.Leaf{Text: *s}, plain, by); v.rule != noRule {
			*s = v.text
		}
	}
	m.Rules = r.rules.Digest()
	m.Redacted = append(m.Redacted, slices.Collect(maps.Keys(r.Summary()))...)
	slices.Sort(m.Redacted)
	m.Redacted = slices.Compact(m.Redacted)
	if len(r.salt) > 0 && len(m.Redacted) > 0 {
		m.Salt = cassette.SaltDigest(r.salt)
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
	p := &pass{scene: scene{r: r}}
	return p.judge().alone(nil, place.Leaf{Role: place.Text, Name: name, Text: value})
}

// Guard refuses an interaction that holds a secret.
func (r *Redactor) Guard() cassette.Guard {
	return func(c *cassette.Cassette) error {
		blocking := slices.DeleteFunc(r.leaks(c, nil), func(l Leak) bool { return l.Level != Blocks })
		if len(blocking) == 0 {
			return nil
		}
		return refusal(blocking)
	}
}

// Summary says how many values each rule has replaced, by rule id.
func (r *Redactor) Summary() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	summary := make(map[string]int)
	for n, count := range r.counts {
		if count > 0 && rule(n) != volatile {
			summary[string(table[n].ID)] = count
		}
	}
	return summary
}

// Unknown says how many values were replaced only because nothing knows them, by the member
// that they stand at; "" has those that stand elsewhere, or at a name that is a value itself.
func (r *Redactor) Unknown() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.unknown)
}
