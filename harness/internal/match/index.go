package match

import (
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/place"
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
