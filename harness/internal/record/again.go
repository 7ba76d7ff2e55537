package record

import (
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/project"
)

// IsOf reports whether the cassette of a name begins with a request to Graph's version and
// path. That is known only where nothing stands in place of the request's values: of one with
// a user's id the answer is no.
func IsOf(p *project.Project, name, method, version, address, body string) bool {
	c, err := p.Cassette(name)
	if err != nil || len(c.Interactions) == 0 {
		return false
	}
	was := c.Interactions[0].Request
	before, err := graphurl.Parse(was.URL)
	if err != nil {
		return false
	}
	now, err := graphurl.Parse("/" + version + address)
	return err == nil && was.Method == method && before.String() == now.String() && sameBody(was.Body, body)
}

func sameBody(a, b string) bool {
	if a == b {
		return true
	}
	one, err1 := jsondoc.Parse(a)
	other, err2 := jsondoc.Parse(b)
	return err1 == nil && err2 == nil && len(jsondoc.Diff(one, other, 0)) == 0
}
