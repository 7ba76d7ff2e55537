package runner

import (
	"net/http"
	"strconv"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// view is what expectations look at: an answer, or one part of a batch answer.
type view struct {
	answer *answer
	status int
	header http.Header
	text   string
	doc    any
	isJSON bool
	part   string            // normalized path of the part in the answer's body; "" for the answer itself
	spelt  map[string]string // canonical names of a part's headers, as the body spells them
}

func (a *answer) view() *view {
	return &view{
		answer: a,
		status: a.status, header: a.header, text: a.text, doc: a.doc, isJSON: a.isJSON,
	}
}

// body is the normalized path of the view's document in the answer's body.
func (v *view) body() string {
	if v.part == "" {
		return jsondoc.Root
	}
	return jsondoc.AppendPath(v.part, "body")
}

func (v *view) bodyPlace() place { return inBody(v.body()) }

func (v *view) statusPlace() place {
	if v.part == "" {
		return place{where: "status"}
	}
	return inBody(jsondoc.AppendPath(v.part, "status"))
}

func (v *view) headerPlace(name string) place {
	if v.part == "" {
		return place{where: "header." + name}
	}
	if spelt, ok := v.spelt[http.CanonicalHeaderKey(name)]; ok {
		name = spelt
	}
	return inBody(jsondoc.AppendPath(jsondoc.AppendPath(v.part, "headers"), name))
}

func (v *view) textPlace() place {
	if v.part == "" {
		return place{where: "text", at: jsondoc.Root, opaque: true}
	}
	return v.bodyPlace()
}

func (v *view) fromDocs() bool {
	c := v.answer.source().Cassette
	return c != nil && c.Meta.Origin == cassette.Docs
}

// describeStatus is a status with the error code that came with it: the two are the
// stable part of a failed answer (concepts/errors).
func (v *view) describeStatus() string {
	text := strconv.Itoa(v.status)
	if code := errorCode(v.doc); code != "" {
		text += " (" + code + ")"
	}
	return text
}

func errorCode(doc any) string {
	body, _ := doc.(map[string]any)
	failure, _ := body["error"].(map[string]any)
	code, _ := failure["code"].(string)
	return code
}
