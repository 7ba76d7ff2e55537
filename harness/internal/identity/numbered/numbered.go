package numbered

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// Class is the lexical class of a name: its pseudonym is of the same.
type Class uint8

// The classes.
const (
	Phrase Class = iota // any text: Name 12 qzkw
	Word                // letters, digits and punctuation without spaces: account12-qzkw
	File                // a word with an extension, which stays: file12-qzkw.docx
	Domain              // tenant12-qzkw.example (RFC 2606 keeps .example free)
	Digits              // digits alone, also as hexadecimal ones: 12 and six check digits
	Phone               // + and the like of Digits
	IPv4                // of 198.18.0.0/15, which no network uses (RFC 2544)
	IPv6                // of 2001:db8::/32, which documentation has (RFC 3849)
	MAC                 // 02-00-5e-.., locally administered
)

// Names makes and recognises the pseudonyms of one salt.
type Names [32]byte

// Name is the pseudonym of number n (1 and up) in a series, which is a lower-case word:
// name, user, file. extension, with its dot, is the end of a File's, and "" for all others.
func (p Names) Name(class Class, series string, n int, extension string) string {
	switch class {
	case Domain:
		extension = ".example"
	case Digits:
		return strconv.Itoa(n) + p.digits(digitSeries, n)
	case Phone:
		return "+" + strconv.Itoa(n) + p.digits("", n)
	case IPv4:
		return fmt.Sprintf("198.%d.%d.%d", 18+n>>16&1, n>>8&255, n&255)
	case IPv6:
		return fmt.Sprintf("2001:db8::%x:%x", n>>16&0xffff, n&0xffff)
	case MAC:
		return fmt.Sprintf("02-00-5E-%02X-%02X-%02X", n>>16&255, n>>8&255, n&255)
	}
	var room [64]byte
	b := append(room[:0], series...)
	gap := byte('-')
	if class == Phrase {
		b[0] &^= 0x20
		b, gap = append(b, ' '), ' '
	}
	b = append(strconv.AppendInt(b, int64(n), 10), gap)
	check := p.letters(series, n)
	b = append(b, check[:]...)
	return string(append(b, extension...))
}

// check is 64 bits that distinguish a pseudonym from real values.
func (p Names) check(series string, n int) uint64 {
	var room [96]byte
	b := append(append(room[:0], p[:]...), 0xff)
	b = binary.BigEndian.AppendUint64(b, uint64(n))
	sum := sha256.Sum256(append(b, series...))
	return binary.BigEndian.Uint64(sum[:])
}

// letters are the check as four letters: no hexadecimal digits, and none that make a word
// that begins an id.
func (p Names) letters(series string, n int) (text [4]byte) {
	const letters = "ghjkmnpqrtuvwxyz"
	check := p.check(series, n)
	for i := range text {
		text[i] = letters[check>>(4*i)&15]
	}
	return text
}

// digits are the check as six digits.
func (p Names) digits(series string, n int) string {
	return strconv.FormatUint(1_000_000+p.check(series, n)%1_000_000, 10)[1:]
}

// digitSeries is the one series of numbers.
const digitSeries = "number"

// IsName reports whether a text is, as a whole, the pseudonym of a name of this salt.
func (p Names) IsName(s string) bool {
	switch {
	case strings.HasPrefix(s, "198.18."), strings.HasPrefix(s, "198.19."):
		return strings.Count(s, ".") == 3 && strings.Trim(s, "0123456789.") == ""
	case strings.HasPrefix(s, "2001:db8::"), strings.HasPrefix(s, "02-00-5E-"):
		return true
	case ascii.All(strings.TrimPrefix(s, "+"), ascii.IsDigit):
		return p.isDigits(s)
	}
	local, domain, address := strings.Cut(s, "@")
	if address {
		return p.NameEnd(local, 0) == len(local) && p.IsName(domain)
	}
	end := p.NameEnd(s, 0)
	if end <= 0 {
		return false
	}
	rest := s[end:]
	return rest == "" || rest[0] == '.' && len(rest) <= 16 && ascii.All(strings.ReplaceAll(rest[1:], ".", ""), ascii.IsAlnum)
}

func (p Names) isDigits(s string) bool {
	number, phone := strings.CutPrefix(s, "+")
	if len(number) < 7 || len(number) > 20 || number[0] == '0' {
		return false
	}
	series := digitSeries
	if phone {
		series = ""
	}
	n, err := strconv.Atoi(number[:len(number)-6])
	return err == nil && p.digits(series, n) == number[len(number)-6:]
}

// NameEnd returns where the pseudonym that begins at i ends, without an extension, or -1:
// letters, perhaps a space, digits, - or a space, four letters that check them.
func (p Names) NameEnd(s string, i int) int {
	j := i
	for j < len(s) && j-i <= 16 && ascii.IsLetter(s[j]) {
		j++
	}
	series := s[i:j]
	if j < len(s) && s[j] == ' ' {
		j++
	}
	start := j
	for j < len(s) && j-start <= 9 && ascii.IsDigit(s[j]) {
		j++
	}
	if series == "" || j == start || j+5 > len(s) || s[j] != '-' && s[j] != ' ' || j+5 < len(s) && ascii.IsAlnum(s[j+5]) || s[start] == '0' {
		return -1
	}
	n, err := strconv.Atoi(s[start:j])
	check := p.letters(strings.ToLower(series), n)
	if err != nil || string(check[:]) != strings.ToLower(s[j+1:j+5]) {
		return -1
	}
	return j + 5
}
