package runner

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

func (s requestMaker) request(ctx context.Context) (*http.Request, *halt) {
	q := &s.step.Request
	u, h := s.address()
	if h != nil {
		return nil, h
	}
	body, h := s.body()
	if h != nil {
		return nil, h
	}
	headers, h := s.headers()
	if h != nil {
		return nil, h
	}
	req, err := http.NewRequestWithContext(ctx, q.Method, u.String(), bytes.NewReader(body.data))
	if err != nil {
		return nil, couldNot(ruleRunRequest, q.Line, "build the request: %v", err)
	}
	req.Header = headers
	if t := body.headerValue(headers.Get("Content-Type")); t != "" {
		req.Header.Set("Content-Type", t)
	}
	if host := headers.Get("Host"); host != "" {
		req.Host = host
	}
	return req, nil
}

func (s requestMaker) address() (*url.URL, *halt) {
	q := &s.step.Request
	template := q.Path
	if !q.URL.IsZero() {
		template = q.URL
	}
	text, err := pathText(template, s.vars.lookup)
	if err != nil {
		return nil, couldNot(ruleRunVariable, q.Line, "expand the path: %v", err)
	}
	u, err := resolve(s.opts.Host, text, s.step.API)
	if err != nil {
		return nil, couldNot(ruleRunRequest, q.Line, "resolve the path: %v", err)
	}
	options, h := s.expandPairs(q.Query, "query option")
	if h != nil {
		return nil, h
	}
	if len(options) > 0 {
		u.RawQuery = addQuery(u.RawQuery, options)
	}
	return u, nil
}

func (s requestMaker) headers() (http.Header, *halt) {
	pairs, h := s.expandPairs(s.step.Request.Headers, "header")
	header := http.Header{}
	for _, pair := range pairs {
		header.Add(pair.name, strings.TrimSpace(pair.value))
	}
	return header, h
}

// expandPairs fills in the variables of options, headers or form fields.
func (s requestMaker) expandPairs(pairs []scenario.Pair, what string) ([]option, *halt) {
	var expanded []option
	for _, pair := range pairs {
		value, err := pair.Value.ExpandText(s.vars.lookup, nil)
		if err != nil {
			return nil, couldNot(ruleRunVariable, pair.Line, "expand %s %s: %v", what, pair.Name, err)
		}
		expanded = append(expanded, option{name: pair.Name, value: value})
	}
	return expanded, nil
}

// shownURL is an address as messages may have it: beyond Graph, a query is a
// credential (driveitem-get-content: pre-authenticated addresses).
func shownURL(u *url.URL) string {
	if graph.IsHost(u.Host) || u.RawQuery == "" {
		return u.String()
	}
	bare := *u
	bare.RawQuery = ""
	return bare.String() + "?..."
}
