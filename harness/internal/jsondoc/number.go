package jsondoc

import (
	"strconv"
	"strings"
)

// plainDigits is how long a canonical number may become by filling in zeros.
const plainDigits = 21

// appendNumber appends the one spelling of a number's value: digits without
// needless zeros, as an integer or with a point where that needs few more zeros,
// otherwise as DIGITS"E"EXPONENT, so that 1E1000000000 costs nothing. It works on the decimal digits, so no
// value is ever rounded. Text that is no JSON number is copied.
func appendNumber(dst []byte, text string) []byte {
	if len(text) < plainDigits && isPlainInteger(text) {
		return append(dst, text...)
	}
	s := scanner{text: text}
	if !s.value() || s.Kind != '0' || len(s.Raw) < len(text) {
		return append(dst, text...)
	}
	mantissa, exponent := text, ""
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		mantissa, exponent = text[:at], text[at+1:]
	}
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return append(dst, '0') // minus zero too
	}
	significant := strings.TrimRight(digits, "0")
	if negative {
		dst = append(dst, '-')
	}
	return appendScaled(dst, significant, exponent, len(digits)-len(significant)-len(fraction))
}

// isPlainInteger reports whether text is a short integer in canonical form,
// which almost every number is.
func isPlainInteger(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	if digits == "" || digits[0] == '0' {
		return text == "0"
	}
	for i := range len(digits) {
		if digits[i]-'0' > 9 {
			return false
		}
	}
	return true
}

// appendScaled appends digits times ten to the power of exponent+shift.
func appendScaled(dst []byte, digits, exponent string, shift int) []byte {
	negative := strings.HasPrefix(exponent, "-")
	exponent = strings.TrimLeft(exponent, "+-0")
	if len(exponent) > 18 {
		return appendLongExponent(append(append(dst, digits...), 'E'), exponent, negative, shift)
	}
	scale, _ := strconv.Atoi(exponent) // an empty one is 0
	if negative {
		scale = -scale
	}
	scale += shift
	switch {
	case scale == 0, scale > 0 && len(digits)+scale <= plainDigits:
		dst = append(dst, digits...)
		return append(dst, strings.Repeat("0", scale)...)
	case scale < 0 && -scale < len(digits):
		point := len(digits) + scale
		dst = append(dst, digits[:point]...)
		dst = append(dst, '.')
		return append(dst, digits[point:]...)
	case scale < 0 && -scale < plainDigits:
		dst = append(dst, "0."...)
		dst = append(dst, strings.Repeat("0", -scale-len(digits))...)
		return append(dst, digits...)
	}
	dst = append(append(dst, digits...), 'E')
	return strconv.AppendInt(dst, int64(scale), 10)
}

// appendLongExponent appends exponent+shift, where exponent has so many digits
// that shift changes neither its sign nor, by more than one, their number.
func appendLongExponent(dst []byte, exponent string, negative bool, shift int) []byte {
	if negative {
		dst = append(dst, '-')
		shift = -shift
	}
	sum := []byte("0" + exponent)
	for i := len(sum) - 1; shift != 0; i-- {
		n := int(sum[i]-'0') + shift
		digit := ((n % 10) + 10) % 10
		sum[i] = byte('0' + digit)
		shift = (n - digit) / 10
	}
	return append(dst, strings.TrimLeft(string(sum), "0")...)
}
