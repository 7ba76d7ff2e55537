package redact

import (
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// isInstant recognises dates, times and durations: 2026-11-24, 2026-11-24T08:30:00.123Z,
// 08:30:00, PT1H, P1D, and the dates of HTTP and mail. Numbers of phones, passports and
// hardware that look alike are none.
func isInstant(s string) bool {
	if len(s) < 3 || len(s) > 40 {
		return false
	}
	switch c := s[0]; {
	case ascii.IsDigit(c):
		return dateTimes.Match(s) || (len(s) == len(time.DateOnly) || strings.IndexByte(s, ':') > 0) && isLooseInstant(s)
	case c == 'P' || c == '-' && s[1] == 'P':
		return strings.IndexByte("PT", s[len(s)-1]) < 0 && isDuration(s)
	}
	_, ok := instantOf(s)
	return ok
}

var dateTimes, _ = identity.Lookup("date-time") // as most are spelled

// isLooseInstant recognises days, of which 0000-00-00 stands for none, times, behind a day or alone,
// with a zone or without any (08:30, 08:30:00+02:00, 2026-11-24 08:30), and 11/24/2026 8:30:00 AM.
var isLooseInstant = func() func(s string) bool {
	const day, time = `\d{4}-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])`, `(?:[01]\d|2[0-4]):[0-5]\d(?::(?:[0-5]\d|60)(?:\.\d{1,9})?)? ?`
	const zone = `(?:[Zz]|[+-](?:0\d|1[0-4]):?[0-5]\d)?`
	return form(day + `|(?:` + day + `[Tt ])?` + time + zone + `|` +
		`(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/\d{4} (?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?: [AP]M| [+-]\d\d:[0-5]\d)?`)
}()

// isDuration recognises those of ISO 8601: P1DT2H30M, PT17.1357909S. Of days there may be many:
// TimeSpan.MaxValue has 10675199.
var isDuration = func() func(s string) bool {
	number := func(longest, unit string) string { return `(?:\d{1,` + longest + `}(?:\.\d{0,9})?` + unit + `)?` }
	date := number("4", "Y") + number("4", "M") + number("4", "W") + number("8", "D")
	return form(`-?P` + date + `(?:T` + number("8", "H") + number("8", "M") + number("8", "S") + `)?`)
}()

// instantOf reads an instant of OData, of a header or of a mail.
func instantOf(s string) (time.Time, bool) {
	if len(s) < 16 || len(s) > 40 || s[4] != '-' && s[3] != ',' {
		return time.Time{}, false
	}
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05", time.RFC1123, time.RFC1123Z} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
