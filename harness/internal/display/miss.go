package display

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Missed is a miss as reports show it. What a client sent may hold anything, and is not shown:
// the request is the nearest recorded one with the differences that the miss lists, in which
// nothing gives access.
func Missed(miss *match.MissError) *report.Miss {
	m := &report.Miss{Sent: report.Exchange{Method: miss.Method, URL: miss.Address()}, Verdict: string(miss.Verdict)}
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
	header := maps.Clone(http.Header(near.Request.Header))
	if header == nil {
		header = http.Header{}
	}
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
	first := slices.IndexFunc(places, isOf)
	end := first
	var label string
	if first < 0 { // a member more: the first of its object
		parent, name := parentOf(path)
		if first = slices.IndexFunc(places, func(place string) bool { return place == parent+"{" || place == parent+"[" }); first < 0 {
			return lines, places
		}
		first++
		end = first
		indent := lines[first-1][:len(lines[first-1])-len(strings.TrimLeft(lines[first-1], " "))]
		if label = indent + "  "; name != "" {
			label += strconv.Quote(name) + ": "
		}
	} else {
		for end < len(places) && isOf(places[end]) {
			end++
		}
		line := lines[first]
		label = line[:len(line)-len(strings.TrimLeft(line, " "))]
		if _, name := parentOf(path); name != "" {
			label += strconv.Quote(name) + ": "
		}
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
