package runner

import (
	"math/big"
	"strings"
	"testing"
)

func TestDecimal(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"1", "1.0", 0},
		{"10E-1", "1", 0},
		{"-0", "0.0e5", 0},
		{"9007199254740993", "9007199254740992", 1},
		{"0.1", "0.10000000000000000001", -1},
		{"-2", "-1", -1},
		{"-1", "0", -1},
		{"1e1000000000", "2", 1},
		{"1e-1000000000", "0", 1},
		{"0.009", "0.01", -1},
		{"99", "100", -1},
	} {
		a, okA := parseDecimal(test.a)
		b, okB := parseDecimal(test.b)
		if !okA || !okB {
			t.Errorf("%s, %s: not read", test.a, test.b)
		} else if got := a.compare(b); got != test.want {
			t.Errorf("%s against %s is %d, want %d", test.a, test.b, got, test.want)
		} else if got := b.compare(a); got != -test.want {
			t.Errorf("%s against %s is %d, want %d", test.b, test.a, got, -test.want)
		}
	}
	for _, bad := range []string{"", "-", ".5", "1.", "1e", "1e99999999999", "0x10", "1_0", "NaN", "+1", "--1", "1.-2"} {
		if d, ok := parseDecimal(bad); ok {
			t.Errorf("%q is read as %+v", bad, d)
		}
	}
	for text, want := range map[string]bool{"1": true, "1.0": true, "1e3": true, "1.5e1": true, "1.5": false, "1e-1": false, "0.0": true, "120e-1": true} {
		if d, _ := parseDecimal(text); d.isInteger() != want {
			t.Errorf("%s is an integer: %v, want %v", text, !want, want)
		}
	}
}

// FuzzDecimal compares as big.Rat does.
func FuzzDecimal(f *testing.F) {
	f.Add("1.50", "15e-1")
	f.Add("-0.001", "-1E-3")
	f.Add("0", "-0.0")
	f.Add("123456789012345678901234567890", "1.2345678901234567890123456789e29")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, okX := parseDecimal(a)
		y, okY := parseDecimal(b)
		if !okX || !okY || longExponent(a) || longExponent(b) {
			return
		}
		r, okR := new(big.Rat).SetString(a)
		s, okS := new(big.Rat).SetString(b)
		if !okR || !okS {
			t.Fatalf("%q or %q is no number", a, b)
		}
		if got, want := x.compare(y), r.Cmp(s); got != want {
			t.Errorf("%q against %q is %d, want %d", a, b, got, want)
		}
		if x.isInteger() != r.IsInt() {
			t.Errorf("%q is an integer: %v, want %v", a, x.isInteger(), r.IsInt())
		}
	})
}

func longExponent(s string) bool {
	_, power, _ := strings.Cut(strings.ToLower(s), "e")
	return len(power) > 3
}
