package project

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/route"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

// Uses are what the project's cassettes and scenarios ask of an API: the requests, and the
// types that values and steps name. They are gathered once, whatever metadata then says what
// they mean.
type Uses struct {
	api      string // "": any
	requests []Request
	named    map[string]bool // full names of types
}

// A Request is one that was recorded, or a part of a batch.
type Request struct{ Method, URL string }

// Uses gathers what cassettes and scenarios ask of an API; "" is any.
func (p *Project) Uses(api string) (*Uses, error) {
	u := &Uses{api: api, named: map[string]bool{}}
	if _, err := os.Stat(p.Dirs.Cassettes); err == nil {
		files, err := p.CassetteFiles(p.Dirs.Cassettes)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			c, err := cassette.Load(file)
			if err != nil {
				return nil, err
			}
			for _, i := range c.Interactions {
				u.interaction(i)
			}
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	files, _ := p.Files() // an empty or missing folder has no scenarios
	for _, file := range files {
		sc, err := p.Scenario(file)
		if err != nil {
			return nil, err
		}
		u.scenario(sc)
	}
	slices.SortFunc(u.requests, func(a, b Request) int {
		return cmp.Or(strings.Compare(a.Method, b.Method), strings.Compare(a.URL, b.URL))
	})
	u.requests = slices.Compact(u.requests)
	return u, nil
}

// None reports whether nothing of the API is used.
func (u *Uses) None() bool { return len(u.requests)+len(u.named) == 0 }

func (u *Uses) isOf(version string) bool { return u.api == "" || version == u.api }

// RequestsOf are the requests to Graph in an interaction, one or those of a batch, and their
// version; false where it went elsewhere. A part without an address has none.
func RequestsOf(i *cassette.Interaction) (all []Request, version string, ok bool) {
	u, err := graphurl.Parse(i.Request.URL)
	if err != nil || u.Host != graphurl.Graph {
		return nil, "", false
	}
	if !u.IsBatch() {
		return []Request{{i.Request.Method, i.Request.URL}}, u.Version, true
	}
	doc, _ := jsondoc.Parse(i.Request.Body)
	for _, part := range graph.Requests(doc) {
		all = append(all, Request{part.Method, part.Address(u.Version)})
	}
	return all, u.Version, true
}

func (u *Uses) interaction(i *cassette.Interaction) {
	requests, version, ok := RequestsOf(i)
	if !ok || !u.isOf(version) {
		return
	}
	for _, r := range requests {
		if r.URL != "" {
			u.requests = append(u.requests, r)
		}
	}
	doc, _ := jsondoc.Parse(i.Response.Body)
	jsondoc.Walk(doc, func(at jsondoc.Place, value any) bool {
		if typ, ok := value.(string); ok && at.Name() == "@odata.type" && !at.IsElement() {
			u.name(strings.TrimPrefix(typ, "#"))
		}
		return true
	})
}

func (u *Uses) scenario(sc *scenario.Scenario) {
	for _, step := range sc.AllSteps() {
		if !u.isOf(step.API) {
			continue
		}
		u.name(step.Expect.Schema)
		for _, part := range step.Parts {
			u.name(part.Schema)
		}
	}
}

func (u *Uses) name(typ string) {
	if typ = odata.Bare(typ); typ != "" {
		u.named[typ] = true
	}
}

// Types lists the types that are in use, as an API's metadata says what the requests mean:
// those that paths lead through and to, and those that values and steps name. A path that
// the metadata does not know needs nothing.
func (u *Uses) Types(metadata *csdl.Model) []string {
	index := route.New(metadata)
	types := maps.Clone(u.named)
	for _, r := range u.requests {
		target, err := index.Resolve(r.Method, r.URL)
		if err != nil {
			continue
		}
		for _, typ := range slices.Concat(target.Types, []string{target.Answer.Type, target.Body.Type}, slices.Collect(maps.Values(target.Parameters))) {
			types[odata.Bare(typ)] = true
		}
	}
	maps.DeleteFunc(types, func(typ string, _ bool) bool { return metadata.Types[typ] == nil }) // primitive, or an envelope
	return slices.Sorted(maps.Keys(types))
}

// Words are the names that the requests' addresses hold, in paths and options, in lower case:
// of paths, navigation properties, actions and functions.
func (u *Uses) Words() map[string]bool {
	words := map[string]bool{}
	for _, r := range u.requests {
		isPart := func(c rune) bool { return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) }
		for word := range strings.FieldsFuncSeq(strings.ToLower(r.URL), isPart) {
			words[word] = true
		}
	}
	return words
}
