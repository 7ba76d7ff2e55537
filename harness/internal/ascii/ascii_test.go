package ascii_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

func TestClasses(t *testing.T) {
	const upper, lower, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789"
	for name, c := range map[string]struct {
		is  func(byte) bool
		all string
	}{
		"digit": {ascii.IsDigit, digits}, "upper": {ascii.IsUpper, upper}, "lower": {ascii.IsLower, lower},
		"letter": {ascii.IsLetter, upper + lower}, "alnum": {ascii.IsAlnum, upper + lower + digits}, "hex": {ascii.IsHex, digits + "abcdefABCDEF"},
		"host": {ascii.IsHost, upper + lower + digits + "-._"}, "host and port": {ascii.IsHostPort, upper + lower + digits + "-._:"},
		"token": {ascii.IsToken, upper + lower + digits + "!#$%&'*+-.^_`|~"},
	} {
		for b := range 256 {
			if want := b < 0x80 && strings.IndexByte(c.all, byte(b)) >= 0; c.is(byte(b)) != want {
				t.Errorf("%s: %q is %v", name, rune(b), !want)
			}
		}
		set, others := ascii.SetOf(c.is), ascii.Without(c.all)
		for b := range 256 {
			if is := c.is(byte(b)); set[b] != is || others[b] == is {
				t.Errorf("%s: the set has %q, %v, and that of all others %v", name, rune(b), set[b], others[b])
			}
		}
		if !ascii.All(c.all, c.is) || ascii.All("", c.is) || ascii.All(c.all+" ", c.is) {
			t.Errorf("%s: All is wrong", name)
		}
	}
	for b := range 0x80 {
		if got, want := string(ascii.Lower(byte(b))), strings.ToLower(string(rune(b))); got != want {
			t.Errorf("%q as a small letter is %q", rune(b), got)
		}
	}
}

func TestEscapes(t *testing.T) {
	for _, s := range []string{"%20", "%2f", "%2F", "%aF", "%2", "%", "%g0", "%0g", "x20", "%%20"} {
		plain, err := url.PathUnescape(s)
		is := ascii.IsEscape(s, 0)
		if want := err == nil && s[0] == '%'; is != want {
			t.Errorf("%q is an escape: %v", s, is)
		}
		if is && string([]byte{ascii.Unescape(s, 0)}) != plain {
			t.Errorf("%q is %q", s, ascii.Unescape(s, 0))
		}
	}
}
