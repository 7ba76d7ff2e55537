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
)

// A Redactor redacts the interactions of one recording. It is safe for concurrent
// use.
type Redactor struct {
	rules    Rules
	on       [ruleCount]bool
	keep     map[string]bool
	ledger   *ledger
	previous *previous

	passes sync.Pool // of *pass
	mu     sync.Mutex
	counts [ruleCount]int
}

// Options are what a recording may bring along.
type Options struct {
	// Previous is an earlier recording of the same. A value that stands where the
	// earlier one had a pseudonym gets that pseudonym again, if it has the value's
	// shape and is free, so that a difference of the files shows what changed.
	Previous *cassette.Cassette
	// Tag goes into every pseudonym, for cassettes that are served together: letters
	// and digits.
	Tag string
}

// New returns a Redactor that has seen nothing yet.
func New(rules Rules, options Options) (*Redactor, error) {
	if err := rules.Validate(); err != nil {
		return nil, fmt.Errorf("redact: %w", err)
	}
	if options.Tag != "" && !isWords(options.Tag) {
		return nil, fmt.Errorf("redact: tag %q is not letters and digits", options.Tag)
	}
	r := &Redactor{rules: rules, on: rules.enabled(), ledger: newLedger(strings.ToLower(options.Tag))}
	if len(rules.Keep) > 0 {
		r.keep = make(map[string]bool, len(rules.Keep))
		for _, v := range rules.Keep {
			r.keep[strings.ToLower(v)] = true
		}
	}
	if options.Previous != nil {
		r.previous = newPrevious(options.Previous)
		r.ledger.reserved = r.previous.values
	}
	return r, nil
}

// Interaction returns a redacted copy. Values that are met for the first time get
// their pseudonyms. The argument is not changed, nor anything that it refers to.
func (r *Redactor) Interaction(i *cassette.Interaction) *cassette.Interaction {
	p := r.begin()
	defer r.end(p)
	if r.previous != nil {
		p.previous = r.previous.at(i)
	}
	redacted := *i
	p.interaction(&redacted)
	return &redacted
}

// Finish passes over everything once more, in place, with all that is known now: a
// value that was recognised late is replaced in what came before. It also notes in
// c.Meta what was done.
func (r *Redactor) Finish(c *cassette.Cassette) {
	p := r.begin()
	for _, i := range c.Interactions {
		p.interaction(i)
	}
	vars := maps.Clone(c.Meta.Vars)
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		value := vars[name]
		p.rewrite("vars", name, &value, func(s string) { p.variable(s) })
		vars[name] = value
	}
	c.Meta.Vars = vars
	p.rewrite("source", "", &c.Meta.Source, func(s string) { p.text(s, 0) })
	p.rewrite("client", "", &c.Meta.Client, func(s string) { p.text(s, 0) })
	r.end(p)
	c.Meta.Rules = r.rules.Digest()
	c.Meta.Redacted = slices.Sorted(maps.Keys(r.Summary()))
}

// variable looks at what a scenario's variable held: a value of any rule.
func (p *pass) variable(s string) {
	p.free(s, 0)
	known := func(book string, r rule) {
		if pseudonym, ok := p.ledger.find(book, s); ok && len(p.edits) == 0 {
			p.add(0, len(s), r, s, answer{pseudonym, true})
		}
	}
	for _, f := range [...]field{name, account, employee, place} {
		known(f.book(), f.rule)
	}
	known(files, contentFileName)
}

// Guard refuses a cassette that still holds a secret, or a value that this Redactor
// has replaced elsewhere.
func (r *Redactor) Guard() cassette.Guard {
	return func(c *cassette.Cassette) error {
		p := r.begin()
		defer r.end(p)
		p.trial = true
		blocking := slices.DeleteFunc(leaks(p, c, true), func(l Leak) bool { return l.Level != Blocks })
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
		if count > 0 {
			summary[string(table[n].ID)] = count
		}
	}
	return summary
}

// begin returns a pass, whose memory one that ended may have used before.
func (r *Redactor) begin() *pass {
	p, _ := r.passes.Get().(*pass)
	if p == nil {
		p = &pass{ledger: r.ledger, on: &r.on, keep: r.keep}
	}
	return p
}

// end counts what a pass did.
func (r *Redactor) end(p *pass) {
	if !p.trial {
		r.mu.Lock()
		for n, count := range p.counts {
			r.counts[n] += count
		}
		r.mu.Unlock()
	}
	if max(cap(p.edits), cap(p.asked)) > 1<<14 { // of one unusual interaction
		return
	}
	*p = pass{ledger: r.ledger, on: &r.on, keep: r.keep, edits: p.edits[:0], frames: p.frames[:0], asked: p.asked[:0]}
	r.passes.Put(p)
}

