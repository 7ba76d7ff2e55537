package identity

import (
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// timeFormats are OData's and HTTP's ways to write times.
func timeFormats() []*Format {
	return []*Format{
		{Name: "date-time", Doc: "an instant: date, T, time with 0 to 7 fraction digits, Z or an offset; years 0001 and 9999 stand for never",
			match: isDateTime, telling: always},
		{Name: "date-time-local", Doc: "a date and time without a zone, 0 to 7 fraction digits: the zone stands beside it or is UTC",
			match: isDateTimeLocal, telling: always},
		{Name: "date", Doc: "a day: YYYY-MM-DD",
			match: isDate, telling: always},
		{Name: "time-of-day", Doc: "a time of day: HH:MM:SS with 0 to 7 fraction digits",
			match: isTimeOfDay, telling: always},
		{Name: "duration", Doc: "a span of days and time, perhaps negative: -P3DT12H30M5.5S",
			match: isDuration, telling: always},
		{Name: "http-date", Doc: "a time as HTTP headers write it: Sat, 07 May 2022 06:53:35 GMT",
			match: isHTTPDate, telling: always},
		{Name: "retry-after", Doc: "how long to wait: seconds, perhaps with a fraction, or an HTTP date",
			match: isRetryAfter},
		{Name: "time-zone", Doc: "a zone's name: Windows (Pacific Standard Time), IANA (America/Los_Angeles), UTC, or tzone://Microsoft/Custom and Utc",
			match: isTimeZone, telling: hasSuffix(" Standard Time")},
	}
}

func hasSuffix(suffix string) func(string) bool {
	return func(s string) bool { return strings.HasSuffix(s, suffix) }
}

// number reads digits that are known to be few.
func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil || !ascii.IsDigit(digits[0]) {
		return -1
	}
	return n
}

func within(digits string, low, high int) bool {
	n := number(digits)
	return n >= low && n <= high
}

func isDate(s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' || !within(s[:4], 1, 9999) || !within(s[5:7], 1, 12) {
		return false
	}
	lastOfMonth := time.Date(number(s[:4]), time.Month(number(s[5:7]))+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return within(s[8:], 1, lastOfMonth)
}

func isTimeOfDay(s string) bool {
	if len(s) < 8 || len(s) > 16 || s[2] != ':' || s[5] != ':' {
		return false
	}
	return within(s[:2], 0, 23) && within(s[3:5], 0, 59) && within(s[6:8], 0, 59) &&
		(len(s) == 8 || s[8] == '.' && ascii.All(s[9:], ascii.IsDigit))
}

func isDateTimeLocal(s string) bool {
	return len(s) >= 19 && s[10] == 'T' && isDate(s[:10]) && isTimeOfDay(s[11:])
}

func isDateTime(s string) bool {
	if local, ok := strings.CutSuffix(s, "Z"); ok {
		return isDateTimeLocal(local)
	}
	at := len(s) - len("+00:00")
	return at > 0 && (s[at] == '+' || s[at] == '-') && s[at+3] == ':' &&
		within(s[at+1:at+3], 0, 14) && within(s[at+4:], 0, 59) && isDateTimeLocal(s[:at])
}

func isDuration(s string) bool {
	if len(s) > 64 {
		return false
	}
	s, ok := strings.CutPrefix(strings.TrimPrefix(s, "-"), "P")
	if !ok || s == "" {
		return false
	}
	days, clock, hasClock := strings.Cut(s, "T")
	if hasClock && clock == "" || days != "" && !isDays(days) {
		return false
	}
	for _, unit := range "HMS" {
		amount, rest, found := strings.Cut(clock, string(unit))
		if !found {
			continue
		}
		if whole, fraction, point := strings.Cut(amount, "."); point {
			if unit != 'S' || !ascii.All(fraction, ascii.IsDigit) {
				return false
			}
			amount = whole
		}
		if !ascii.All(amount, ascii.IsDigit) {
			return false
		}
		clock = rest
	}
	return clock == ""
}

func isDays(s string) bool {
	days, ok := strings.CutSuffix(s, "D")
	return ok && ascii.All(days, ascii.IsDigit)
}

func isHTTPDate(s string) bool {
	const layout = "Mon, 02 Jan 2006 15:04:05 GMT"
	if len(s) != len(layout) {
		return false
	}
	_, err := time.Parse(layout, s)
	return err == nil
}

func isRetryAfter(s string) bool {
	whole, fraction, point := strings.Cut(s, ".")
	if point && !ascii.All(fraction, ascii.IsDigit) {
		return isHTTPDate(s)
	}
	return len(s) <= 10 && ascii.All(whole, ascii.IsDigit) || isHTTPDate(s)
}

func isTimeZone(s string) bool {
	if len(s) > 64 {
		return false
	}
	if name, ok := strings.CutPrefix(s, "tzone://Microsoft/"); ok {
		return ascii.All(name, ascii.IsLetter)
	}
	if offset, ok := strings.CutPrefix(s, "UTC"); ok {
		return offset == "" || len(offset) == 3 && (offset[0] == '+' || offset[0] == '-') && within(offset[1:], 0, 14)
	}
	for _, suffix := range []string{" Standard Time", " Daylight Time", " Time Zone"} {
		if name, ok := strings.CutSuffix(s, suffix); ok {
			return ascii.All(name, func(c byte) bool { return isVisible(c) || c == ' ' })
		}
	}
	return isIANAZone(s)
}

// isIANAZone: two or three names with capitals, as in Area/City.
func isIANAZone(s string) bool {
	parts := strings.Split(s, "/")
	for _, part := range parts {
		if !ascii.All(part, func(c byte) bool { return isURLSafe(c) || c == '+' }) || !ascii.IsUpper(part[0]) {
			return false
		}
	}
	return len(parts) == 2 || len(parts) == 3
}
