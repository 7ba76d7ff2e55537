package importer

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// maxBody bounds a body once it is decompressed.
const maxBody = wire.MostBody

// transportHeaders describe the bytes on the wire, not the decoded body that a
// cassette stores.
var transportHeaders = []string{"Transfer-Encoding", "Content-Encoding", "Connection", "Keep-Alive"}

// dropHeaders removes headers and returns how many of the names there were.
func dropHeaders(h http.Header, names []string) (dropped int) {
	for _, name := range names {
		if _, ok := h[name]; ok {
			dropped++
			delete(h, name)
		}
	}
	return dropped
}

func request(method, url, host string, headers http.Header, body string) cassette.Request {
	return cassette.Request{
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Method: method, URL: url, Host: host,
		Headers: headers, Body: body, ContentLength: int64(len(body)),
	}
}

func response(code int, phrase string, headers http.Header, body string) cassette.Response {
	if phrase == "" {
		phrase = http.StatusText(code)
	}
	return cassette.Response{
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Code: code, Status: strings.TrimSpace(fmt.Sprintf("%d %s", code, phrase)),
		Headers: headers, Body: body, ContentLength: int64(len(body)),
	}
}

// storedBody decodes a body, and drops the headers that described its encoding and
// length. One that is labelled br and is not was saved decoded, as browsers do: br has no
// mark to recognise it by.
func storedBody(body string, headers http.Header) (string, error) {
	plain, left, err := wire.Decode(headers, body, maxBody)
	if err != nil && left != "br" {
		return "", err
	}
	dropHeaders(headers, transportHeaders)
	if headers.Get("Content-Length") != "" {
		headers.Set("Content-Length", strconv.Itoa(len(plain)))
	}
	return plain, nil
}

// fromBase64 decodes base64 that may be broken into lines.
func fromBase64(text string) (string, error) {
	compact := strings.Map(func(r rune) rune {
		if r == ' ' || r == '\n' || r == '\r' || r == '\t' {
			return -1
		}
		return r
	}, text)
	data, err := base64.StdEncoding.DecodeString(compact)
	if err != nil {
		return "", fmt.Errorf("base64: %w", err)
	}
	return string(data), nil
}
