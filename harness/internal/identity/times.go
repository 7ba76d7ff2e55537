package identity

import (
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// timeFormats are OData's and HTTP's ways to write times.
var timeFormats = []*Format{
	{Name: "date-time", Doc: "an instant: date, T, time with 0 to 7 fraction digits, Z or an offset; years 0001 and 9999 stand for never",
		match: isDateTime, distinct: always},
	{Name: "date-time-local", Doc: "a date and time without a zone, 0 to 7 fraction digits: the zone stands beside it or is UTC",
		match: isDateTimeLocal, distinct: always},
	{Name: "date", Doc: "a day: YYYY-MM-DD",
		match: isDate, distinct: always},
	{Name: "time-of-day", Doc: "a time of day: HH:MM:SS with 0 to 7 fraction digits",
		match: isTimeOfDay, distinct: always},
	{Name: "duration", Doc: "a span of days and time, perhaps negative: -P3DT12H30M5.5S",
		match: isDuration, distinct: always},
	{Name: "http-date", Doc: "a time as HTTP headers write it: Sat, 07 May 2022 06:53:35 GMT",
		match: isHTTPDate, distinct: always},
	{Name: "retry-after", Doc: "how long to wait: seconds, perhaps with a fraction, or an HTTP date",
		match: func(s string) bool { return seconds(s) || isHTTPDate(s) }},
	{Name: "time-zone", Doc: "a zone's name: Windows (Pacific Standard Time), IANA (America/Los_Angeles), UTC, or tzone://Microsoft/Custom and Utc",
		match: matching(timeZone), distinct: hasSuffix(" Standard Time")},
}

func hasSuffix(suffix string) func(string) bool {
	return func(s string) bool { return strings.HasSuffix(s, suffix) }
}

// isOf reports whether a time is written in a layout.
func isOf(s, layout string) bool {
	if at := strings.IndexAny(layout, "-:,"); len(s) != len(layout) || s[at] != layout[at] { // most texts are none
		return false
	}
	_, err := time.Parse(layout, s)
	return err == nil
}

func isDate(s string) bool { return isOf(s, time.DateOnly) && !strings.HasPrefix(s, "0000") }

func isTimeOfDay(s string) bool {
	return len(s) >= 8 && len(s) <= 16 && isOf(s[:8], time.TimeOnly) && (len(s) == 8 || s[8] == '.' && ascii.All(s[9:], ascii.IsDigit))
}

func isDateTimeLocal(s string) bool {
	return len(s) >= 19 && s[10] == 'T' && isDate(s[:10]) && isTimeOfDay(s[11:])
}

func isDateTime(s string) bool {
	if local, ok := strings.CutSuffix(s, "Z"); ok {
		return isDateTimeLocal(local)
	}
	at := len(s) - len("+00:00")
	return at > 0 && isDateTimeLocal(s[:at]) && isOffset(s[at:])
}

var isOffset = matching(`[+-](?:0\d|1[0-4]):[0-5]\d`)

func isDuration(s string) bool {
	return len(s) > 2 && len(s) <= 64 && (s[0] == 'P' || s[0] == '-') && !strings.HasSuffix(s, "T") && durations(s)
}

var durations = matching(`-?P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?`)

func isHTTPDate(s string) bool { return isOf(s, "Mon, 02 Jan 2006 15:04:05 GMT") }

var seconds = matchingUpTo(10, `\d+(?:\.\d+)?`)

// timeZone is one of Microsoft's own, of Windows's, or of IANA's: two or three names with
// capitals, as in Area/City.
const timeZone = `UTC(?:[+-](?:0\d|1[0-4]))?|tzone://Microsoft/[A-Za-z]+|[ -~]+ (?:Standard Time|Daylight Time|Time Zone)` +
	`|[A-Z][\w+-]*(?:/[A-Z][\w+-]*){1,2}`
