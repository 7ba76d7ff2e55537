package conform

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

const batchType = "microsoft.graph.batchResponse"

// batch judges the answer of $batch, and each part of it as the exchange that it is
// (concepts/json-batching: parts come in any order and are paired by id).
func (j *judgement) batch() error {
	if err := j.validate(batchType, jsondoc.Root, j.Answer.Doc, schema.Options{}); err != nil {
		return err
	}
	requests := partsOf(j.Request.Doc, "requests")
	answered := map[string]int{}
	for i, fields := range partsOf(j.Answer.Doc, "responses") {
		id := text(fields["id"])
		at := jsondoc.AppendPath("$['responses']", i)
		n := partOf(requests, id)
		if answered[id]++; n < 0 || answered[id] > 1 {
			j.problem(ruleAnswerBatch, report.Error, at+"['id']", "the id of a request that is not answered yet", brief(fields["id"]))
			continue
		}
		if err := j.part(requests[n], fields, at, jsondoc.AppendPath(inRequest+"$['requests']", n)); err != nil {
			return err
		}
	}
	for _, sent := range requests {
		if id := text(sent["id"]); answered[id] == 0 {
			j.problem(ruleAnswerBatch, report.Error, "$['responses']", "an answer to part "+id, "none")
		}
	}
	return nil
}

func partsOf(doc any, name string) []map[string]any {
	body, _ := doc.(map[string]any)
	list, _ := body[name].([]any)
	parts := make([]map[string]any, len(list))
	for i, item := range list {
		parts[i], _ = item.(map[string]any)
	}
	return parts
}

// partOf is the index of the part with an id, or -1.
func partOf(parts []map[string]any, id string) int {
	return slices.IndexFunc(parts, func(part map[string]any) bool { return text(part["id"]) == id })
}

// text is that of an id, which is a string, or carelessly a number.
func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// part judges one part, whose answer and request stand at these places. A batch
// cannot hold another.
func (j *judgement) part(sent, fields map[string]any, at, sentAt string) error {
	e := j.partExchange(sent, fields)
	if u, err := graphurl.Parse(e.URL); err != nil || len(u.Segments) > 0 && u.Segments[0].Text == "$batch" {
		return nil
	}
	result, err := j.checker.Check(e)
	if err != nil {
		return err
	}
	if result.Reason != "" && j.result.Reason == "" {
		j.result.Reason = "part " + text(sent["id"]) + ": " + result.Reason
	}
	for _, p := range result.Problems {
		p.Where = partPlace(at, sentAt, p.Where)
		j.result.Problems = append(j.result.Problems, p)
	}
	return nil
}

func (j *judgement) partExchange(sent, fields map[string]any) Exchange {
	address := text(sent["url"])
	if !strings.HasPrefix(address, "http") {
		address = "https://graph.microsoft.com/" + j.api + "/" + strings.TrimPrefix(address, "/")
	}
	e := Exchange{Method: strings.ToUpper(text(sent["method"])), URL: address, Header: http.Header{}, Placeholders: j.Placeholders}
	if body, ok := sent["body"]; ok {
		e.Request = Body{Doc: body, IsJSON: true, Text: "body"}
	}
	if n, ok := fields["status"].(json.Number); ok {
		status, _ := n.Int64()
		e.Status = int(status)
	}
	headers, _ := fields["headers"].(map[string]any)
	for name, value := range headers {
		e.Header.Set(name, text(value))
	}
	body, ok := fields["body"]
	encoded, isText := body.(string)
	switch kind := strings.ToLower(e.Header.Get("Content-Type")); {
	case !ok:
	case isText && kind != "" && !strings.Contains(kind, "json"):
		e.Answer.Text = encoded
		if data, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			e.Answer.Text = string(data)
		}
	default:
		e.Answer = Body{Doc: body, IsJSON: true, Text: "body"}
	}
	return e
}

// partPlace is where something of a part stands in the whole answer.
func partPlace(at, sentAt, where string) string {
	switch {
	case where == "status":
		return at + "['status']"
	case strings.HasPrefix(where, "header."):
		return jsondoc.AppendPath(at+"['headers']", strings.TrimPrefix(where, "header."))
	case strings.HasPrefix(where, inRequest):
		return below(sentAt+"['body']", strings.TrimPrefix(where, inRequest))
	}
	return below(at+"['body']", where)
}
