// Package exchanges prints what passes under an SDK's middleware.
package exchanges

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

// A Printer is the transport that an SDK is given.
type Printer struct {
	Base http.RoundTripper
	Own  map[string]string // ids that the SDK made up, and what to call them
}

var shown = []string{"Content-Type", "Location", "ETag", "Retry-After", "OData-Version", "request-id"}

// RoundTrip implements http.RoundTripper.
func (p *Printer) RoundTrip(req *http.Request) (*http.Response, error) {
	fmt.Printf("> %s %s\n", req.Method, req.URL)
	resp, err := p.Base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read the answer to %s %s: %w", req.Method, req.URL, err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	fmt.Printf("< %d\n", resp.StatusCode)
	for _, name := range shown {
		if value := resp.Header.Get(name); value != "" {
			fmt.Printf("%s: %s\n", strings.ToLower(name), value)
		}
	}
	if !utf8.Valid(body) || resp.Header.Get("Content-Type") == "application/octet-stream" {
		fmt.Printf("%d bytes, %x\n", len(body), sha256.Sum256(body))
		return resp, nil
	}
	text := string(body)
	for id, name := range p.Own {
		text = strings.ReplaceAll(text, id, name)
	}
	fmt.Println(text)
	return resp, nil
}
