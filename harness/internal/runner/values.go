package runner

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// decimal is a number as JSON spells it, exactly: 0.digits × 10^exponent, the
// first digit not 0. Zero has no digits. It is not a big.Rat because an exponent
// of a billion must not become a billion digits.
type decimal struct {
	negative bool
	digits   string
	exponent int
}

func parseDecimal(s string) (decimal, bool) {
	var d decimal
	mantissa, power, hasPower := strings.Cut(strings.ToLower(s), "e")
	if hasPower {
		n, err := strconv.ParseInt(strings.TrimPrefix(power, "+"), 10, 32)
		if err != nil {
			return d, false
		}
		d.exponent = int(n)
	}
	mantissa, d.negative = strings.CutPrefix(mantissa, "-")
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	if whole == "" || hasPoint && fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return d, false
	}
	d.exponent += len(whole)
	all := whole + fraction
	d.digits = strings.TrimLeft(all, "0")
	d.exponent -= len(all) - len(d.digits)
	d.digits = strings.TrimRight(d.digits, "0")
	if d.digits == "" {
		d = decimal{}
	}
	return d, true
}

func (d decimal) isInteger() bool { return len(d.digits) <= d.exponent || d.digits == "" }

func (d decimal) compare(e decimal) int {
	if d.sign() != e.sign() {
		return cmp.Compare(d.sign(), e.sign())
	}
	magnitude := cmp.Compare(d.exponent, e.exponent)
	if magnitude == 0 {
		magnitude = strings.Compare(d.digits, e.digits)
	}
	return magnitude * d.sign()
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

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

// isOfType counts 1.0 as an integer, as JSON Schema does, and in a header or a
// text a numeral for a number.
func isOfType(s subject, want []string) bool {
	if s.plain && slices.ContainsFunc(want, func(t string) bool { return t == "integer" || t == "number" || t == "boolean" }) {
		value, err := jsondoc.Parse(s.value.(string))
		if err != nil {
			return false
		}
		s = subject{value: value}
	}
	got := typeOf(s)
	return slices.Contains(want, got) || got == "integer" && slices.Contains(want, "number")
}

func typeOf(s subject) string {
	if n, ok := s.value.(json.Number); ok {
		if d, ok := parseDecimal(n.String()); ok && d.isInteger() {
			return "integer"
		}
	}
	return cmp.Or(jsondoc.Kind(s.value), "unknown")
}

func article(typ string) string {
	switch {
	case typ == "null":
		return typ
	case strings.ContainsAny(typ[:1], "aeiou"):
		return "an " + typ
	}
	return "a " + typ
}
