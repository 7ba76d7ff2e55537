package jsondoc_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

func TestParseMended(t *testing.T) {
	for text, want := range map[string]struct{ json, at string }{
		`"plain"`:                 {`"plain"`, ""},
		`"\ud83d\ude00"`:          {`"\ud83d\ude00"`, ""},
		`"\\ud83d"`:               {`"\\ud83d"`, ""},
		`"\u0041\n"`:              {`"A\n"`, ""},
		`"\ud83d"`:                {`"\ufffd"`, "$"},
		`"\uDE00\uD83D"`:          {`"\ufffd\ufffd"`, "$"},
		`["\ud83d\ud83d\ude00"]`:  {`["\ufffd\ud83d\ude00"]`, "$[0]"},
		`{"\ud83dx": "\\\ud83d"}`: {`{"\ufffdx": "\\\ufffd"}`, `$['\u0001x']`},
		`{"a":"\ud83d","a":"x"}`:  {`{"a":"x"}`, "$"},
		`"\ud83`:                  {},
		`"\`:                      {},
		`\ud83d`:                  {},
	} {
		doc, at, err := jsondoc.ParseMended(text)
		parsed, parseErr := jsondoc.Parse(want.json)
		if (err == nil) != (parseErr == nil) || !equal(doc, parsed) || at != want.at {
			t.Errorf("%s: %v at %q, %v, want %s at %q", text, doc, at, err, want.json, want.at)
		}
	}
}

// What encoding/json reads, ParseMended reads, and the same.
func FuzzMend(f *testing.F) {
	f.Add(`{"a": ["\ud83d", "\ude00\ud83d\ude00"]}`)
	f.Add(`"\\ud83d\u`)
	f.Add(`{"a":"\ud83d","a":"x"}`)
	f.Fuzz(func(t *testing.T, text string) {
		doc, _, err := jsondoc.ParseMended(text)
		if err != nil {
			return
		}
		var want any
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		if err := dec.Decode(&want); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if !equal(doc, want) {
			t.Fatalf("%q: %v, want %v", text, doc, want)
		}
	})
}
