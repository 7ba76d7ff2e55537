package judge

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/route"
	"github.com/graphvcr/graphvcr/harness/report"
)

// folder reports a page that lies with those of one version of the API, and asks another.
func (j *page) folder() {
	for dir := path.Dir(filepath.ToSlash(j.file)); dir != "." && dir != "/"; dir = path.Dir(dir) {
		name := path.Base(dir)
		if name != "v1.0" && name != "beta" {
			continue
		}
		if name != j.api && !j.noted["folder "+j.api] {
			j.noted["folder "+j.api] = true
			j.add(ruleDocsFolder, report.Warning, fmt.Sprintf("the page is one of %s, and its example asks %s", name, j.api)).Where = "request"
		}
		return
	}
}

// spelling reports members of a request that look like misspelt ones of an open type, which
// takes any: the value would be kept under a name that nobody reads.
func (j *page) spelling(index *route.Index) {
	target, err := index.Resolve(j.interaction.Request.Method, j.interaction.Request.URL)
	if err != nil {
		return
	}
	doc, err := jsondoc.Parse(j.interaction.Request.Body)
	body, isObject := doc.(map[string]any)
	if err != nil || !isObject {
		return
	}
	s := speller{page: j, index: index}
	if target.Parameters == nil {
		s.object(target.Body.Type, jsondoc.Root, body)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		for parameter, typ := range target.Parameters {
			if strings.EqualFold(parameter, name) {
				s.value(odata.Bare(typ), jsondoc.AppendPath(jsondoc.Root, name), body[name])
			}
		}
	}
}

type speller struct {
	*page
	index *route.Index
}

func (s *speller) value(typ, at string, value any) {
	switch v := value.(type) {
	case map[string]any:
		s.object(typ, at, v)
	case []any:
		for n, element := range v {
			s.value(typ, jsondoc.AppendPath(at, n), element)
		}
	}
}

func (s *speller) object(typ, at string, object map[string]any) {
	if own := odata.TypeOf(object); s.index.Declares(own) {
		typ = own
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		declared := s.index.Member(typ, name)
		switch {
		case strings.Contains(name, "@"):
		case declared != "":
			s.value(odata.Bare(declared), jsondoc.AppendPath(at, name), object[name])
		case s.index.Open(typ):
			s.misspelt(typ, at, name, object)
		}
	}
}

// shortestSpelt is how long a name is that may be mistaken for another: of short ones too many
// are a slip away from each other.
const shortestSpelt = 5

func (s *speller) misspelt(typ, at, name string, object map[string]any) {
	if len(name) < shortestSpelt || s.noted["member "+typ+" "+name] {
		return
	}
	lower := strings.ToLower(name)
	near := fault.Near(s.index.Members(typ), max(1, len(name)/6), func(known string) int { return fault.Distance(lower, strings.ToLower(known)) })
	near = slices.DeleteFunc(near, func(known string) bool { // both are sent: they are two things
		return slices.ContainsFunc(slices.Collect(maps.Keys(object)), func(other string) bool { return strings.EqualFold(other, known) })
	})
	if len(near) == 0 {
		return
	}
	s.noted["member "+typ+" "+name] = true
	f := s.add(ruleDocsMember, report.Warning, fmt.Sprintf("%s has no property %s; as it is open, it takes any", typ, name))
	f.Where, f.Hint = "request"+jsondoc.AppendPath(at, name), fault.DidYouMean(near[0])
}
