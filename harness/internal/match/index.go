package match

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Index holds the answers of one or more cassettes. It is immutable.
type Index struct {
	rules      ruleSet
	order      Order
	principals bool // whether the principal joins the key

	entries  []*entry // in order of first recording
	byKey    map[Key]*entry
	verbatim map[spelling][]*entry
	barriers []barrier

	bindRecorded bool  // what a client writes anew is a miss
	seal         *seal // nil where no cassette is sealed, or nothing is bound
	pseudonyms   func() map[string]bool
	givers       func() map[string][]answerRef
	fileMap      func() *fileMap
}

// An entry is a key with its answers.
type entry struct {
	key     Key
	id      int // its place in Index.entries
	answers []record
	read    bool
	repeat  Repeat
	ignored headerSet // by the rules for this key
	// barriers that order the answers of a read, by place in Index.barriers
	barriers []int32
}

// A record is one recorded answer of an entry.
type record struct {
	cassette    *cassette.Cassette
	interaction *cassette.Interaction
	position    int32   // in recorded order over all cassettes
	barriers    []int32 // of a write: those that it is part of

	batch     *batch // of the request, when it was one
	batchText func() batchText
	plain     func() string // the body, uncompressed, when it was stored compressed
	state     atomic.Int32  // whether the answer is an operation under way: see unfinished
	prepared  atomic.Pointer[any]

	pseudonyms atomic.Pointer[pseudonymsHeld] // see held
	shown      atomic.Pointer[[]shownFile]    // see files
}

// A spelling is a request without a body as it was written down. It is compared
// as it came, which costs no allocation and no parsing: most clients spell a URL
// on replay just as they did while recording, and equal spellings have equal keys.
type spelling struct {
	method, host, path, rawPath, query string
}

// spellingOf returns the spelling of a request, and false for requests that are
// only ever looked up by their key.
func spellingOf(method string, u *url.URL) (spelling, bool) {
	if u.Scheme != "https" || u.Opaque != "" || u.Host == "" {
		return spelling{}, false
	}
	return spelling{method, u.Host, u.Path, u.RawPath, u.RawQuery}, true
}

// NewIndex builds the index of cassettes under rules. A recorded request that
// cannot be understood is an error naming file, line and interaction. The cassettes
// must not change from then on.
func NewIndex(rules Rules, cassettes ...*cassette.Cassette) (*Index, error) {
	compiled, err := compileRules(rules)
	if err != nil {
		return nil, err
	}
	total := 0
	for _, c := range cassettes {
		total += len(c.Interactions)
	}
	b := builder{
		index: &Index{
			rules:      compiled,
			order:      rules.Order,
			principals: severalPrincipals(cassettes),
			byKey:      make(map[Key]*entry, total),
			verbatim:   make(map[spelling][]*entry, total),
		},
	}
	b.index.bindRecorded = rules.Bind == BindRecorded
	if at := slices.IndexFunc(cassettes, func(c *cassette.Cassette) bool { return len(c.Salt) > 0 }); at >= 0 && rules.Bind != BindOff {
		b.index.seal = newSeal(compiled, cassettes[at].Salt)
		for _, c := range cassettes {
			for p, tag := range c.Meta.Tags {
				b.index.seal.names[tag] = p
			}
			for _, i := range c.Interactions {
				b.index.seal.noteMembers(c, i)
			}
		}
	}
	b.index.pseudonyms, b.index.givers = sync.OnceValue(b.index.findPseudonyms), sync.OnceValue(b.index.findGivers)
	b.index.fileMap = sync.OnceValue(b.index.mapFiles)
	for _, c := range cassettes {
		for i, interaction := range c.Interactions {
			if err := b.add(c, interaction); err != nil {
				e := fault.Load(nameOf(c), interaction.Line, i, "", "correct the recorded request, or record it again")
				e.Cause = err
				return nil, e
			}
		}
	}
	for _, e := range b.index.entries {
		for i := range e.answers {
			e.answers[i].prepare()
		}
	}
	if rules.Order != OrderKey {
		b.raiseBarriers()
	}
	return b.index, nil
}

func nameOf(c *cassette.Cassette) string {
	if c.File != "" {
		return c.File
	}
	return c.Name
}

func severalPrincipals(cassettes []*cassette.Cassette) bool {
	first, seen := "", false
	for _, c := range cassettes {
		for _, interaction := range c.Interactions {
			if seen && interaction.Principal != first {
				return true
			}
			first, seen = interaction.Principal, true
		}
	}
	return false
}

// A builder gathers what an index needs only while it is built.
type builder struct {
	index  *Index
	next   int32 // position of the next interaction
	reads  []boundRead
	writes []boundWrite
}

type boundRead struct {
	entry     *entry
	resources []resource
}

type boundWrite struct {
	entry     *entry
	answer    int // its place in entry.answers
	resources []resource
}

