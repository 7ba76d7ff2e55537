package redact

import (
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
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
		if date, ok := afterDate(s); ok {
			return date == "" || strings.IndexByte("Tt ", date[0]) >= 0 && isTime(date[1:])
		}
		return isTime(s) || isAmericanInstant(s)
	case c == 'P' || c == '-' && s[1] == 'P':
		return isDuration(s)
	}
	if len(s) >= 25 && s[3] == ',' {
		_, ok := parsed(s, time.RFC1123, time.RFC1123Z)
		return ok
	}
	return false
}

// afterDate is what stands behind a date of ISO 8601.
func afterDate(s string) (rest string, ok bool) {
	if len(s) < len("2006-01-02") || s[4] != '-' || s[7] != '-' || !ascii.All(s[:4], ascii.IsDigit) {
		return "", false
	}
	return s[10:], isNumberUpTo(s[5:7], "12") && isNumberUpTo(s[8:10], "31")
}

// isTime recognises a time of the day, with a zone or without any: 08:30, 08:30:00.123Z,
// 08:30:00+02:00.
func isTime(s string) bool {
	if len(s) < len("15:04") || s[2] != ':' || !isNumberUpTo(s[:2], "24") || !isNumberUpTo(s[3:5], "59") {
		return false
	}
	s = s[5:]
	if len(s) >= 3 && s[0] == ':' && isNumberUpTo(s[1:3], "60") {
		s = s[3:]
		if fraction := strings.TrimLeft(s, ".0123456789"); s != fraction {
			if digits := s[1 : len(s)-len(fraction)]; s[0] != '.' || len(digits) > 9 || !ascii.All(digits, ascii.IsDigit) {
				return false
			}
			s = fraction
		}
	}
	s = strings.TrimPrefix(s, " ")
	if s == "" || s == "Z" || s == "z" {
		return true
	}
	zone := strings.Replace(s[1:], ":", "", 1)
	return strings.IndexByte("+-", s[0]) >= 0 && len(zone) == 4 && isNumberUpTo(zone[:2], "14") && isNumberUpTo(zone[2:], "59")
}

// isAmericanInstant recognises 11/24/2026 8:30:00 AM.
func isAmericanInstant(s string) bool {
	if strings.Count(s, "/") != 2 || len(s) < len("1/2/2006 3:04") {
		return false
	}
	_, ok := parsed(s, "1/2/2006 3:04:05 PM", "1/2/2006 15:04:05", "1/2/2006 3:04 PM", "1/2/2006 15:04", "1/2/2006 15:04:05 -07:00")
	return ok
}

// durations are those of ISO 8601: P1DT2H30M, PT17.1357909S. Of days there may be many:
// TimeSpan.MaxValue has 10675199.
var durations = func() *regexp.Regexp {
	number := func(longest, unit string) string { return `(?:\d{1,` + longest + `}(?:\.\d{0,9})?` + unit + `)?` }
	date := number("4", "Y") + number("4", "M") + number("4", "W") + number("8", "D")
	return regexp.MustCompile(`^-?P` + date + `(?:T` + number("8", "H") + number("8", "M") + number("8", "S") + `)?$`)
}()

// isDuration recognises a duration.
func isDuration(s string) bool {
	last := s[len(s)-1]
	return last != 'P' && last != 'T' && durations.MatchString(s)
}

// isNumberUpTo recognises a number of two digits.
func isNumberUpTo(s, most string) bool {
	return ascii.IsDigit(s[0]) && ascii.IsDigit(s[1]) && s <= most
}

// instantOf reads an instant of OData or of a header.
func instantOf(s string) (time.Time, bool) {
	if len(s) < 16 || len(s) > 40 || !strings.Contains(s, "20") { // most texts have no year
		return time.Time{}, false
	}
	return parsed(s, time.RFC3339, "2006-01-02T15:04:05", http.TimeFormat)
}

// parsed reads a time in the first of some layouts that it is written in.
func parsed(s string, layouts ...string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
