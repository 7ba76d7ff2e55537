package wire_test

import (
	"testing"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// FuzzText: whatever a type says of its charset, a body of text is read.
func FuzzText(f *testing.F) {
	f.Add("text/plain; charset=utf-16", "\xff\xfea\x00")
	f.Add("application/json; charset=shift_jis", "\x83\x65\x80")
	f.Add("text/html; charset=\"x-user-defined\"; charset=utf-32", "\x00\x00\xfe\xff")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		testkit.Bounded(t, len(body), func() {
			if text := wire.Text(contentType, body); text != body && !utf8.ValidString(text) {
				t.Errorf("%q, %q became %q", contentType, body, text)
			}
		})
	})
}
