package importer

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// WriteHAR writes a cassette as an HTTP archive, which HAR reads again: the same requests and
// answers in the same order. An archive has no place for what only a cassette has: origin,
// source, auth, cloud, client, expiry, variables, what redaction did (rules, salt, tags,
// holes), principals. Reading leaves behind credentials in headers, versions of HTTP, and
// what is less than a microsecond of an answer's time.
func WriteHAR(w io.Writer, c *cassette.Cassette, version string) error {
	var archive outHAR
	log := &archive.Log
	log.Version, log.Comment = "1.2", "exported from the cassette "+c.Name
	log.Creator.Name, log.Creator.Version = "graphvcr", version
	log.Entries = make([]outEntry, len(c.Interactions))
	began := c.Meta.RecordedAt
	if began.IsZero() {
		began = time.Unix(0, 0).UTC() // an archive must say when
	}
	for n, i := range c.Interactions {
		log.Entries[n] = outEntryOf(i, began.Add(time.Duration(n)*time.Millisecond))
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	return encoder.Encode(archive)
}

// What is written (http://www.softwareishard.com/blog/har-12-spec). harEntry is what is read,
// from tools that write it each in a way of their own.
type (
	outHAR struct {
		Log struct {
			Version string `json:"version"`
			Creator struct {
				Name    string `json:"name"`
				Version string `json:"version"`
			} `json:"creator"`
			Entries []outEntry `json:"entries"`
			Comment string     `json:"comment"`
		} `json:"log"`
	}
	outEntry struct {
		Started  string             `json:"startedDateTime"`
		Time     float64            `json:"time"`
		Request  outRequest         `json:"request"`
		Response outResponse        `json:"response"`
		Cache    struct{}           `json:"cache"`
		Timings  map[string]float64 `json:"timings"`
	}
	outMessage struct {
		HTTPVersion string    `json:"httpVersion"`
		Cookies     []harPair `json:"cookies"`
		Headers     []harPair `json:"headers"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int       `json:"bodySize"`
	}
	outRequest struct {
		Method string `json:"method"`
		URL    string `json:"url"`
		outMessage
		Query []harPair `json:"queryString"`
		Post  *outPost  `json:"postData,omitempty"`
	}
	outPost struct {
		MimeType string    `json:"mimeType"`
		Params   []harPair `json:"params"`
		Text     string    `json:"text"`
		Encoding string    `json:"encoding,omitempty"`
	}
	outResponse struct {
		Status     int    `json:"status"`
		StatusText string `json:"statusText"`
		outMessage
		Content struct {
			Size     int    `json:"size"`
			MimeType string `json:"mimeType"`
			Text     string `json:"text,omitempty"`
			Encoding string `json:"encoding,omitempty"`
		} `json:"content"`
		RedirectURL string `json:"redirectURL"`
	}
)

func outEntryOf(i *cassette.Interaction, started time.Time) outEntry {
	ms := float64(i.Response.Duration) / float64(time.Millisecond)
	e := outEntry{
		Started: started.Format("2006-01-02T15:04:05.000Z07:00"), Time: ms,
		Timings: map[string]float64{"send": 0, "wait": ms, "receive": 0},
		Request: outRequest{
			Method: i.Request.Method, URL: i.Request.URL, Query: queryPairs(i.Request.URL),
			outMessage: outMessageOf(i.Request.Proto, i.Request.Headers, i.Request.Body),
		},
		Response: outResponse{
			Status: i.Response.Code, StatusText: strings.TrimSpace(strings.TrimPrefix(i.Response.Status, fmt.Sprint(i.Response.Code))),
			RedirectURL: i.Response.Headers.Get("Location"),
			outMessage:  outMessageOf(i.Response.Proto, i.Response.Headers, i.Response.Body),
		},
	}
	content := &e.Response.Content
	content.Size = len(i.Response.Body)
	content.MimeType = cmp.Or(i.Response.Headers.Get("Content-Type"), "x-unknown") // as browsers have it
	content.Text, content.Encoding = encodedText(i.Response.Body)
	if i.Request.Body != "" {
		e.Request.Post = &outPost{MimeType: i.Request.Headers.Get("Content-Type"), Params: []harPair{}}
		e.Request.Post.Text, e.Request.Post.Encoding = encodedText(i.Request.Body)
	}
	return e
}

func outMessageOf(proto string, headers http.Header, body string) outMessage {
	m := outMessage{Cookies: []harPair{}, Headers: []harPair{}, HeadersSize: -1, BodySize: len(body)}
	m.HTTPVersion = cmp.Or(proto, "HTTP/1.1")
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		for _, value := range headers[name] {
			m.Headers = append(m.Headers, harPair{name, value})
		}
	}
	return m
}

// encodedText is a body as a text of JSON holds it.
func encodedText(body string) (text, encoding string) {
	if utf8.ValidString(body) {
		return body, ""
	}
	return base64.StdEncoding.EncodeToString([]byte(body)), "base64"
}

// queryPairs are the options of an address, which tools show; reading goes by the address.
func queryPairs(address string) []harPair {
	pairs := []harPair{}
	_, query, _ := strings.Cut(address, "?")
	for option := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(option, "="); name != "" {
			pairs = append(pairs, harPair{unescaped(name), unescaped(value)})
		}
	}
	return pairs
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
