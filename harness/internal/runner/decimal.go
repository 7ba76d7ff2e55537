package runner

import (
	"cmp"
	"strconv"
	"strings"
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
