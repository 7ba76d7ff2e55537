package display

import (
	"cmp"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Of is an interaction of a cassette as reports show it.
func Of(c *cassette.Cassette, i *cassette.Interaction) report.Exchange {
	id := i.ID
	e := report.Exchange{
		Interaction: &id, Place: report.Place{File: c.File, Line: i.Line},
		Method: cmp.Or(i.Request.Method, http.MethodGet), URL: i.Request.URL, Status: i.Response.Code, Took: i.Response.Duration,
		Request:  report.Content{Header: i.Request.Headers, Body: Body(i.Request.Headers, i.Request.Body)},
		Response: report.Content{Header: i.Response.Headers, Body: Body(i.Response.Headers, i.Response.Body)},
	}
	e.Pseudonyms = pseudonyms(c, &e)
	return e
}

// Body is a body as people read it: JSON in lines, other text as it is, and of bytes how many
// they are.
func Body(header http.Header, body string) string {
	if body == "" {
		return ""
	}
	// JSON that is nested so deep that its indentation would take many times its size stays as it is.
	if compact, err := jsondoc.Compact(nil, body); err == nil {
		if indented, _, _, ok := jsondoc.Indent(nil, string(compact), 0); ok {
			return string(indented)
		}
	}
	if isText(body) {
		return body
	}
	kind := header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(kind); err == nil {
		kind = media
	}
	return strings.Replace(fmt.Sprintf("(%d bytes, %s)", len(body), kind), ", )", ")", 1)
}

func isText(body string) bool {
	isOdd := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
	return utf8.ValidString(body) && !strings.ContainsFunc(body, isOdd)
}

// mostSearched bounds the text of an exchange in which pseudonyms are looked for.
const mostSearched = 1 << 20

// pseudonyms are the texts of an exchange that stand for real values.
func pseudonyms(c *cassette.Cassette, e *report.Exchange) []string {
	if c.Meta.Salt == "" {
		return nil
	}
	var names *identity.Faker
	if len(c.Salt) > 0 {
		names = identity.NewFaker(c.Salt)
	}
	found := map[string]bool{}
	search := func(text string) {
		for _, span := range identity.Find(text) {
			atoms := identity.Atoms(text[span.Start:span.End])
			isReal := func(a identity.Atom) bool { return !identity.IsFake(a) }
			if len(atoms) > 0 && !slices.ContainsFunc(atoms, isReal) {
				found[text[span.Start:span.End]] = true
			}
		}
		if names != nil {
			for _, span := range names.FindNames(text) {
				found[text[span.Start:span.End]] = true
			}
		}
	}
	texts := []string{e.URL, e.Request.Body, e.Response.Body}
	for _, header := range []map[string][]string{e.Request.Header, e.Response.Header} {
		for _, values := range header {
			texts = append(texts, values...)
		}
	}
	for _, text := range texts {
		search(text[:min(len(text), mostSearched)])
	}
	return slices.Sorted(maps.Keys(found))
}

// Missed is a miss as reports show it. What a client sent may hold anything, and is not shown:
// the request is the nearest recorded one with the differences that the miss lists, in which
// nothing gives access.
func Missed(miss *match.MissError) *report.Miss {
	m := &report.Miss{Sent: report.Exchange{Method: miss.Method, URL: match.Shown(miss.URL)}, Verdict: string(miss.Verdict)}
	for _, c := range miss.Nearest {
		near := report.Near{Exchange: Of(c.Cassette, c.Interaction)}
		for _, d := range c.Differences {
			near.Differences = append(near.Differences, report.Difference(d))
		}
		m.Nearest = append(m.Nearest, near)
	}
	for _, b := range miss.Bound {
		m.Bound = append(m.Bound, report.Bound{Pseudonym: b.Pseudonym, Value: b.Live})
	}
	if len(m.Nearest) > 0 {
		near := &m.Nearest[0]
		m.Sent.Request = report.Content{Header: sentHeader(near), Body: sentBody(near)}
	}
	return m
}

// absent is what stands for a value that one side does not have.
const absent = "(absent)"

func sentHeader(near *report.Near) http.Header {
	header := http.Header{}
	maps.Copy(header, near.Request.Header)
	for _, d := range near.Differences {
		name, isHeader := strings.CutPrefix(d.Field, "header.")
		switch {
		case !isHeader:
		case d.Received == absent:
			delete(header, name)
		default:
			value, err := strconv.Unquote(d.Received)
			if err != nil {
				value = d.Received
			}
			header[name] = []string{value}
		}
	}
	return header
}

// sentBody is the recorded body with what differs in its place; what is no JSON cannot be put
// together so.
func sentBody(near *report.Near) string {
	body := near.Request.Body
	lines := strings.Split(body, "\n")
	places := strings.Split(Compared(body, func(string) bool { return false }), "\n")
	for _, d := range near.Differences {
		path, isJSON := strings.CutPrefix(d.Field, "body.")
		switch {
		case isJSON && strings.HasPrefix(path, "$") && len(places) == len(lines):
			lines, places = replaced(lines, places, path, d.Received)
		case !strings.HasPrefix(d.Field, "path[") && !strings.HasPrefix(d.Field, "query.") && !strings.HasPrefix(d.Field, "header.") && d.Field != "method" && d.Field != "host" && d.Field != "principal":
			return d.Field + ": " + d.Received
		}
	}
	return strings.Join(lines, "\n")
}

// replaced puts a value in the place of the lines of another, or of none.
func replaced(lines, places []string, path, value string) (newLines, newPlaces []string) {
	isOf := func(place string) bool {
		rest, found := strings.CutPrefix(place, path)
		return found && (rest == "" || rest[0] == '[' || rest[0] == '{' || rest[0] == ']' || rest[0] == '}')
	}
	indentOf := func(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " "))] }
	parent, name := parentOf(path)
	first := slices.IndexFunc(places, isOf)
	end := first
	var label string
	if first < 0 { // a member more: the first of its object
		end = 1 + slices.IndexFunc(places, func(place string) bool { return place == parent+"{" || place == parent+"[" })
		if end == 0 {
			return lines, places
		}
		first = end
		label = indentOf(lines[first-1]) + "  "
	} else {
		for end < len(places) && isOf(places[end]) {
			end++
		}
		label = indentOf(lines[first])
	}
	if name != "" {
		label += strconv.Quote(name) + ": "
	}
	var with, at []string
	if value != absent {
		comma := ""
		if end < len(lines) && !strings.HasPrefix(strings.TrimSpace(lines[end]), "}") && !strings.HasPrefix(strings.TrimSpace(lines[end]), "]") {
			comma = ","
		}
		with, at = []string{label + value + comma}, []string{path}
	}
	return slices.Concat(lines[:first], with, lines[end:]), slices.Concat(places[:first], at, places[end:])
}

