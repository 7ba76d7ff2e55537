package project

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/route"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

// TypesInUse lists the types of an API that the project's cassettes and scenarios
// need: those that recorded paths lead through and to, that recorded values name
// themselves, and that steps name. The API's metadata says what paths mean; a path
// that it does not know needs nothing.
func (p *Project) TypesInUse(api string, metadata *csdl.Model) ([]string, error) {
	u := &uses{api: api, metadata: metadata, index: route.New(metadata), types: map[string]bool{}}
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
	return slices.Sorted(maps.Keys(u.types)), nil
}

type uses struct {
	api      string
	metadata *csdl.Model
	index    *route.Index
	types    map[string]bool
}

func (u *uses) interaction(i *cassette.Interaction) {
	address, err := graphurl.Parse(i.Request.URL)
	if err != nil || address.Host != graphurl.Graph || address.Version != u.api {
		return
	}
	u.request(i.Request.Method, i.Request.URL, i.Request.Body)
	if doc, err := jsondoc.Parse(i.Response.Body); err == nil {
		u.named(doc)
	}
}

func (u *uses) request(method, url, body string) {
	target, err := u.index.Resolve(method, url)
	if err != nil {
		return
	}
	u.add(target.Types...)
	u.add(target.Answer.Type, target.Body.Type)
	for _, typ := range target.Parameters {
		u.add(typ)
	}
	if target.Answer.Shape != route.Batch {
		return
	}
	doc, _ := jsondoc.Parse(body)
	for _, part := range graph.Requests(doc) {
		if address, err := graphurl.Parse(part.Address(u.api)); err == nil && !address.IsBatch() {
			u.request(part.Method, part.Address(u.api), "")
		}
	}
}

// named adds the types that values name in @odata.type.
func (u *uses) named(doc any) {
	jsondoc.Walk(doc, func(at jsondoc.Place, value any) bool {
		if typ, ok := value.(string); ok && at.Name() == "@odata.type" && !at.IsElement() {
			u.add(strings.TrimPrefix(typ, "#"))
		}
		return true
	})
}

func (u *uses) scenario(sc *scenario.Scenario) {
	for _, steps := range [][]scenario.Step{sc.Steps, sc.Cleanup} {
		for _, step := range steps {
			if api := step.API; api != u.api && (api != "" || sc.API != u.api) {
				continue
			}
			if step.Expect != nil {
				u.add(step.Expect.Schema)
			}
			for _, part := range step.Parts {
				u.add(part.Schema)
			}
		}
	}
}

// add adds what is a type of metadata: neither primitive, nor an envelope.
func (u *uses) add(types ...string) {
	for _, typ := range types {
		typ = graph.Bare(typ)
		if u.metadata.Types[typ] != nil {
			u.types[typ] = true
		}
	}
}
