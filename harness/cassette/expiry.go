package cassette

import (
	"fmt"
	"strconv"
	"time"
)

// Never is the lifetime of a recording that does not expire, whatever the rules say.
const Never = "never"

// ParseLifetime reads how long a recording is good for: 12h, 30d, 4w, or never, which
// is 0.
func ParseLifetime(text string) (time.Duration, error) {
	if text == Never {
		return 0, nil
	}
	units := map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	if text != "" {
		n, err := strconv.ParseUint(text[:len(text)-1], 10, 16)
		if unit := units[text[len(text)-1]]; unit != 0 && err == nil && n > 0 {
			return time.Duration(n) * unit, nil
		}
	}
	return 0, fmt.Errorf("lifetime %q is not a number of hours, days or weeks, such as 12h, 30d or 4w, nor %q", text, Never)
}

// ExpiresAt is when the recording expires: by its own lifetime, or by otherwise if it has
// none. It is false for one that does not expire, or was recorded nobody knows when.
func (m *Meta) ExpiresAt(otherwise string) (time.Time, bool) {
	text := m.Expires
	if text == "" {
		text = otherwise
	}
	lifetime, err := ParseLifetime(text)
	if err != nil || lifetime == 0 || m.RecordedAt.IsZero() {
		return time.Time{}, false
	}
	return m.RecordedAt.Add(lifetime), true
}
