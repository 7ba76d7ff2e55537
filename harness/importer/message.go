package importer

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// maxBody bounds a body once it is decompressed.
const maxBody = 64 << 20

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

// storedBody decodes a body where it is gzip, and drops the headers that told of
// its encoding and length.
func storedBody(body string, headers http.Header) (string, error) {
	plain, err := gunzip(body)
	if err != nil {
		return "", fmt.Errorf("gzip: %w", err)
	}
	dropHeaders(headers, transportHeaders)
	if headers.Get("Content-Length") != "" {
		headers.Set("Content-Length", strconv.Itoa(len(plain)))
	}
	return plain, nil
}

// gunzip decodes a body that begins with gzip's magic number, whatever its label
// says, and returns any other as it is.
func gunzip(body string) (string, error) {
	if !strings.HasPrefix(body, "\x1f\x8b\x08") {
		return body, nil
	}
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		return "", err
	}
	var plain bytes.Buffer
	n, err := io.Copy(&plain, io.LimitReader(z, maxBody+1))
	if err != nil {
		return "", err
	}
	if n > maxBody {
		return "", fmt.Errorf("more than %d MB once decompressed", maxBody>>20)
	}
	return plain.String(), nil
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
