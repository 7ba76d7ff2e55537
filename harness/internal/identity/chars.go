package identity

import (
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
	return isBareGUID(s) || len(s) == 38 && s[0] == '{' && s[37] == '}' && isBareGUID(s[1:37])
}
