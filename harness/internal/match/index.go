package match

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph/async"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Index holds the answers of one or more cassettes. It is immutable.
type Index struct {
	rules        ruleSet
	strict       bool // order is strict
	bindRecorded bool // what a client writes, and nothing is known of, is a miss
	principals   bool // whether the principal joins the key: not all is recorded on behalf of one

	entries  []*entry // in order of first recording
	byKey    map[Key]*entry
	verbatim map[spelling]*entry

	seal  *seal                     // nil where no cassette is sealed, or nothing is bound
	files func() map[*record]string // see fileMap
}

// NewIndex builds the index of cassettes under rules. A recorded request that
// cannot be understood is an error naming file, line and interaction. The cassettes
// must not change from then on.
func NewIndex(rules Rules, cassettes ...*cassette.Cassette) (*Index, error) {
	compiled, err := compileRules(rules)
	if err != nil {
		return nil, err
	}
	x := &Index{
		rules:        compiled,
		strict:       rules.Order == OrderStrict,
		bindRecorded: rules.Bind == BindRecorded,
		byKey:        map[Key]*entry{},
		verbatim:     map[spelling]*entry{},
	}
	x.files = sync.OnceValue(func() map[*record]string { return nameFiles(x.entries) })
	if at := slices.IndexFunc(cassettes, func(c *cassette.Cassette) bool { return len(c.Salt) > 0 }); at >= 0 && rules.Bind != BindOff {
		x.seal = newSeal(compiled, cassettes[at].Salt)
		x.seal.holders = sync.OnceValue(func() map[string][]*record { return x.seal.findHolders(x.entries) })
		x.seal.read = sync.OnceFunc(func() { x.seal.readAll(x.entries, x.recorded) })
	}
	callers := map[string]bool{}
	for _, c := range cassettes {
		for _, i := range c.Interactions {
			callers[i.Principal] = true
		}
	}
	x.principals = len(callers) > 1
	var uses []resourceUse
	count := 0
	for _, c := range cassettes {
		for n, i := range c.Interactions {
			count++
			if uses, err = x.add(source{c, i}, count, uses); err != nil {
				e := fault.Load(source{c, i}.file(), i.Line, n, "", "correct the recorded request, or record it again")
				e.Cause = err
				return nil, e
			}
		}
	}
	if rules.Order != OrderKey {
		raiseBarriers(uses, x.entries)
	}
	return x, nil
}

// add adds an interaction at a position in recorded order, and to uses what it uses: what a
// request reads once, what it writes each time.
func (x *Index) add(s source, position int, uses []resourceUse) ([]resourceUse, error) {
	req, err := x.recorded(s.interaction)
	if err != nil {
		return nil, err
	}
	e := x.byKey[req.key]
	if e == nil {
		e = &entry{key: req.key, read: req.read(), repeat: req.effect.repeat}
		x.byKey[req.key], x.entries = e, append(x.entries, e)
		if e.read {
			uses = append(uses, resourceUse{e, nil, req.resources(true)})
		}
	}
	asked := &s.interaction.Request
	if spelled := spellingOf(req.key.Method, req.address, asked.Headers, len(asked.Body), req.key.Principal); spelled != (spelling{}) && x.verbatim[spelled] == nil {
		x.verbatim[spelled] = e
	}
	r := &record{source: s, entry: e, number: len(e.answers), position: position, batch: req.batch}
	e.answers = append(e.answers, r)
	if !e.read && s.interaction.Response.Code/100 != 4 { // what was refused changed nothing
		uses = append(uses, resourceUse{e, r, req.resources(false)})
	}
	return uses, nil
}

// recorded understands the request of an interaction.
func (x *Index) recorded(i *cassette.Interaction) (request, error) {
	return x.rules.recorded(i, x.caller(i.Principal))
}

// live understands a request that was sent.
func (x *Index) live(req *http.Request, body []byte) request {
	return x.rules.understand(place.Message{Method: methodOf(req.Method), Header: req.Header, Body: string(body)}, addressOf(req.URL, req.Host), x.caller(PrincipalOf(req.Context())))
}

// KeyOf returns the key that the index would look a request up by.
func (x *Index) KeyOf(req *http.Request, body []byte) Key { return x.live(req, body).key }

// caller is who asks, where that counts.
func (x *Index) caller(principal string) string {
	if !x.principals {
		return ""
	}
	return principal
}

// forCaller finds what there is for a key. What was recorded without saying who asked, in
// a cassette of its own, answers anybody.
func forCaller[T any](key Key, find func(Key) *T) *T {
	found := find(key)
	if found == nil {
		key.Principal = ""
		found = find(key)
	}
	return found
}

// A spelling is a request without a body as it was written down, but for its headers, which
// are canonical: most clients spell a URL on replay just as they did while recording, and equal
// spellings have equal keys. The zero spelling is that of a request that is looked up by its key.
type spelling struct {
	method, host, path, rawPath, query, headers, principal string
}

func spellingOf(method string, u *url.URL, header http.Header, body int, principal string) spelling {
	if body > 0 || u.Scheme != "https" || u.Opaque != "" || u.Host == "" {
		return spelling{}
	}
	return spelling{method, u.Host, u.Path, u.RawPath, u.RawQuery, headerKey(header, false, nil), principal}
}

// spelled is the spelling of a request that was sent.
func (x *Index) spelled(req *http.Request, body []byte) spelling {
	return spellingOf(methodOf(req.Method), req.URL, req.Header, len(body), x.caller(PrincipalOf(req.Context())))
}

// An entry is a key with its answers.
type entry struct {
	key      Key
	answers  []*record
	read     bool
	repeat   Repeat
	barriers []*barrier // that order the answers of a read
}

// final is the answer that was recorded last.
func (e *entry) final() *record { return e.answers[len(e.answers)-1] }

