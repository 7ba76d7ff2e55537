package words_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// TestBranches: what clients compare stays as it is.
func TestBranches(t *testing.T) {
	lines := testLines(t, "branches.txt")
	for _, line := range lines {
		f := strings.Split(line, "\t")
		if len(f) != 4 {
			t.Fatalf("branches.txt: want four fields: %q", line)
		}
		if !words.Harmless(f[1], f[2], f[3]) {
			t.Errorf("%s: %s in %q: %q is not harmless", f[0], f[1], f[2], f[3])
		}
	}
	if len(lines) < 300 {
		t.Errorf("%d texts, want at least 300", len(lines))
	}
}

// TestPlanted: no text that somebody made up is harmless at any member, alone or below any
// parent that the table has.
func TestPlanted(t *testing.T) {
	planted := append(testLines(t, "planted.txt"),
		// Tokens are put together here: a scanner that reads the file need not wonder.
		"eyJ0eXAiOiJKV1Qi"+"LCJhbGciOiJSUzI1NiJ9"+"."+"eyJzdWIiOiIxIn0"+"."+"c2ln", "Xk1"+"8Q~"+"9aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456",
		"ghp"+"_"+"16C7e42F292c6912E7710c838347Ae178B4a", "xoxb"+"-"+"123456789012-abcdefGHIJKL", "AKIA"+"IOSFODNN7EXAMPLE")
	if len(planted) < 500 {
		t.Errorf("%d texts, want at least 500", len(planted))
	}
	places := tablePlaces(t)
	for _, text := range planted {
		for place := range places {
			parent, member, ok := strings.Cut(place, "/")
			if !ok {
				parent, member = "", place
			}
			if words.Harmless(member, parent, text) {
				t.Errorf("%s: %q is harmless", place, text)
			}
		}
		switch {
		case words.IsMember(text), words.IsType(text), words.IsPermission(text), words.IsErrorCode(text), words.IsWellKnown(text),
			words.InText(text), words.IsHost(text), words.IsMediaType(text), words.IsLanguage(text), words.IsCountry(text),
			words.IsTimeZone(text), words.IsCurrency(text):
			t.Errorf("%q is a word of some list", text)
		}
		for _, header := range []string{"Accept", "Accept-Language", "Cache-Control", "Content-Type", "Prefer", "Range", "Retry-After", "Vary", "X-Unknown"} {
			if words.HarmlessHeader(header, text) || words.HarmlessHeader(header, "no-cache, "+text) || words.HarmlessHeader(header, "return="+text) {
				t.Errorf("%s: %q is harmless", header, text)
			}
		}
	}
}

// tablePlaces are the members of both files, as parent/member where they are bound.
func tablePlaces(t *testing.T) map[string]bool {
	t.Helper()
	places := map[string]bool{}
	for _, file := range []string{"words.txt", "known.txt"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for section, line := range words.Lines(string(data)) {
			if section == words.SectionMembers || section == words.SectionValues || strings.HasSuffix(section, ".members") {
				place, _, _ := strings.Cut(line, "\t")
				places[place] = true
			}
		}
	}
	if len(places) < 10_000 {
		t.Fatalf("the table has %d members", len(places))
	}
	return places
}

func testLines(t *testing.T, name string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSuffix(line, "\n"); !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// lookups are one of each kind.
var lookups = map[string]func() bool{
	"listed":     func() bool { return words.Harmless("status", "value", "succeeded") },
	"not listed": func() bool { return words.Harmless("displayName", "value", "somebody unknown to us") },
	"unknown":    func() bool { return words.Harmless("cf_secret", "fields", "x") },
	"several": func() bool {
		return words.Harmless("capabilities", "verifiedDomains", "Email, OfficeCommunicationsOnline")
	},
	"permission": func() bool { return words.Harmless("value", "appRoles", "User.Read.All") },
	"bound":      func() bool { return words.Harmless("key", "secrets", "ClientSecret") },
	"type":       func() bool { return words.Harmless("@odata.type", "value", "#microsoft.graph.user") },
	"language":   func() bool { return words.Harmless("preferredLanguage", "value", "de-DE") },
	"member":     func() bool { return words.IsMember("onPremisesSamAccountName") },
	"text":       func() bool { return words.InText("privileges") },
	"id":         func() bool { return words.IsWellKnown("62e90394-69f5-4237-9190-012177145e10") },
	"code":       func() bool { return words.IsErrorCode("ErrorItemNotFound") },
	"host":       func() bool { return words.IsHost("reports.office.com") },
}

func TestLookupsAllocateNothing(t *testing.T) {
	for name, f := range lookups {
		if n := testing.AllocsPerRun(100, func() { f() }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	for name, f := range lookups {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}
