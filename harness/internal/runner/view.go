package runner

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// view is what expectations look at: an answer, or one part of a batch answer.
type view struct {
	message
	answer *answer
	part   string            // normalized path of the part in the answer's body; "" for the answer itself
	spelt  map[string]string // canonical names of a part's headers, as the body spells them
}

func (a *answer) view() *view {
	return &view{answer: a, message: a.message}
}

func (v *view) bodyPlace() place {
	if v.part == "" {
		return inBody(jsondoc.Root)
	}
	return inBody(jsondoc.AppendPath(v.part, "body"))
}

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

// parts checks the parts of a $batch answer, which come in any order and are
// paired by id (concepts/json-batching). Parts that nobody expects are fine.
func (s judge) parts(a *answer) *halt {
	if len(s.step.Parts) == 0 {
		return nil
	}
	answered := batchParts(a)
	for _, id := range slices.Sorted(maps.Keys(s.step.Parts)) {
		e := s.step.Parts[id]
		views := answered[id]
		if len(views) != 1 {
			f := inBody("$['responses']").failed(rulePartsID, e.Line, "one part "+id, strconv.Itoa(len(views)))
			f.Message = fmt.Sprintf("the batch answer has %d parts with the id %s, wanted one", len(views), id)
			s.report(a, f)
			continue
		}
		if h := s.expect(&e, views[0]); h != nil {
			return h
		}
	}
	return nil
}

// batchParts lists the parts of a batch answer by id.
func batchParts(a *answer) map[string][]*view {
	parts := map[string][]*view{}
	for _, p := range graph.Responses(a.doc) {
		if p.Members != nil {
			parts[p.ID] = append(parts[p.ID], partView(a, &p))
		}
	}
	return parts
}

func partView(a *answer, p *graph.Part) *view {
	v := &view{message: message{status: p.Status, header: p.Header}, answer: a, spelt: map[string]string{}}
	v.part = jsondoc.AppendPath(jsondoc.AppendPath(jsondoc.Root, "responses"), p.Index)
	headers, _ := p.Members["headers"].(map[string]any)
	for name := range headers {
		v.spelt[http.CanonicalHeaderKey(name)] = name
	}
	if text, isBytes := p.Bytes(); isBytes {
		v.text = text
	} else if p.HasBody {
		v.doc, v.isJSON, v.text = p.Body, true, jsonText(p.Body)
	}
	return v
}
