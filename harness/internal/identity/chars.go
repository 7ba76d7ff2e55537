package identity

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// Matchers that are asked often or of long texts are written by hand: each looks at every byte
// at most a few times and stops at the first that does not fit. The others are patterns.

func isURLSafe(c byte) bool {
	return ascii.IsAlnum(c) || c == '-' || c == '_'
}

// has reports whether s has a byte of a class.
func has(s string, class func(byte) bool) bool {
	for i := range len(s) {
		if class(s[i]) {
			return true
		}
	}
	return false
}

// isWhole reports whether s is enclosed in two brackets.
func isWhole(s string, open, closing byte) bool {
	return len(s) >= 2 && s[0] == open && s[len(s)-1] == closing
}

// isBareGUID: 8-4-4-4-12 hexadecimal digits of either case.
func isBareGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if !ascii.IsHex(s[i]) {
				return false
			}
		}
	}
	return true
}

// isGUID accepts braces too.
func isGUID(s string) bool {
	if isWhole(s, '{', '}') {
		s = s[1 : len(s)-1]
	}
	return isBareGUID(s)
}

// isPadded: characters of one class with up to two '=' behind them.
func isPadded(s string, class func(byte) bool) bool {
	body := strings.TrimSuffix(strings.TrimSuffix(s, "="), "=")
	return ascii.All(body, class)
}
