package ascii

import "strings"

// IsDigit reports whether c is one of 0 to 9.
func IsDigit(c byte) bool { return c-'0' <= 9 }

// IsUpper reports whether c is a capital letter.
func IsUpper(c byte) bool { return c-'A' <= 25 }

// IsLower reports whether c is a small letter.
func IsLower(c byte) bool { return c-'a' <= 25 }

// IsLetter reports whether c is a letter.
func IsLetter(c byte) bool { return (c|0x20)-'a' <= 25 }

// IsAlnum reports whether c is a letter or a digit.
func IsAlnum(c byte) bool { return IsDigit(c) || IsLetter(c) }

// IsHex reports whether c is a hexadecimal digit of either case.
func IsHex(c byte) bool { return IsDigit(c) || (c|0x20)-'a' <= 5 }

// IsHost reports whether c may be part of a host's name.
func IsHost(c byte) bool { return IsAlnum(c) || c == '-' || c == '.' || c == '_' }

// IsHostPort reports whether c may be part of a host's name with its port, or of an IPv6 address.
func IsHostPort(c byte) bool { return IsHost(c) || c == ':' }

// IsToken reports whether c may be part of a header's name (RFC 9110, section 5.6.2).
func IsToken(c byte) bool { return IsAlnum(c) || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0 }

// Lower is c as a small letter, where it is a letter.
func Lower(c byte) byte {
	if IsUpper(c) {
		return c | 0x20
	}
	return c
}

// ToLower folds the letters of s: no other letter is one of an ASCII name. It returns s
// itself where there is nothing to fold.
func ToLower(s string) string {
	for i := range len(s) {
		if IsUpper(s[i]) {
			folded := []byte(s)
			for ; i < len(folded); i++ {
				folded[i] = Lower(folded[i])
			}
			return string(folded)
		}
	}
	return s
}

// Unhex is the value of a hexadecimal digit.
func Unhex(c byte) byte {
	if IsDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// IsEscape reports whether a percent escape, such as %2F, begins at i.
func IsEscape(s string, i int) bool {
	return i+2 < len(s) && s[i] == '%' && IsHex(s[i+1]) && IsHex(s[i+2])
}

// Unescape is the byte that the percent escape at i stands for.
func Unescape(s string, i int) byte { return Unhex(s[i+1])<<4 | Unhex(s[i+2]) }

// A Set says of each byte whether it is of a class: for classes that are asked of every byte of
// long texts.
type Set [256]bool

// SetOf is the set of a class.
func SetOf(class func(c byte) bool) (set Set) {
	for c := range set {
		set[c] = class(byte(c))
	}
	return set
}

// Without is the set of all bytes but some.
func Without(chars string) Set {
	return SetOf(func(c byte) bool { return strings.IndexByte(chars, c) < 0 })
}

// All reports whether s is not empty and all its bytes are of a class.
func All(s string, class func(byte) bool) bool {
	for i := range len(s) {
		if !class(s[i]) {
			return false
		}
	}
	return s != ""
}
