package docs

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

var (
	requestLine = regexp.MustCompile(`^(?i:(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS))[ \t\x{a0}]+(\S.*)$`)
	statusLine  = regexp.MustCompile(`^(?i:HTTP)[ \t]*/?[ \t]*(?:\d(?:\.\d)?)?[ \t]+(\d{3})\b[ \t:,-]*(.*)$`)
	bareStatus  = regexp.MustCompile(`^(\d{3})[ \t]+([A-Z][A-Za-z' -]+)$`)
	headerLine  = regexp.MustCompile("^\"?([A-Za-z][A-Za-z0-9-]*)\"?[ \t]*:[ \t]*(.*)$")
	addressLine = regexp.MustCompile(`^https?://\S.*$`)
)

// firstLine is a block's first line that is not blank, how many lines are before it, and what
// is behind it.
func firstLine(text string) (line string, before int, rest string) {
	for rest = text; rest != ""; before++ {
		line, rest, _ = strings.Cut(rest, "\n")
		if line = strings.TrimSpace(line); line != "" {
			return line, before, rest
		}
	}
	return "", 0, text
}

// message reads headers and body, which begin on a line of the page.
type message struct {
	page     *Page
	line     int // of text's first line
	text     string
	header   http.Header
	body     string
	bodyLine int
	mended   bool
}

// read reads headers up to a blank line, or up to what is none.
func (m *message) read() {
	m.header = http.Header{}
	for m.text != "" {
		line, rest, _ := strings.Cut(m.text, "\n")
		trimmed := strings.TrimSpace(line)
		if trimmed == "" && m.headersFollow(rest) {
			m.page.minor(Repaired, m.line, "a blank line before the headers")
			m.text = rest
			m.line++
			continue
		}
		if trimmed == "" {
			m.text = rest
			m.line++
			break
		}
		if strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") || strings.HasPrefix(trimmed, "<") {
			m.page.minor(Repaired, m.line, "no blank line between headers and body")
			break
		}
		m.headerOf(trimmed)
		m.text = rest
		m.line++
	}
	m.readBody()
}

// headersFollow reports whether what stands behind a blank line at the start are
// headers all the same.
func (m *message) headersFollow(rest string) bool {
	first, _, _ := firstLine(rest)
	return len(m.header) == 0 && headerLine.MatchString(first) && !strings.HasPrefix(first, `"`)
}

func (m *message) headerOf(line string) {
	match := headerLine.FindStringSubmatch(line)
	if match == nil {
		m.page.note(Repaired, m.line, "left out a line that is not a header: %s", brief(line))
		return
	}
	value := strings.Trim(match[2], `"`)
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		m.page.note(Repaired, m.line, "left out a header with control characters: %s", match[1])
		return
	}
	if strings.Contains(match[2], `"`) && !strings.HasPrefix(match[2], `"`) {
		value = match[2] // Prefer: outlook.timezone="..."
	}
	m.header.Add(match[1], value)
}

// readBody reads the rest: JSON where it is, or would be, or is said to be; else the
// text as it stands.
func (m *message) readBody() {
	start := len(m.text) - len(strings.TrimLeft(m.text, " \t\r\n"))
	text := strings.TrimRight(m.text, " \t\r\n")
	if start >= len(text) {
		return
	}
	line := m.line + strings.Count(text[:start], "\n")
	m.bodyLine = line
	kind := strings.ToLower(m.header.Get("Content-Type"))
	isBinary := kind != "" && !strings.Contains(kind, "json") && !strings.Contains(kind, "odata")
	if isBinary || strings.IndexByte("{[", text[start]) < 0 && (text[start] != '"' || !strings.Contains(kind, "json")) {
		m.body = text
		return
	}
	text = text[start:]
	mended, fixed, rest, err := mendJSON(text)
	if err != nil {
		m.body = text
		m.page.note(NotJSON, line, "the body is not JSON and stays as it is: %v", err)
		return
	}
	m.body = strings.TrimSpace(mended)
	if m.mended = len(fixed) > 0; m.mended {
		m.page.note(Repaired, line, "JSON repaired%s", fixed.text(line))
	}
	if strings.TrimSpace(rest) != "" {
		m.trailing(text, rest, line+strings.Count(text[:len(text)-len(rest)], "\n"))
	}
}

// trailing reads headers that stand behind the body; anything else there means that
// the body is no JSON.
func (m *message) trailing(text, rest string, line int) {
	lines := strings.Split(strings.Trim(rest, " \t\r\n"), "\n")
	for _, l := range lines {
		if headerLine.FindString(strings.TrimSpace(l)) == "" && strings.TrimSpace(l) != "" {
			m.body = text
			m.page.note(NotJSON, line, "something follows the JSON of the body, which stays as it is")
			return
		}
	}
	m.page.note(Repaired, line, "headers come after the body")
	for _, l := range lines {
		if l = strings.TrimSpace(l); l != "" {
			m.headerOf(l)
		}
	}
}

