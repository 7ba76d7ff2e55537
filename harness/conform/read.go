package conform

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// Read is the exchange of a response that a client got. The response's body is read
// and put back whole. What was sent is part of it where the request can say it again
// (http.Request.GetBody).
func Read(resp *http.Response) (Exchange, error) {
	if resp.Request == nil || resp.Request.URL == nil {
		return Exchange{}, fmt.Errorf("read an exchange: the response has no request")
	}
	e := Exchange{Method: resp.Request.Method, URL: resp.Request.URL.String(), Status: resp.StatusCode, Header: resp.Header}
	if e.Method == "" {
		e.Method = http.MethodGet
	}
	if resp.Body != nil {
		data, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(data))
		if err != nil {
			return Exchange{}, fmt.Errorf("read an exchange: read the answer to %s %s: %w", e.Method, resp.Request.URL.Path, err)
		}
		e.Answer = BodyOf(string(data), resp.Header.Get("Content-Type"))
	}
	e.Request = Sent(resp.Request)
	return e, nil
}

// Sent is what a request carried, where it can say it again.
func Sent(req *http.Request) Body {
	if req.GetBody == nil {
		return Body{}
	}
	reader, err := req.GetBody()
	if err != nil {
		return Body{}
	}
	defer reader.Close()
	data, err := io.ReadAll(reader)
	if err != nil {
		return Body{}
	}
	return BodyOf(string(data), req.Header.Get("Content-Type"))
}

// BodyOf takes a text for JSON if it is, unless its content type says that it is
// something else.
func BodyOf(text, contentType string) Body {
	body := Body{Text: text}
	if contentType != "" && !strings.Contains(strings.ToLower(contentType), "json") {
		return body
	}
	doc, err := jsondoc.Parse(text)
	body.Doc, body.IsJSON = doc, err == nil
	return body
}
