package match

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// below is where the paths of the tests' requests lie.
const below = "https://graph.microsoft.com/v1.0"

// A message is a request of a test, in one line: "METHOD PATH [Name: value |]... [BODY]".
// A path that does not begin with a slash is an address.
type message struct {
	method, url string
	header      http.Header
	body        string
}

func parseMessage(t testing.TB, line string) message {
	t.Helper()
	method, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	path, rest, _ := strings.Cut(rest, " ")
	if path == "" {
		t.Fatalf("no path in %q", line)
	}
	m := message{method: method, url: path}
	if strings.HasPrefix(path, "/") {
		m.url = below + path
	}
	m.header, m.body = cutHeader(rest)
	if m.body != "" && m.header.Get("Content-Type") == "" {
		m.header.Set("Content-Type", "application/json")
	}
	return m
}

// cutHeader reads "[Name: value |]... [BODY]".
func cutHeader(rest string) (header http.Header, body string) {
	header = http.Header{}
	for {
		field, after, found := strings.Cut(rest+" ", " | ")
		name, value, isHeader := strings.Cut(field, ": ")
		if !found || !isHeader || strings.ContainsAny(name, "{\" ") {
			return header, rest
		}
		header.Add(name, value)
		rest = strings.TrimSuffix(after, " ")
	}
}

func (m message) request(t testing.TB) (*http.Request, []byte) {
	t.Helper()
	req, err := http.NewRequest(m.method, m.url, strings.NewReader(m.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = m.header.Clone()
	return req, []byte(m.body)
}

func (m message) key(t testing.TB, rules Rules) Key {
	t.Helper()
	x, err := NewIndex(rules)
	if err != nil {
		t.Fatal(err)
	}
	req, body := m.request(t)
	return x.KeyOf(req, body)
}

// parseRecording reads a cassette from lines of "REQUEST => CODE [Name: value |]... [BODY]".
func parseRecording(t testing.TB, text string) *cassette.Cassette {
	t.Helper()
	recording := &cassette.Cassette{Name: "recording", File: "recording.yaml", Meta: cassette.Meta{Format: 1}}
	for n, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		asked, answer, found := strings.Cut(line, " => ")
		if !found {
			t.Fatalf("no answer in %q", line)
		}
		m := parseMessage(t, asked)
		status, rest, _ := strings.Cut(answer, " ")
		header, body := cutHeader(rest)
		code, err := strconv.Atoi(status)
		if err != nil {
			t.Fatalf("status of %q: %v", line, err)
		}
		recording.Interactions = append(recording.Interactions, &cassette.Interaction{
			ID:       len(recording.Interactions),
			Line:     n + 1,
			Request:  cassette.Request{Method: m.method, URL: m.url, Headers: m.header, Body: m.body},
			Response: cassette.Response{Code: code, Headers: header, Body: body},
		})
	}
	return recording
}

func newIndex(t testing.TB, rules Rules, recordings ...*cassette.Cassette) *Index {
	t.Helper()
	x, err := NewIndex(rules, recordings...)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// ask sends a request and returns the outcome in one line. The answer stays under way.
func ask(t testing.TB, s *Session, line string) string {
	t.Helper()
	outcome, _ := askFor(t, s, line)
	return outcome
}

func askFor(t testing.TB, s *Session, line string) (outcome string, answer Answer) {
	t.Helper()
	req, body := parseMessage(t, line).request(t)
	answer, err := s.Next(req, body)
	var miss *MissError
	switch {
	case errors.As(err, &miss) && miss.Reason != "":
		return fmt.Sprintf("miss: %s: %s", miss.Verdict, miss.Reason), answer
	case errors.As(err, &miss):
		return fmt.Sprintf("miss: %s", miss.Verdict), answer
	case err != nil:
		t.Fatal(err)
	case answer.Note != "":
		return visible(answer.Body) + " (" + answer.Note + ")", answer
	}
	return visible(answer.Body), answer
}

func visible(body string) string {
	if body == "" {
		return "(empty)"
	}
	return body
}

var testSalt = []byte("the salt of tests")

// sealRecording is a recording as it is recorded under the default rules.
func sealRecording(t testing.TB, recording *cassette.Cassette) *cassette.Cassette {
	t.Helper()
	redactor, err := redact.New(redact.Rules{}, redact.Options{Salt: testSalt})
	if err != nil {
		t.Fatal(err)
	}
	sealed := &cassette.Cassette{Name: recording.Name, File: recording.File, Meta: recording.Meta, Salt: testSalt}
	var notes [][]byte
	for _, i := range recording.Interactions {
		stored, note := redactor.Record(i)
		sealed.Interactions, notes = append(sealed.Interactions, stored), append(notes, note)
	}
	if err := redactor.Meta(&sealed.Meta, notes); err != nil {
		t.Fatal(err)
	}
	return sealed
}
