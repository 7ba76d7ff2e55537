package redact

import (
	"net/http"
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
		return isDuration(strings.TrimPrefix(s, "-"))
	}
	if len(s) >= 25 && s[3] == ',' {
		_, err := time.Parse(time.RFC1123, s)
		if err != nil {
			_, err = time.Parse(time.RFC1123Z, s)
		}
		return err == nil
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
	for _, layout := range []string{"1/2/2006 3:04:05 PM", "1/2/2006 15:04:05", "1/2/2006 3:04 PM", "1/2/2006 15:04", "1/2/2006 15:04:05 -07:00"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// isDuration recognises a duration of ISO 8601: P1DT2H30M, PT17.1357909S.
func isDuration(s string) bool {
	date, clock, timed := strings.Cut(s[1:], "T")
	return (date != "" || timed) && timed == (clock != "") && hasUnits(date, "YMWD", 4) && hasUnits(clock, "HMS", 8)
}

// hasUnits reports whether a text is made of numbers, each with one of the units behind it, in
// their order. Of days there may be many: TimeSpan.MaxValue has 10675199.
func hasUnits(s, units string, longest int) bool {
	for s != "" {
		rest := strings.TrimLeft(s, "0123456789.")
		number := s[:len(s)-len(rest)]
		whole, fraction, _ := strings.Cut(number, ".")
		if whole == "" || rest == "" || len(whole) > 8 || len(fraction) > 9 || rest[0] != 'D' && len(whole) > longest {
			return false
		}
		unit := strings.IndexByte(units, rest[0])
		if unit < 0 {
			return false
		}
		units, s = units[unit+1:], rest[1:]
	}
	return true
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
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", http.TimeFormat} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