// A record is one recorded answer of an entry.
type record struct {
	source
	entry    *entry
	number   int        // its place in entry.answers
	position int        // in recorded order over all cassettes, from 1
	barriers []*barrier // of a write: those that it is part of
	batch    *batch     // of the request, when it was one

	plain      lazy[string]
	absent     lazy[bool]
	prepared   lazy[any]
	pseudonyms lazy[heldPseudonyms]
	shown      lazy[[]shownFile]
}

// A source is where a recorded request and its answer stand.
type source struct {
	cassette    *cassette.Cassette
	interaction *cassette.Interaction
}

// A barrier is the set of writes that bind one sort of read: see raiseBarriers.
type barrier struct {
	writes []*record // in recorded order
}

// A lazy value is computed when it is first asked for; two who ask at once may both do so.
type lazy[T any] struct{ made atomic.Pointer[T] }

func (l *lazy[T]) get(compute func() T) T {
	if made := l.made.Load(); made != nil {
		return *made
	}
	made := compute()
	l.made.CompareAndSwap(nil, &made)
	return *l.made.Load()
}

// place is the file and line of an interaction, as far as known.
func (s source) place() string {
	if s.interaction.Line > 0 {
		return fmt.Sprintf("%s:%d", s.file(), s.interaction.Line)
	}
	return strings.TrimPrefix(fmt.Sprintf("%s, interaction %d", s.file(), s.interaction.ID), ", ")
}

func (s source) file() string { return cmp.Or(s.cassette.File, s.cassette.Name) }

// request is the recorded request in a line, without what gives access.
func (s source) request() string {
	return methodOf(s.interaction.Request.Method) + " " + Shown(s.interaction.Request.URL)
}

// body is the response body as it is served: without compression. Files that this project
// writes hold plain bodies; others may hold them as they came.
func (r *record) body() string {
	response := &r.interaction.Response
	if r.cassette.Meta.Format != 0 {
		return response.Body
	}
	return r.plain.get(func() string {
		plain, _, _ := wire.Decode(response.Headers, response.Body, maxInflated) // one that is damaged stays as it is
		return plain
	})
}

// bodyFor is the body of an answer to a batch whose parts have other ids.
func (r *record) bodyFor(live []string) string {
	ids, m := map[string]string{}, r.message(r.body())
	for n, id := range r.batch.ids() {
		if live[n] != id {
			ids[id] = live[n]
		}
	}
	if len(ids) > 0 {
		renameParts(&m, ids)
	}
	return m.Body
}

// message is the answer with a body that may be another than the stored one.
func (r *record) message(body string) place.Message {
	response := &r.interaction.Response
	return place.Message{
		Method: r.interaction.Request.Method, Address: r.interaction.Request.URL, Answer: true, Status: response.Code,
		Header: response.Headers, Trailer: response.Trailer, Body: body,
	}
}

// unfinished reports whether the answer is the state of an operation that is still
// under way, so that a client polling for its end would wait in vain.
func (r *record) unfinished() bool {
	if r.interaction.Response.Code != http.StatusAccepted && !async.IsOperationPath(r.entry.key.Path) {
		return false
	}
	doc, _ := jsondoc.Parse(r.body())
	return async.IsUnfinished(async.StateOf(doc))
}

// foundNothing reports whether the answer says that there is nothing of what was asked for.
func (r *record) foundNothing() bool {
	return r.absent.get(func() bool {
		if r.interaction.Response.Code == http.StatusNotFound {
			return true
		}
		doc, _ := jsondoc.Parse(r.body())
		answer, _ := doc.(map[string]any)
		list, is := answer["value"].([]any)
		return is && len(list) == 0
	})
}

// held lists the pseudonyms of the answer.
func (r *record) held(faker *identity.Faker) heldPseudonyms {
	return r.pseudonyms.get(func() heldPseudonyms {
		found, header, body := map[string]bool{}, r.message(""), r.message(r.body())
		findPseudonyms(faker, &header, found)
		inHeader := len(found) > 0
		findPseudonyms(faker, &body, found)
		return heldPseudonyms{slices.Collect(maps.Keys(found)), inHeader}
	})
}

// files are those that the stored body shows.
func (r *record) files() []shownFile {
	return r.shown.get(func() []shownFile { return filesIn(r.body()) })
}

// An Answer is what a session serves for a request.
type Answer struct {
	Cassette    *cassette.Cassette
	Interaction *cassette.Interaction
	Body        string // to serve: the recorded one, with a batch's ids and bound values as the client has them
	Note        string // what was unusual about the choice, "" when nothing was

	record       *record
	bound        *bindings // whose values stand in its headers; nil where none do
	read         func()    // see Read; nil where nobody asks
	contentRange string    // where it is another than the recorded one
}

// Prepared returns what build made of the answer's interaction and recorded body the first time
// that anybody asked, in whichever session. All callers must hand in the same function, and
// treat the result as read-only.
func (a *Answer) Prepared(build func(i *cassette.Interaction, body string) any) any {
	return a.record.prepared.get(func() any { return build(a.record.interaction, a.record.body()) })
}

// RestoreHeader puts the session's values back in response headers or trailers, in place.
func (a *Answer) RestoreHeader(header http.Header) {
	if a.contentRange != "" && header.Get("Content-Range") != "" {
		header.Set("Content-Range", a.contentRange)
	}
	if a.bound == nil {
		return
	}
	m := place.Message{Answer: true, Method: http.MethodGet, Header: header}
	if place.Rewrite(&m, a.bound.putBack) {
		maps.Copy(header, m.Header)
	}
}

// Read says to the session that the answer was read, or given up: once counts.
func (a *Answer) Read() {
	if a.read != nil {
		a.read()
	}
}
