package conform

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
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
		rest := resp.Body
		data, err := wire.Read(rest, wire.MostBody, resp.ContentLength)
		if errors.Is(err, wire.ErrTooLarge) { // the rest is the caller's to read
			resp.Body = wire.Begun(data, rest, nil)
		} else {
			rest.Close()
			resp.Body = io.NopCloser(bytes.NewReader(data))
		}
		if err != nil {
			return Exchange{}, fmt.Errorf("read an exchange: read the answer to %s %s: %w", e.Method, resp.Request.URL.Path, err)
		}
		e.Answer = bodyOf(data, resp.Header)
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
	return bodyOf(data, req.Header)
}

// bodyOf decodes a body. Clients that ask for a coding themselves, and those that
// compress every request, have it still.
func bodyOf(data []byte, h http.Header) Body {
	plain, _, _ := wire.Decode(h, data, wire.MostBody) // a larger one is judged as it came
	return BodyOf(string(plain), h.Get("Content-Type"))
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