// brief is a text as notes quote it.
func brief(text string) string { return fault.Clip(text, 60) }

// request reads an example of a request; nil when the block is none.
func (p *Page) request(f *fence) *Request {
	first, before, rest := firstLine(f.text)
	line := f.line + 1 + before
	method, address := "GET", first
	switch match := requestLine.FindStringSubmatch(first); {
	case match != nil:
		method, address = strings.ToUpper(match[1]), strings.TrimSpace(match[2])
	case addressLine.MatchString(first) && f.isHTTP():
		p.note(Repaired, line, "the request has no method: assumed GET")
	default:
		return nil
	}
	next := line + 1
	for {
		more, after, _ := strings.Cut(rest, "\n")
		if trimmed := strings.TrimSpace(more); goesOn(address, trimmed) {
			p.minor(Repaired, next, "the address goes on in another line")
			address += trimmed
		} else if requestLine.MatchString(trimmed) {
			p.note(LeftOut, next, "left out another spelling of the request: %s", brief(trimmed))
		} else {
			break
		}
		rest = after
		next++
	}
	m := message{page: p, line: next, text: rest}
	m.read()
	q := &Request{Line: f.line, Method: method, URL: p.address(line, address), Header: m.header, Body: m.body}
	if f.annotation != nil {
		q.names, q.Opaque = f.annotation.names, f.annotation.opaque
	}
	return q
}

// goesOn reports whether an address goes on in the next line.
func goesOn(address, line string) bool {
	switch {
	case line == "" || headerLine.MatchString(line) || strings.HasPrefix(line, "{"):
		return false
	case line[0] == '?' || line[0] == '&':
		return true
	}
	return strings.HasSuffix(address, "?") || strings.HasSuffix(address, "&") || strings.HasSuffix(address, ",")
}

var protocol = regexp.MustCompile(`(?i)[ \t]+HTTP/[\d.]+$`)

var straightener = strings.NewReplacer("‘", "'", "’", "'", "“", `"`, "”", `"`, "\u00a0", " ")

// address makes an address of what people write for one: it parses, and means what
// they meant.
func (p *Page) address(line int, text string) string {
	text = protocol.ReplaceAllString(text, "")
	straight := straightener.Replace(text)
	if straight != text {
		p.note(Repaired, line, "curly quotation marks or unusual spaces in the address")
	}
	var b strings.Builder
	encoded := 0
	for i := 0; i < len(straight); i++ {
		c := straight[i]
		switch {
		case c == '%' && !isEncoded(straight[i:]), c <= ' ', c >= 0x7f, strings.IndexByte("\"<>\\^`{|}#", c) >= 0:
			encoded++
			b.WriteString("%" + strings.ToUpper(strconv.FormatInt(int64(c)+0x100, 16)[1:]))
		default:
			b.WriteByte(c)
		}
	}
	if encoded > 0 {
		p.minor(Repaired, line, "encoded %s of the address", fault.Count(encoded, "character"))
	}
	return b.String()
}

func isEncoded(text string) bool {
	_, err := strconv.ParseUint(text[1:min(3, len(text))], 16, 8)
	return err == nil && len(text) >= 3
}

// response reads an example of an answer; nil when the block is none.
func (p *Page) response(f *fence) *Response {
	first, before, rest := firstLine(f.text)
	line := f.line + 1 + before
	a := &Response{Line: f.line}
	match := statusLine.FindStringSubmatch(first)
	if match == nil && f.isHTTP() {
		match = bareStatus.FindStringSubmatch(first)
	}
	switch {
	case match != nil:
		a.Code, _ = strconv.Atoi(match[1])
		a.Phrase = strings.TrimSpace(match[2])
		if a.Code < 100 || a.Code > 599 {
			p.note(Unpaired, line, "left out: %d is not a status code", a.Code)
			return nil
		}
		line++
		if !strings.HasPrefix(strings.ToUpper(first), "HTTP/") {
			p.note(Repaired, line-1, "the status line is %q", brief(first))
		}
	case f.isAnnotated("response") && first != "", f.holdsJSON() && f.below("response"):
		a.Code, line, rest = http.StatusOK, f.line+1, f.text
		if len(p.Stated) > 0 {
			a.Code = p.Stated[0]
		}
		p.note(Repaired, line, "there is no status line, read as %d", a.Code)
	default:
		return nil
	}
	m := message{page: p, line: line, text: rest}
	m.read()
	a.Header, a.Body, a.BodyLine, a.Mended = m.header, m.body, m.bodyLine, m.mended
	if f.annotation != nil {
		a.Type, a.Collection = f.annotation.typ, f.annotation.collection
	}
	return a
}
