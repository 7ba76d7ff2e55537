package jsondoc_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

func TestMend(t *testing.T) {
	for text, want := range map[string]string{
		`"plain"`:                 "",
		`"\ud83d\ude00"`:          "",
		`"\\ud83d"`:               "",
		`"\u0041\n"`:              "",
		`"\ud83d"`:                `"\ufffd"`,
		`"\uDE00\uD83D"`:          `"\ufffd\ufffd"`,
		`["\ud83d\ud83d\ude00"]`:  `["\ufffd\ud83d\ude00"]`,
		`{"\ud83dx": "\\\ud83d"}`: `{"\ufffdx": "\\\ufffd"}`,
		`"\ud83`:                  "",
		`"\`:                      "",
		`\ud83d`:                  `\ufffd`,
	} {
		got, ok := jsondoc.Mend(text)
		if !ok && got != text || ok && got != want || ok == (want == "") {
			t.Errorf("%s: %s, %v, want %q", text, got, ok, want)
		}
	}
}

// What encoding/json reads, Parse reads once it is mended, and the same.
func FuzzMend(f *testing.F) {
	f.Add(`{"a": ["\ud83d", "\ude00\ud83d\ude00"]}`)
	f.Add(`"\\ud83d\u`)
	f.Fuzz(func(t *testing.T, text string) {
		mended, _ := jsondoc.Mend(text)
		if len(mended) != len(text) {
			t.Fatalf("%q became %q", text, mended)
		}
		doc, err := jsondoc.Parse(mended)
		if err != nil {
			return
		}
		var want any
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		if err := dec.Decode(&want); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if !jsondoc.Equal(doc, want) {
			t.Fatalf("%q: %v, want %v", text, doc, want)
		}
	})
}
