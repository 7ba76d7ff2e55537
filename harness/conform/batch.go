package conform

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
)

const batchType = "microsoft.graph.batchResponse"

// batch judges the answer of $batch, and each part of it as the exchange that it is
// (concepts/json-batching: parts come in any order and are paired by id).
func (j *judgement) batch() error {
	if err := j.validate(batchType, jsondoc.Root, j.Answer.Doc, j.plain()); err != nil {
		return err
	}
	if j.URL == "" {
		return j.aloneParts()
	}
	requests := graph.Requests(j.Request.Doc)
	answered := map[string]int{}
	for _, answer := range graph.Responses(j.Answer.Doc) {
		at := jsondoc.AppendPath("$['responses']", answer.Index)
		sent := partOf(requests, answer.ID)
		if answered[answer.ID]++; sent == nil || answered[answer.ID] > 1 {
			j.problem(ruleAnswerBatch, report.Error, at+"['id']", "the id of a request that is not answered yet", brief(answer.Members["id"]))
			continue
		}
		if err := j.part(sent, &answer, at); err != nil {
			return err
		}
	}
	for _, sent := range requests {
		if answered[sent.ID] == 0 {
			j.problem(ruleAnswerBatch, report.Error, "$['responses']", "an answer to part "+sent.ID, "none")
		}
	}
	return nil
}

// namedParts judges the parts whose types are named, where nothing else is known.
func (j *judgement) namedParts() error {
	if len(j.Parts) == 0 {
		return nil
	}
	requests := graph.Requests(j.Request.Doc)
	for _, answer := range graph.Responses(j.Answer.Doc) {
		sent := partOf(requests, answer.ID)
		if j.Parts[answer.ID] == "" || sent == nil {
			continue
		}
		if err := j.part(sent, &answer, jsondoc.AppendPath("$['responses']", answer.Index)); err != nil {
			return err
		}
	}
	return nil
}

// partOf is the part with an id, or nil.
func partOf(parts []graph.Part, id string) *graph.Part {
	for i := range parts {
		if parts[i].ID == id {
			return &parts[i]
		}
	}
	return nil
}

// part judges one part, whose answer stands at a place. A batch cannot hold another.
func (j *judgement) part(sent, answer *graph.Part, at string) error {
	if u, err := graphurl.Parse(sent.Address(j.api)); err != nil || u.IsBatch() {
		return nil
	}
	return j.judgePart(sent, answer, at)
}

func (j *judgement) judgePart(sent, answer *graph.Part, at string) error {
	result, err := j.checker.Check(j.partExchange(sent, answer))
	if err != nil {
		return err
	}
	if result.Reason != "" && j.result.Reason == "" {
		j.result.Reason = "part " + sent.ID + ": " + result.Reason
	}
	sentAt := jsondoc.AppendPath(inRequest+"$['requests']", sent.Index)
	for _, p := range result.Problems {
		p.Part, p.Where = sent.ID, partPlace(at, sentAt, p.Where)
		j.result.Problems = append(j.result.Problems, p)
	}
	return nil
}

func (j *judgement) partExchange(sent, answer *graph.Part) Exchange {
	e := Exchange{
		Method: sent.Method, Status: answer.Status, Header: answer.Header,
		API: j.api, Schema: j.Parts[sent.ID], Placeholders: j.Placeholders,
	}
	if j.URL != "" {
		e.URL = sent.Address(j.api)
	}
	if sent.HasBody {
		e.Request = Body{Doc: sent.Body, IsJSON: true, Text: "body"}
	}
	if text, isBytes := answer.Bytes(); isBytes {
		e.Answer.Text = text
	} else if answer.HasBody {
		e.Answer = Body{Doc: answer.Body, IsJSON: true, Text: "body"}
	}
	return e
}

// partPlace is where something of a part stands in the whole answer.
func partPlace(at, sentAt, where string) string {
	switch {
	case where == "status":
		return at + "['status']"
	case where == "text":
		return at + "['body']"
	case strings.HasPrefix(where, "header."):
		return jsondoc.AppendPath(at+"['headers']", strings.TrimPrefix(where, "header."))
	case strings.HasPrefix(where, inRequest):
		return below(sentAt+"['body']", strings.TrimPrefix(where, inRequest))
	}
	return below(at+"['body']", where)
}
