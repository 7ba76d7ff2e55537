package match

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Two long values are told around the place where they begin to differ.
func TestShownAroundTheDifference(t *testing.T) {
	long := strings.Repeat("0123456789", 20)
	for _, tc := range []struct{ name, recorded, received, old, now string }{
		{"short", "a", "b", `"a"`, `"b"`},
		{"early", "a" + long, "b" + long, `"a` + long[:79] + `... (201 bytes)"`, `"b` + long[:79] + `... (201 bytes)"`},
		{"late", long + "a", long + "b", `"...` + long[170:] + `a (201 bytes)"`, `"...` + long[170:] + `b (201 bytes)"`},
		{"middle", long + "a" + long, long + "b" + long, `"...` + long[170:] + "a" + long[:49] + `... (401 bytes)"`, `"...` + long[170:] + "b" + long[:49] + `... (401 bytes)"`},
		{"longer", long, long + "x", `"...` + long[170:] + ` (200 bytes)"`, `"...` + long[170:] + `x (201 bytes)"`},
		{"binary", "\xff" + long + "a", "\xff" + long + "b", "(202 bytes, other from byte 201 on)", "(202 bytes, other from byte 201 on)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if old, now := shown("body", tc.recorded, tc.received); old != tc.old || now != tc.now {
				t.Errorf("got\n%s\n%s\nwant\n%s\n%s", old, now, tc.old, tc.now)
			}
		})
	}
	if old, now := shownValues("body.$['x']", long+"a", long+"b"); !strings.HasSuffix(old, `a" (203 bytes)`) || !strings.HasSuffix(now, `b" (203 bytes)`) {
		t.Errorf("JSON values: %s, %s", old, now)
	}
	if old, now := shown("body.$['password']", long+"a", long+"b"); old != "(hidden)" || now != "(hidden)" {
		t.Errorf("a secret is told: %s, %s", old, now)
	}
	wide := strings.Repeat("é", 200)
	if old, now := shown("body", wide+"a", wide+"b"); !utf8.ValidString(old) || old == now || strings.Contains(old, "\\x") {
		t.Errorf("cut within a character: %s, %s", old, now)
	}
}