// parentOf parts a path into that of the object or array and the member's name, "" for an
// element.
func parentOf(path string) (parent, name string) {
	at := strings.LastIndex(path, "['")
	if strings.HasSuffix(path, "']") && at > 0 {
		return path[:at], path[at+2 : len(path)-2]
	}
	if at = strings.LastIndexByte(path, '['); at > 0 {
		return path[:at], ""
	}
	return jsondoc.Root, ""
}

// Compared is a JSON text in as many lines as its indented form, each of which is a place and,
// where exact says so of that place, the value there: two recordings of an unchanged service
// have the same lines. Places have * for the indexes of arrays when exact is asked. What is no
// JSON is "".
func Compared(text string, exact func(place string) bool) string {
	if len(text) > mostCompared {
		return ""
	}
	c := comparer{exact: exact}
	for t, err := range jsondoc.Scan(text) {
		if err != nil || t.Depth > deepest {
			return ""
		}
		c.add(t)
	}
	return strings.Join(c.lines, "\n")
}

// mostCompared and deepest bound a text that is compared line by line: every line holds the
// whole of its place.
const (
	mostCompared = 1 << 20
	deepest      = 64
)

// comparer writes the lines of a document.
type comparer struct {
	exact  func(string) bool
	lines  []string
	open   []level
	opened bool // by the token before
}

// level is an object or array that is open.
type level struct {
	path, place string // with indexes, and with stars
	elements    int
}

func (c *comparer) add(t jsondoc.Token) {
	if t.Closes() {
		closed := c.open[len(c.open)-1]
		c.open = c.open[:len(c.open)-1]
		if c.opened { // an empty one is a line
			c.lines[len(c.lines)-1] += t.Raw
		} else {
			c.lines = append(c.lines, closed.path+t.Raw)
		}
		c.opened = false
		return
	}
	path, place := jsondoc.Root, jsondoc.Root
	if n := len(c.open); n > 0 {
		in := &c.open[n-1]
		if t.NameAt >= 0 {
			path, place = jsondoc.AppendPath(in.path, t.Name), jsondoc.AppendPath(in.place, t.Name)
		} else {
			path, place = jsondoc.AppendPath(in.path, in.elements), in.place+"[*]"
			in.elements++
		}
	}
	c.opened = t.Opens()
	switch {
	case t.Opens():
		c.lines = append(c.lines, path+t.Raw)
		c.open = append(c.open, level{path: path, place: place})
	case c.exact(place):
		c.lines = append(c.lines, strings.ReplaceAll(path+"="+t.Raw, "\n", " "))
	default:
		c.lines = append(c.lines, path)
	}
}