// rewrite replaces what a scan of a text finds, or reports it. The part of the
// interaction is named, and what is named within it, if anything.
func (p *pass) rewrite(part, name string, s *string, scan func(s string)) {
	if *s == "" {
		return
	}
	p.edits, p.advice, p.part, p.place = p.edits[:0], p.advice[:0], part, ""
	scan(*s)
	p.echoed(*s)
	if p.report != nil {
		if name != "" {
			part += "." + name
		}
		p.report(part, *s, p.edits)
		return
	}
	*s = p.apply(*s)
}

// interaction rewrites all texts of an interaction. Headers and forms are replaced,
// not changed.
func (p *pass) interaction(i *cassette.Interaction) {
	req, resp := &i.Request, &i.Response
	address := req.URL
	if hostOf(address) == "" {
		address = "https://" + req.Host
	}
	outside := !isService(address)
	signIn := isLogin(hostOf(address))
	file := isFile(req.URL) || outside && !strings.Contains(req.URL, "/monitor/")

	p.rewrite("request.url", "", &req.URL, func(s string) {
		if outside {
			p.url(s, 0, link)
		} else {
			p.url(s, 0, field{})
		}
	})
	p.rewrite("request.uri", "", &req.RequestURI, func(s string) { p.url(s, 0, field{}) })
	p.rewrite("request.host", "", &req.Host, func(s string) { p.text(s, 0) })
	p.rewrite("request.remote", "", &req.RemoteAddr, func(s string) { p.remote(s) })
	req.Headers = p.headers("request.headers", req.Headers)
	req.Trailer = p.headers("request.trailer", req.Trailer)
	size := int64(len(req.Body))
	p.rewrite("request.body", "", &req.Body, func(s string) {
		p.body(s, media{kind: first(req.Headers, "Content-Type"), file: file && req.Method == http.MethodPut, signIn: signIn})
	})
	resize(req.Headers, &req.ContentLength, size, int64(len(req.Body)))
	req.Form = p.values(req.Form)

	resp.Headers = p.headers("response.headers", resp.Headers)
	resp.Trailer = p.headers("response.trailer", resp.Trailer)
	size = int64(len(resp.Body))
	p.rewrite("response.body", "", &resp.Body, func(s string) {
		kind := first(resp.Headers, "Content-Type")
		download := file && req.Method == http.MethodGet && resp.Code < 300 && !strings.Contains(kind, "json")
		p.body(s, media{kind: kind, file: download, signIn: signIn})
	})
	resize(resp.Headers, &resp.ContentLength, size, int64(len(resp.Body)))
	p.rewrite("principal", "", &i.Principal, func(s string) { p.text(s, 0) })
}

// resize makes the lengths that described the old text describe the new one. The
// headers are a copy.
func resize(h http.Header, length *int64, was, is int64) {
	if *length == was {
		*length = is
	}
	if v := h["Content-Length"]; len(v) == 1 && v[0] == strconv.FormatInt(was, 10) {
		v[0] = strconv.FormatInt(is, 10)
	}
}

// isFile reports whether an address is that of a file's bytes.
func isFile(address string) bool {
	path, _, _ := strings.Cut(address, "?")
	return strings.HasSuffix(path, "/content") || strings.HasSuffix(path, "/$value") || strings.HasSuffix(path, "/%24value")
}

func (p *pass) remote(s string) {
	if host, _, ok := strings.Cut(s, ":"); ok && p.on[contentIP] {
		p.add(0, len(host), contentIP, host, answer{documentationIP(host), true})
	}
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

// headers rewrites headers in the order of their names: the numbers of pseudonyms
// follow from it.
func (p *pass) headers(part string, h http.Header) http.Header {
	if len(h) == 0 {
		return h
	}
	var room [24]string
	names, count := room[:0], 0
	for name, values := range h {
		names, count = append(names, name), count+len(values)
	}
	slices.Sort(names)
	out := make(http.Header, len(h))
	copies := make([]string, 0, count)
	for _, name := range names {
		if h[name] == nil {
			out[name] = nil
			continue
		}
		first := len(copies)
		copies = append(copies, h[name]...)
		values := copies[first:len(copies):len(copies)]
		for n := range values {
			p.rewrite(part, name, &values[n], func(s string) { p.header(name, s, 0) })
		}
		out[name] = values
	}
	return out
}

// values rewrites a form that is kept as a map.
func (p *pass) values(form url.Values) url.Values {
	if len(form) == 0 {
		return form
	}
	out := make(url.Values, len(form))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		values := slices.Clone(form[name])
		for n := range values {
			p.rewrite("request.form", name, &values[n], func(s string) {
				if f := p.formField(strings.TrimPrefix(name, "$")); f != nil {
					p.treat(f, s, 0)
					return
				}
				p.literals(s, 0, strings.HasSuffix(name, "search"))
			})
		}
		out[name] = values
	}
	return out
}
