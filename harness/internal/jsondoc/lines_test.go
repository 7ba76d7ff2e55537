package jsondoc_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

func TestLines(t *testing.T) {
	const text = "\n{\"a\":\n [1,\n  {\"it's\": null}],\n \"b\": 1, \"b\":\n 2}"
	lines := jsondoc.Lines(text)
	for path, want := range map[string]int{
		"$": 2, "$['a']": 2, "$['a'][0]": 3, "$['a'][1]": 4, `$['a'][1]['it\'s']`: 4, "$['b']": 5,
		"$['a'][7]['x']": 2, `$['a'][1]['it\'s']['more']`: 4, "$['none']": 2, "status": 0,
	} {
		if got := jsondoc.Nearest(lines, path); got != want {
			t.Errorf("%s: line %d, want %d", path, got, want)
		}
	}
	long := strings.Repeat("x", 5000)
	if got := jsondoc.Nearest(jsondoc.Lines("{\n\""+long+"\": {\n\"a\": [\n1]}}"), "$['"+long+"']['a'][0]"); got != 1 {
		t.Errorf("below a long name: %d", got)
	}
	if got := jsondoc.Nearest(jsondoc.Lines("{\"a\": 1,\n"), "$['a']"); got != 1 {
		t.Errorf("of a text that is cut: %d", got)
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": "//, }"}`:                   `{"a": "//, }"}`,
		"\ufeff[1, 2 , ]":                  "   [1, 2   ]",
		"[1, // two, ]\n2 /* , ] \n */ ,]": "[1,          \n2        \n     ]",
		`{"a": "\",}", }`:                  `{"a": "\",}"  }`,
		`["a`:                              `["a`,
		`/* [`:                             `    `,
		`[1,,]`:                            `[1, ]`, // one comma too many is a fault still
	} {
		if got := jsondoc.Plain(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
