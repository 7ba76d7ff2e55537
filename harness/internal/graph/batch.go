package graph

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// BatchSegment is the segment of the path that batches are sent to, below a version.
const BatchSegment = "$batch"

// A Part is a request of a batch, or the answer to one (concepts/json-batching). Null
// members are as good as absent ones (one SDK sends them, another does not).
type Part struct {
	Index   int            // in its list
	Members map[string]any // all of it; nil when it is no object
	ID      string         // a string, or carelessly a number
	Method  string         // of a request, upper case
	URL     string         // of a request, as it came: relative to the version
	Needs   []string       // of a request: the ids of dependsOn
	Status  int            // of an answer
	Header  http.Header
	Body    any  // a tree of package jsondoc
	HasBody bool // also where it is null
}

// Requests are the parts of a batch's body, a tree of package jsondoc.
func Requests(doc any) []Part { return partsOf(doc, "requests") }

// Responses are the parts of the answer to a batch, which come in any order and are
// paired by id.
func Responses(doc any) []Part { return partsOf(doc, "responses") }

func partsOf(doc any, name string) []Part {
	body, _ := doc.(map[string]any)
	list, _ := body[name].([]any)
	parts := make([]Part, len(list))
	for i, item := range list {
		members, _ := item.(map[string]any)
		parts[i] = partOf(i, members)
	}
	return parts
}

func partOf(index int, members map[string]any) Part {
	p := Part{Index: index, Members: members, ID: plain(members["id"]), Method: strings.ToUpper(plain(members["method"])), URL: plain(members["url"]), Header: http.Header{}}
	if status, ok := members["status"].(json.Number); ok {
		n, _ := status.Int64()
		p.Status = int(n)
	}
	headers, _ := members["headers"].(map[string]any)
	for name, value := range headers {
		if value != nil {
			p.Header.Set(name, plain(value))
		}
	}
	needs, _ := members["dependsOn"].([]any)
	for _, need := range needs {
		if id, ok := need.(string); ok {
			p.Needs = append(p.Needs, id)
		}
	}
	p.Body, p.HasBody = members["body"]
	return p
}

// plain is the text of a value that should be one; "" for null.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return fmt.Sprint(v)
}

// Address is the address of a request of a batch that was sent to a version: absolute
// where an application put a link into its batch.
func (p *Part) Address(version string) string {
	if scheme, _, ok := strings.Cut(p.URL, "://"); ok && (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http")) {
		return p.URL
	}
	return URL + "/" + version + "/" + strings.TrimPrefix(p.URL, "/")
}

// Bytes is the body of a part that is not JSON by its content type: it comes as a base64
// string. ok is false when the body is JSON, or there is none.
func (p *Part) Bytes() (text string, ok bool) {
	encoded, isText := p.Body.(string)
	if kind := p.Header.Get("Content-Type"); !isText || kind == "" || strings.Contains(strings.ToLower(kind), "json") {
		return "", false
	}
	if data, err := base64.StdEncoding.DecodeString(encoded); err == nil {
		return string(data), true
	}
	return encoded, true
}
