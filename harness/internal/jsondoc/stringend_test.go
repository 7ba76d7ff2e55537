package jsondoc_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

func TestStringEnd(t *testing.T) {
	for _, c := range []struct {
		text    string
		end     int
		escaped bool
	}{
		{`abc" : 1`, 3, false},
		{`a string of more than eight bytes", "b"`, 33, false},
		{`a\"b"`, 4, true},
		{`a\\"b"`, 3, true},
		{"a line\nof its own\"", 17, false},
		{"no quote", 8, false},
		{`a backslash is last\`, 20, true},
		{"", 0, false},
		{"\xff\x00" + strings.Repeat("é", 20) + `"`, 42, false},
	} {
		if end, escaped := jsondoc.StringEnd(c.text, 0); end != c.end || escaped != c.escaped {
			t.Errorf("%q: %d, %t; want %d, %t", c.text, end, escaped, c.end, c.escaped)
		}
	}
}
