package cassette

import (
	"testing"
	"time"
)

func TestExpiresAt(t *testing.T) {
	recorded := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		own, otherwise string
		recorded       time.Time
		want           time.Duration // 0: never
	}{
		{"", "", recorded, 0},
		{"12h", "", recorded, 12 * time.Hour},
		{"30d", "4w", recorded, 30 * 24 * time.Hour},
		{"", "4w", recorded, 28 * 24 * time.Hour},
		{"never", "4w", recorded, 0},
		{"", "never", recorded, 0},
		{"30d", "", time.Time{}, 0},
	} {
		m := Meta{RecordedAt: tc.recorded, Expires: tc.own}
		got, expires := m.ExpiresAt(tc.otherwise)
		if expires != (tc.want > 0) || expires && got.Sub(recorded) != tc.want {
			t.Errorf("%q, %q: %v, %v", tc.own, tc.otherwise, got, expires)
		}
	}
	for _, bad := range []string{"", "d", "30", "0d", "-1d", "30 d", "30m", "1.5d", "99999999999d", "d30", "always"} {
		if got, err := ParseLifetime(bad); err == nil {
			t.Errorf("%q is %v", bad, got)
		}
	}
}
