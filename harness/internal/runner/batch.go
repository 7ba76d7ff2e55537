package runner

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

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
	v := &view{answer: a, part: jsondoc.AppendPath(jsondoc.AppendPath(jsondoc.Root, "responses"), p.Index), status: p.Status, header: p.Header, spelt: map[string]string{}}
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
