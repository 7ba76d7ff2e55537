package conform

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
)

const batchType = "microsoft.graph.batchResponse"

// parts judges the parts of a batch, each as the exchange that it is.
type parts struct {
	whole   *Exchange
	checker *Checker
	api     string
	result  *Result // of the whole
}

func (j *judgement) parts() *parts { return &parts{&j.Exchange, j.checker, j.api, &j.result} }

// judge judges all parts (concepts/json-batching: they come in any order and are paired by id).
// Of an answer whose request nobody knows each part is judged by what it says itself.
func (p *parts) judge() (err error) {
	requests := graph.Requests(p.whole.Request.Doc)
	answered := map[string]int{}
	for _, answer := range graph.Responses(p.whole.Answer.Doc) {
		at := jsondoc.AppendPath("$['responses']", answer.Index)
		sent := partOf(requests, answer.ID)
		answered[answer.ID]++
		switch {
		case p.whole.URL == "":
			err = p.judgePart(&graph.Part{ID: answer.ID, Index: answer.Index}, &answer, at)
		case sent == nil || answered[answer.ID] > 1:
			p.result.problem(ruleAnswerBatch, report.Error, at+"['id']", "the id of a request that is not answered yet", jsondoc.Brief(answer.Members["id"]))
		default:
			err = p.part(sent, &answer, at)
		}
		if err != nil {
			return err
		}
	}
	for _, sent := range requests {
		if answered[sent.ID] == 0 {
			p.result.problem(ruleAnswerBatch, report.Error, "$['responses']", "an answer to part "+sent.ID, "none")
		}
	}
	return nil
}

// named judges the parts whose types are named, where nothing else is known.
func (p *parts) named() error {
	if len(p.whole.Parts) == 0 {
		return nil
	}
	requests := graph.Requests(p.whole.Request.Doc)
	for _, answer := range graph.Responses(p.whole.Answer.Doc) {
		sent := partOf(requests, answer.ID)
		if p.whole.Parts[answer.ID] == "" || sent == nil {
			continue
		}
		if err := p.part(sent, &answer, jsondoc.AppendPath("$['responses']", answer.Index)); err != nil {
			return err
		}
	}
	return nil
}

func partOf(parts []graph.Part, id string) *graph.Part {
	for i := range parts {
		if parts[i].ID == id {
			return &parts[i]
		}
	}
	return nil
}

// part judges one part, whose answer stands at a place. A batch cannot hold another.
func (p *parts) part(sent, answer *graph.Part, at string) error {
	if u, err := graphurl.Parse(sent.Address(p.api)); err != nil || u.IsBatch() {
		return nil
	}
	return p.judgePart(sent, answer, at)
}

func (p *parts) judgePart(sent, answer *graph.Part, at string) error {
	result, err := p.checker.Check(p.exchange(sent, answer))
	if err != nil {
		return err
	}
	if result.Reason != "" && p.result.Reason == "" {
		p.result.Reason = "part " + sent.ID + ": " + result.Reason
	}
	sentAt := jsondoc.AppendPath(inRequest+"$['requests']", sent.Index)
	for _, problem := range result.Problems {
		problem.Part, problem.Where = sent.ID, partPlace(at, sentAt, problem.Where)
		p.result.Problems = append(p.result.Problems, problem)
	}
	return nil
}

func (p *parts) exchange(sent, answer *graph.Part) Exchange {
	e := Exchange{
		Method: sent.Method, Status: answer.Status, Header: answer.Header,
		API: p.api, Schema: p.whole.Parts[sent.ID], Placeholders: p.whole.Placeholders,
	}
	if p.whole.URL != "" {
		e.URL = sent.Address(p.api)
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
