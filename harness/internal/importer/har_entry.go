package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A HAREntry is one entry of an archive. The code of its interaction is 0 where there was no
// answer.
type HAREntry struct {
	Entry
	raw     []byte
	lines   map[string]int       // of its members, once they are asked for
	headers map[string][]harPair // of its request and response
	problem string               // why there is no answer, in the browser's words
	socket  bool
	local   bool // an address without a host: data:, blob:, about:
}

// harEntry is what is read of an entry in the file. Sizes, timings and versions
// are left aside: tools fill them with what they like.
type harEntry struct {
	Started  any             `json:"startedDateTime"`
	Time     any             `json:"time"`
	Request  harRequest      `json:"request"`
	Response *harResponse    `json:"response"`
	Messages json.RawMessage `json:"_webSocketMessages"`
	ID       any             `json:"_id"`
	Order    any             `json:"_order"`
}

type harRequest struct {
	Method  string    `json:"method"`
	URL     string    `json:"url"`
	Headers []harPair `json:"headers"`
	Cookies []harPair `json:"cookies"`
	Post    *harPost  `json:"postData"`
}

type harResponse struct {
	Status     int       `json:"status"`
	StatusText string    `json:"statusText"`
	Headers    []harPair `json:"headers"`
	Cookies    []harPair `json:"cookies"`
	Content    struct {
		Size     any    `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
		Encoding string `json:"encoding"`
	} `json:"content"`
	RedirectURL string `json:"redirectURL"`
	Problem     string `json:"_error"` // Chrome
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harPost struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	Encoding string `json:"encoding"` // HAR 1.3
	Params   []struct {
		harPair
		FileName    string `json:"fileName"`
		ContentType string `json:"contentType"`
	} `json:"params"`
}

// newHAREntry reads an entry from its text, which begins on a line of the file.
func newHAREntry(number, line int, raw []byte) *HAREntry {
	e := &HAREntry{Entry: Entry{Number: number, Interaction: &cassette.Interaction{Line: line}}, raw: raw}
	var h harEntry
	var misread *jsondoc.ReadError
	if errors.As(jsondoc.Unmarshal(raw, &h), &misread) {
		e.Fault = at(line+misread.Line-1, misread.Message)
	}
	e.recorded, _ = time.Parse(time.RFC3339, fmt.Sprint(h.Started))
	e.socket = len(h.Messages) > 0
	e.counted, _ = h.ID.(string)
	e.order, _ = h.Order.(float64)
	if h.Response == nil {
		h.Response = &harResponse{}
	}
	e.headers = map[string][]harPair{"request": h.Request.Headers, "response": h.Response.Headers}
	e.request(&h.Request)
	e.response(&h)
	return e
}

// fault notes the first thing that is wrong, with its line.
func (e *HAREntry) fault(part string, err error) {
	if err != nil && e.Fault == nil {
		e.Fault = at(e.Line(part), err.Error())
	}
}

func (e *HAREntry) request(r *harRequest) {
	address, _, _ := strings.Cut(r.URL, "#") // what follows is never sent
	host := ""
	switch u, err := url.Parse(address); {
	case address == "":
		e.fault("", errors.New("it has no request, or no url"))
	case err != nil || u.Scheme == "":
		e.fault("request.url", errors.New("its url is not an absolute address"))
	default:
		host = strings.ToLower(u.Host)
		e.local = u.Host == ""
	}
	if strings.Trim(r.Method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" || r.Method == "" {
		e.fault("request.method", errors.New("it has no method"))
	}
	headers := harHeaders(r.Headers, "Cookie", r.Cookies, "; ")
	body, err := r.Post.body(headers)
	e.fault("request.body", err)
	if body == "" && err == nil && positive(headers.Get("Content-Length")) {
		e.fault("", errors.New("the request's body is not in the file"))
	}
	body, err = storedBody(r.Method, body, headers)
	e.fault("request.body", err)
	e.Interaction.Request = request(r.Method, address, host, headers, body)
}

func (e *HAREntry) response(h *harEntry) {
	r := h.Response
	e.problem = r.Problem
	headers := harHeaders(r.Headers, "Set-Cookie", r.Cookies, "\n")
	if headers.Get("Location") == "" && r.RedirectURL != "" {
		headers.Set("Location", r.RedirectURL)
	}
	if headers.Get("Content-Type") == "" && strings.Contains(r.Content.MimeType, "/") && r.Content.Text != "" {
		headers.Set("Content-Type", r.Content.MimeType)
	}
	body, err := decoded(r.Content.Text, r.Content.Encoding)
	e.fault("response.body", err)
	if body == "" && err == nil && r.hasBody(h.Request.Method) {
		e.fault("", errAnswerAbsent)
	}
	body, err = storedBody("", body, headers)
	e.fault("response.body", err)
	if e.socket && body == "" {
		body = string(h.Messages)
	}
	e.Interaction.Response = response(r.Status, r.StatusText, headers, body)
	if r.Status > 0 {
		e.fault("response.code", e.Interaction.Storable())
	}
	if ms, ok := h.Time.(float64); ok && ms > 0 && ms < 1e9 {
		e.Interaction.Response.Duration = time.Duration(ms * float64(time.Millisecond)).Round(time.Microsecond)
	}
}

var errAnswerAbsent = errors.New("the answer's body is not in the file: " +
	"save the archive with content, while the page is open")

// hasBody reports whether the service sent a body, which the file may lack.
func (r *harResponse) hasBody(method string) bool {
	if method == http.MethodHead || r.Status < 200 || r.Status/100 == 3 || r.Status == http.StatusNoContent {
		return false
	}
	return positive(fmt.Sprint(r.Content.Size))
}

func positive(number string) bool {
	n, err := strconv.ParseFloat(number, 64)
	return err == nil && n > 0
}

// harHeaders reads headers without the pseudo headers of HTTP/2. Chrome writes
// several values of one header as lines. Cookies that stand in a list alone become
// the header that they came in.
func harHeaders(pairs []harPair, cookie string, cookies []harPair, separator string) http.Header {
	headers := http.Header{}
	for _, p := range pairs {
		if p.Name == "" || strings.HasPrefix(p.Name, ":") {
			continue
		}
		for value := range strings.SplitSeq(p.Value, "\n") {
			headers.Add(p.Name, strings.TrimSpace(value))
		}
	}
	if len(cookies) > 0 && headers.Get(cookie) == "" {
		var texts []string
		for _, c := range cookies {
			texts = append(texts, c.Name+"="+c.Value)
		}
		for value := range strings.SplitSeq(strings.Join(texts, separator), "\n") {
			headers.Add(cookie, value)
		}
	}
	return headers
}

func decoded(text, encoding string) (string, error) {
	switch strings.ToLower(encoding) {
	case "", "utf-8", "utf8", "text":
		return text, nil
	case "base64":
		return fromBase64(text)
	}
	return text, errors.New("its encoding is neither base64 nor absent")
}

// body is what was sent: the text, or the parameters put together again.
func (p *harPost) body(headers http.Header) (string, error) {
	if p == nil {
		return "", nil
	}
	kind := headers.Get("Content-Type")
	if kind == "" && p.MimeType != "" {
		kind = p.MimeType
		headers.Set("Content-Type", kind)
	}
	if p.Text != "" || len(p.Params) == 0 {
		return decoded(p.Text, p.Encoding)
	}
	media, options, _ := mime.ParseMediaType(kind)
	if media == "multipart/form-data" {
		return p.multipart(headers, options["boundary"])
	}
	var form []string
	for _, field := range p.Params {
		form = append(form, url.QueryEscape(field.Name)+"="+url.QueryEscape(field.Value))
	}
	return strings.Join(form, "&"), nil
}

func (p *harPost) multipart(headers http.Header, boundary string) (string, error) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	if w.SetBoundary(boundary) != nil {
		_ = w.SetBoundary("graphvcr-multipart") // a legal one
		headers.Set("Content-Type", w.FormDataContentType())
	}
	for _, field := range p.Params {
		if field.FileName != "" && field.Value == "" {
			return "", errors.New("the content of a file that was sent is not in the archive")
		}
		disposition := `form-data; name="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(field.Name) + `"`
		if field.FileName != "" {
			disposition = multipart.FileContentDisposition(field.Name, field.FileName)
		}
		header := map[string][]string{"Content-Disposition": {disposition}}
		if field.ContentType != "" {
			header["Content-Type"] = []string{field.ContentType}
		}
		to, _ := w.CreatePart(header) // in memory: nothing of it can fail
		_, _ = io.WriteString(to, field.Value)
	}
	_ = w.Close()
	return out.String(), nil
}

// harMembers are where parts of an interaction stand in an entry; headers have a list, too.
var harMembers = map[string][]string{
	"request.method":                {"$['request']['method']"},
	"request.url":                   {"$['request']['url']"},
	"request.body":                  {"$['request']['postData']['text']", "$['request']['postData']['params']"},
	"request.headers.Cookie":        {"$['request']['cookies']"},
	"request.headers.Content-Type":  {"$['request']['postData']['mimeType']"},
	"response.code":                 {"$['response']['status']"},
	"response.body":                 {"$['response']['content']['text']", "$['_webSocketMessages']"},
	"response.headers.Set-Cookie":   {"$['response']['cookies']"},
	"response.headers.Location":     {"$['response']['redirectURL']"},
	"response.headers.Content-Type": {"$['response']['content']['mimeType']"},
}

// Line returns the line of the file on which a part of the entry stands, named as
// package redact names parts: request.url, request.headers.NAME, request.body,
// response.body, ... For a part that has none of its own it is the entry's.
func (e *HAREntry) Line(part string) int {
	if e.lines == nil {
		e.lines = jsondoc.Lines(string(e.raw))
		e.addHeaderLines()
	}
	for _, place := range append([]string{part}, harMembers[part]...) {
		if line := e.lines[place]; line > 0 {
			return e.Interaction.Line + line - 1
		}
	}
	return e.Interaction.Line
}

// addHeaderLines notes the lines of headers by their parts: of several of a name, the first's.
func (e *HAREntry) addHeaderLines() {
	for message, headers := range e.headers {
		for n, h := range headers {
			part := message + ".headers." + http.CanonicalHeaderKey(h.Name)
			if _, twice := e.lines[part]; !twice {
				e.lines[part] = e.lines[fmt.Sprintf("$['%s']['headers'][%d]['value']", message, n)]
			}
		}
	}
}