func (b *builder) add(c *cassette.Cassette, i *cassette.Interaction) error {
	req, err := b.index.recorded(i)
	if err != nil {
		return err
	}
	e := b.index.byKey[req.key]
	if e == nil {
		e = b.newEntry(&req)
	}
	if len(e.answers) == maxAnswers {
		return fmt.Errorf("%s %s was recorded more than %d times", req.key.Method, req.key.Path, maxAnswers)
	}
	b.addSpelling(e, i)
	if b.index.seal != nil && len(c.Salt) > 0 && len(e.answers) == 0 {
		b.index.seal.add(c, i, e, &req)
	}
	e.answers = append(e.answers, record{})
	r := &e.answers[len(e.answers)-1]
	r.cassette, r.interaction, r.position, r.batch = c, i, b.next, req.body.batch
	b.next++
	if !e.read && !refused(i.Response.Code) {
		b.writes = append(b.writes, boundWrite{e, len(e.answers) - 1, req.writes()})
	}
	return nil
}

// refused reports whether an answer says that the request changed nothing.
func refused(code int) bool { return code >= 400 && code < 500 }

func (b *builder) newEntry(req *request) *entry {
	e := &entry{
		key:     req.key,
		id:      len(b.index.entries),
		read:    req.read(),
		repeat:  req.effect.repeat,
		ignored: req.effect.headers,
	}
	b.index.byKey[req.key] = e
	b.index.entries = append(b.index.entries, e)
	if e.read {
		b.reads = append(b.reads, boundRead{e, req.reads()})
	}
	return e
}

func (b *builder) addSpelling(e *entry, i *cassette.Interaction) {
	if e.key.Body != "" {
		return
	}
	address, err := recordedAddress(i)
	if err != nil {
		return
	}
	if s, ok := spellingOf(e.key.Method, address); ok {
		if known := b.index.verbatim[s]; !slices.Contains(known, e) {
			b.index.verbatim[s] = append(known, e)
		}
	}
}

func recordedAddress(i *cassette.Interaction) (*url.URL, error) {
	address, err := url.Parse(i.Request.URL)
	if err != nil {
		return nil, fmt.Errorf("read the request's address: %w", err)
	}
	return addressOf(address, i.Request.Host), nil
}

// recorded understands the request of an interaction.
func (x *Index) recorded(i *cassette.Interaction) (request, error) {
	address, err := recordedAddress(i)
	if err != nil {
		return request{}, err
	}
	principal := ""
	if x.principals {
		principal = i.Principal
	}
	return x.rules.understand(methodOf(i.Request.Method), address, i.Request.Headers, i.Request.Body, principal), nil
}

// live understands a request that was sent.
func (x *Index) live(req *http.Request, body []byte) request {
	return x.rules.understand(methodOf(req.Method), addressOf(req.URL, req.Host), req.Header, string(body), x.principal(req))
}

func (x *Index) principal(req *http.Request) string {
	if !x.principals {
		return ""
	}
	return PrincipalOf(req.Context())
}

// entryOf finds the entry of a key. What was recorded without saying who asked, in
// a cassette of its own, answers anybody.
func (x *Index) entryOf(key Key) *entry {
	e := x.byKey[key]
	if e == nil && key.Principal != "" {
		key.Principal = ""
		e = x.byKey[key]
	}
	return e
}

// KeyOf returns the key that the index would look a request up by.
func (x *Index) KeyOf(req *http.Request, body []byte) (Key, error) {
	return x.live(req, body).key, nil
}

// bySpelling finds the entry of a request that is spelled as it was recorded, or
// nil when that takes a key to tell.
func (x *Index) bySpelling(req *http.Request) *entry {
	s, ok := spellingOf(methodOf(req.Method), req.URL)
	if !ok {
		return nil
	}
	entries := x.verbatim[s]
	if len(entries) == 0 {
		return nil
	}
	headers, principal := headerKey(req.Header, false, entries[0].ignored), x.principal(req)
	for _, e := range entries {
		if e.key.Headers == headers && e.key.Principal == principal {
			return e
		}
	}
	return nil
}

// prepare sets up what is computed at most once for a record, on demand. Files that
// this project writes hold plain bodies; others may hold them as they came.
func (r *record) prepare() {
	response := &r.interaction.Response
	if r.cassette.Meta.Format == 0 && wire.Coded(response.Headers, response.Body) {
		r.plain = sync.OnceValue(func() string {
			plain, _, _ := wire.Decode(response.Headers, response.Body, maxInflated) // one that is damaged stays as it is
			return plain
		})
	}
	if r.batch != nil {
		r.batchText = sync.OnceValue(func() batchText { return locateIDs(r.body()) })
	}
}

// body is the response body as it is served: without compression.
func (r *record) body() string {
	if r.plain != nil {
		return r.plain()
	}
	return r.interaction.Response.Body
}
