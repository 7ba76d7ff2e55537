package runner

import (
	"fmt"
	"strings"
	"time"
)

// instant is a date-time as Graph writes it: 0 to 7 fraction digits, "Z", an
// offset, or (in Outlook and in innerError) no zone at all.
type instant struct {
	time   time.Time
	digits int // fraction digits as written
	zoned  bool
}

func parseInstant(s string) (instant, error) {
	bad := fmt.Errorf("%q is not a date-time", s)
	if strings.Contains(s, ",") { // which package time would read as a point
		return instant{}, bad
	}
	_, fraction, _ := strings.Cut(s, ".")
	in := instant{digits: len(fraction) - len(strings.TrimLeft(fraction, "0123456789")), zoned: true}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		in.zoned = false
		t, err = time.Parse("2006-01-02T15:04:05", s)
	}
	if err != nil || in.digits > 9 {
		return instant{}, bad
	}
	in.time = t
	return in, nil
}

// compare orders two instants at full precision.
func (a instant) compare(b instant) (int, error) {
	if a.zoned != b.zoned {
		return 0, fmt.Errorf("one of the two has no time zone")
	}
	return a.time.Compare(b.time), nil
}

// compareShared orders two instants at the precision that both have: one and
// the same createdDateTime has been seen with 7 digits in one answer and with none in the
// next (real recordings).
func (a instant) compareShared(b instant) int {
	unit := time.Second
	for range min(a.digits, b.digits) {
		unit /= 10
	}
	return a.time.Truncate(unit).Compare(b.time.Truncate(unit))
}
