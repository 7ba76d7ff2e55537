package runner

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// parts checks the parts of a $batch answer, which come in any order and are
// paired by id (concepts/json-batching). Parts that nobody expects are fine.
func (s *stepRun) parts(a *answer) *halt {
	if len(s.step.Parts) == 0 {
		return nil
	}
	answered := batchParts(a)
	for _, id := range slices.Sorted(maps.Keys(s.step.Parts)) {
		e := s.step.Parts[id]
		views := answered[id]
		if len(views) != 1 {
			s.report(a, []failure{{
				place: place{where: "$['responses']", at: "$['responses']"}, rule: rulePartsID, line: e.Line,
				want: plain("one part " + id), got: plain(strconv.Itoa(len(views))),
				message: phrase{"the batch answer has %d parts with the id %s, wanted one", []any{len(views), id}},
			}})
			continue
		}
		if h := s.expect(e, views[0]); h != nil {
			return h
		}
	}
	return nil
}

// batchParts lists the parts of a batch answer by id.
func batchParts(a *answer) map[string][]*view {
	body, _ := a.doc.(map[string]any)
	responses, _ := body["responses"].([]any)
	urls := partURLs(a.request)
	parts := map[string][]*view{}
	for i, response := range responses {
		fields, ok := response.(map[string]any)
		if !ok {
			continue
		}
		id := plainText(fields["id"])
		path := jsondoc.AppendPath(jsondoc.AppendPath(jsondoc.Root, "responses"), i)
		parts[id] = append(parts[id], partView(a, fields, path, urls[id]))
	}
	return parts
}

func partView(a *answer, fields map[string]any, path, sentTo string) *view {
	v := &view{answer: a, sentTo: sentTo, part: path, header: http.Header{}, spelt: map[string]string{}}
	if n, ok := fields["status"].(json.Number); ok {
		status, _ := n.Int64()
		v.status = int(status)
	}
	headers, _ := fields["headers"].(map[string]any)
	for name, value := range headers {
		v.header.Set(name, plainText(value))
		v.spelt[http.CanonicalHeaderKey(name)] = name
	}
	body, ok := fields["body"]
	if !ok {
		return v
	}
	// What is not JSON comes as a base64 string.
	text, isText := body.(string)
	if kind := v.header.Get("Content-Type"); isText && kind != "" && !isJSONType(kind) {
		v.text = text
		if data, err := base64.StdEncoding.DecodeString(text); err == nil {
			v.text = string(data)
		}
		return v
	}
	v.doc, v.isJSON, v.text = body, true, jsonText(body)
	return v
}

// partURLs lists what each part of a batch was sent to.
func partURLs(req *http.Request) map[string]string {
	urls := map[string]string{}
	if req.GetBody == nil || !strings.HasSuffix(req.URL.Path, "/$batch") {
		return urls
	}
	body, err := req.GetBody()
	if err != nil {
		return urls
	}
	defer body.Close()
	var batch struct {
		Requests []struct{ ID, URL string }
	}
	if json.NewDecoder(body).Decode(&batch) == nil {
		for _, part := range batch.Requests {
			urls[part.ID] = part.URL
		}
	}
	return urls
}
