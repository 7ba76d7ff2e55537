package docs

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
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
	for ended := false; !ended && m.text != ""; {
		line, rest, _ := strings.Cut(m.text, "\n")
		trimmed := strings.TrimSpace(line)
		if trimmed != "" && strings.IndexByte("{[<", trimmed[0]) >= 0 {
			m.page.minor(Repaired, m.line, "no blank line between headers and body")
			break
		}
		switch {
		case trimmed != "":
			m.headerOf(trimmed)
		case m.headersFollow(rest):
			m.page.minor(Repaired, m.line, "a blank line before the headers")
		default:
			ended = true
		}
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

// annotation is what API Doctor's comment says of the block that follows it
// (github.com/OneDrive/apidoctor, "markdown annotations").
type annotation struct {
	line       int
	block      string // in lower case
	names      []string
	typ        string
	collection bool
	wantsError bool
	empty      bool
	opaque     bool
}

// blockType finds the kind of a block in an annotation, also in one that does not parse.
var blockType = regexp.MustCompile("blockType[\"'“”: \t]*([a-z]*)")

// readAnnotation reads a comment; nil when it says nothing about a block.
func readAnnotation(page *Page, line int, comment string) *annotation {
	open := strings.IndexByte(comment, '{')
	if open < 0 || !blockType.MatchString(comment) {
		return nil
	}
	a := &annotation{line: line}
	text, repairs, rest, err := mendJSON(comment[open:])
	members := map[string]any{}
	if err == nil {
		err = json.Unmarshal([]byte(text), &members)
	}
	if err != nil {
		page.note(Annotation, line, "the annotation cannot be read: %v", err)
		a.block = blockType.FindStringSubmatch(comment)[1]
		return a
	}
	if len(repairs) > 0 || strings.TrimSpace(rest) != "" {
		page.minor(Repaired, line, "the annotation is not strict JSON%s", repairs.text(line+strings.Count(comment[:open], "\n")))
	}
	a.read(members)
	return a
}

func (a *annotation) read(members map[string]any) {
	for key, value := range members {
		switch strings.ToLower(key) {
		case "blocktype":
			text, _ := value.(string)
			a.block = strings.ToLower(strings.TrimSpace(text))
		case "name":
			a.names = texts(value)
		case "@odata.type":
			if found := texts(value); len(found) > 0 {
				a.typ = found[0]
			}
		case "iscollection":
			a.collection = truth(value)
		case "expecterror":
			a.wantsError = truth(value)
		case "opaqueurl":
			a.opaque = truth(value)
		case "isempty":
			a.empty = truth(value)
		}
	}
	for _, misspelt := range []string{"@type", "@odata.Type", "@odate.type", "@data.type", "odata.type"} {
		if found := texts(members[misspelt]); a.typ == "" && len(found) > 0 {
			a.typ = found[0]
		}
	}
	a.typ = strings.TrimPrefix(strings.TrimSpace(a.typ), "#")
	if element, ok := odata.ElementOf(a.typ); ok {
		a.typ, a.collection = element, true
	}
}

// texts are a text, or a list of texts.
func texts(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, texts(item)...)
		}
		return all
	}
	return nil
}

// truth reads true, and "true".
func truth(value any) bool {
	text, _ := value.(string)
	return value == true || strings.EqualFold(text, "true")
}
