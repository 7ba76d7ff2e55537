package judge

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/route"
)

// Texts is the function that says, for a comparison of recordings, whether metadata declares a
// text (Edm.String) at a path of an answer. It knows the APIs of which the folder of schemas
// has an index.
func Texts(schemas string) func(i *cassette.Interaction, path string) bool {
	indexes := route.NewFolder(schemas)
	return func(i *cassette.Interaction, path string) bool { return isText(indexes, i, path) }
}

func isText(indexes *route.Folder, i *cassette.Interaction, path string) bool {
	address, err := graphurl.Parse(i.Request.URL)
	if err != nil || address.Host != graphurl.Graph || address.Version == "" {
		return false
	}
	index, _ := indexes.Index(address.Version)
	if index == nil { // nothing is declared
		return false
	}
	doc, err := jsondoc.Parse(i.Response.Body)
	if err != nil {
		return false
	}
	typ, at := rootType(index, i, doc), doc
	for _, step := range pathSteps.FindAllStringSubmatch(path, -1) {
		switch v := at.(type) {
		case []any:
			n, err := strconv.Atoi(step[2])
			if err != nil || n >= len(v) {
				return false
			}
			at = v[n]
		case map[string]any:
			if at = v[step[1]]; step[1] == "value" && isEnvelope(v) {
				continue
			}
			if own, ok := v[odata.Type].(string); ok {
				typ = strings.TrimPrefix(own, "#")
			}
			typ = odata.Bare(index.Member(typ, step[1]))
		default:
			return false
		}
	}
	return typ == "Edm.String"
}

// pathSteps are the steps of a normalized path: names, of which none that Graph declares has
// an escape, and indexes.
var pathSteps = regexp.MustCompile(`\['([^'\\]*)'\]|\[(\d+)\]`)

// isEnvelope reports whether an object is a list or a value with what is said of it, and no
// resource that has a member called value.
func isEnvelope(object map[string]any) bool {
	for name := range object {
		if name != "value" && !strings.HasPrefix(name, "@") {
			return false
		}
	}
	return true
}

// rootType is the type of an answer, or of the elements of a list.
func rootType(index *route.Index, i *cassette.Interaction, doc any) string {
	root, _ := doc.(map[string]any)
	if context, ok := root[odata.Context].(string); ok {
		if answer, err := index.Context(context); err == nil {
			return odata.Bare(answer.Type)
		}
	}
	target, err := index.Resolve(i.Request.Method, i.Request.URL)
	if err != nil {
		return ""
	}
	return odata.Bare(target.Answer.Type)
}
