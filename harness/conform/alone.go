package conform

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/route"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

var errAlone = errors.New("neither @odata.context nor @odata.type says what it is, and it is neither an error nor a batch")

// The versions of the API that are looked through where an answer does not say of which it is.
var versions = []string{"v1.0", "beta"}

// alone judges an answer whose request nobody knows, by what it says itself: its
// @odata.context, its @odata.type, the shape of an error or of a batch.
func (j *judgement) alone() (Result, error) {
	body, _ := j.Answer.Doc.(map[string]any)
	context, _ := body[odata.Context].(string)
	version, host := contextOf(context)
	isLocal := host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.") // a test server
	if host != "" && !graph.IsHost(host) && !isLocal {
		j.result.Reason = "its @odata.context is of " + host + ", which is not Graph"
		return j.result, nil
	}
	if err := j.choose(version, body); err != nil {
		return Result{}, err
	}
	if j.index == nil {
		j.untyped("there is no index of the paths of " + j.api)
		return j.run(j.named)
	}
	j.result.Checked, j.unsure = true, errAlone
	if j.Status == 0 {
		j.Status = http.StatusOK
		if looksFailed(body) {
			j.Status = http.StatusBadRequest
		}
	}
	return j.run(j.named, j.answer)
}

// choose decides which version of the API the answer is of: what its context says, else
// the first that has the types which it names.
func (j *judgement) choose(version string, body map[string]any) error {
	candidates := append([]string{cmp.Or(j.API, versions[0])}, versions...)
	if version != "" {
		candidates = []string{version}
	}
	j.api = candidates[0]
	var err error
	if j.index, err = j.checker.indexes.Of(j.api); err != nil {
		return err
	}
	named, _ := namedTypes(body)
	for _, api := range candidates[1:] {
		other, err := j.checker.indexes.Of(api)
		if err != nil {
			return err
		}
		if other != nil && (j.index == nil || lacks(j.index, named) && !lacks(other, named)) {
			j.api, j.index = api, other
		}
	}
	return nil
}

func lacks(index *route.Index, named []namedType) bool {
	return slices.ContainsFunc(named, func(n namedType) bool { return !index.Declares(n.name) })
}

// contextOf is the version of the API and the host that a context names.
func contextOf(context string) (version, host string) {
	address, _, _ := strings.Cut(context, "#")
	u, err := url.Parse(address)
	if err != nil {
		return "", ""
	}
	for _, v := range versions {
		if strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/"+v+"/$metadata") {
			version = v
		}
	}
	return version, u.Hostname()
}

// looksFailed reports whether a body is that of an error and nothing else, well formed or
// not.
func looksFailed(body map[string]any) bool {
	_, ok := body["error"].(map[string]any)
	for name := range body {
		ok = ok && (name == "error" || strings.Contains(name, "@"))
	}
	return ok
}

// namedType is a type that an answer, or an element of a page, names.
type namedType struct{ name, at string }

// namedTypes are the types that a body names itself: its own, or those of all elements
// where it is a page. All is false where an element names none.
func namedTypes(body map[string]any) (named []namedType, all bool) {
	if name := odata.TypeOf(body); name != "" {
		return []namedType{{name, jsondoc.AppendPath(jsondoc.Root, odata.Type)}}, true
	}
	elements, _ := body["value"].([]any)
	for i, e := range elements {
		object, _ := e.(map[string]any)
		name := odata.TypeOf(object)
		if name == "" {
			return named, false
		}
		named = append(named, namedType{name, jsondoc.AppendPath(jsondoc.AppendPath("$['value']", i), odata.Type)})
	}
	return named, len(named) > 0
}

// said is what an answer says that it is, its context aside.
func (j *judgement) said() (route.Answer, error) {
	body, _ := j.Answer.Doc.(map[string]any)
	if isBatch(j.Answer.Doc) {
		return route.Answer{Shape: route.Batch}, nil
	}
	named, all := namedTypes(body)
	if !all {
		return route.Answer{}, errAlone
	}
	names := make([]string, len(named))
	for i, n := range named {
		names[i] = n.name
		if j.index.Declares(n.name) {
			continue
		}
		if !j.index.Partial() {
			j.result.problem(SchemaRule(schema.RuleODataType), report.Warning, n.at, "a type of the metadata of "+j.api, jsondoc.Brief("#"+n.name))
		}
		return route.Answer{}, fmt.Errorf("the metadata of %s has no type %s", j.api, n.name)
	}
	switch common := j.index.Common(names...); {
	case common == "":
		return route.Answer{}, errors.New("its elements are of types that have nothing in common")
	case odata.TypeOf(body) == "":
		return route.Answer{Shape: route.Page, Type: common}, nil
	default:
		return route.Answer{Shape: route.Object, Type: common}, nil
	}
}

// isBatch reports whether a body is the answer to a batch: parts with a status each.
func isBatch(doc any) bool {
	parts := graph.Responses(doc)
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(p graph.Part) bool { return p.Status == 0 })
}
