package identity

import (
	"crypto/sha256"
	"encoding/binary"
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

// A name's pseudonym is counted, not computed: a name has too little in it to be hidden by
// a hash. Its number comes from the ledger; its check, from salt, series and number, tells
// it from a real value that looks alike (Name 1, user1@contoso.example).

// checkLetters are no hexadecimal digits, and make no word that begins an id.
const checkLetters = "ghjkmnpqrtuvwxyz"

// Name is the pseudonym of number n (1 and up) in a series, which is a lower-case word:
// name, user, file. Of File, extension is what ends it, with its dot.
func (f *Faker) Name(class Class, series string, n int, extension string) string {
	ending := ""
	switch class {
	case Domain:
		ending = ".example"
	case File:
		ending = extension
	case Digits:
		return strconv.Itoa(n) + digits6(f.nameSum(digitSeries, n))
	case Phone:
		return "+" + strconv.Itoa(n) + digits6(f.nameSum("", n))
	case IPv4:
		return "198." + strconv.Itoa(18+n>>16&1) + "." + strconv.Itoa(n>>8&255) + "." + strconv.Itoa(n&255)
	case IPv6:
		return "2001:db8::" + strconv.FormatInt(int64(n>>16&0xffff), 16) + ":" + strconv.FormatInt(int64(n&0xffff), 16)
	case MAC:
		return "02-00-5E-" + byteText(n>>16) + "-" + byteText(n>>8) + "-" + byteText(n)
	}
	var room [64]byte
	b := append(room[:0], series...)
	gap := byte('-')
	if class == Phrase {
		b[0] &^= 0x20
		b, gap = append(b, ' '), ' '
	}
	b = append(strconv.AppendInt(b, int64(n), 10), gap)
	b = append(b, letters4(f.nameSum(series, n))...)
	return string(append(b, ending...))
}

func byteText(n int) string {
	const hex = "0123456789ABCDEF"
	return string([]byte{hex[n>>4&15], hex[n&15]})
}

func (f *Faker) nameSum(series string, n int) uint64 {
	var room [96]byte
	b := append(append(room[:0], f.salt[:]...), 0xff)
	b = binary.BigEndian.AppendUint64(b, uint64(n))
	sum := sha256.Sum256(append(b, series...))
	return binary.BigEndian.Uint64(sum[:])
}

func letters4(sum uint64) string {
	var b [4]byte
	for i := range b {
		b[i] = checkLetters[sum&15]
		sum >>= 4
	}
	return string(b[:])
}

func digits6(sum uint64) string {
	text := strconv.FormatUint(sum%1_000_000, 10)
	return "000000"[len(text):] + text
}

// IsName reports whether a text is, as a whole, the pseudonym of a name of this salt.
func (f *Faker) IsName(s string) bool {
	switch {
	case s == "":
		return false
	case strings.HasPrefix(s, "198.18."), strings.HasPrefix(s, "198.19."):
		return strings.Count(s, ".") == 3 && strings.Trim(s, digitsAndDot) == ""
	case strings.HasPrefix(s, "2001:db8::"), strings.HasPrefix(s, "02-00-5E-"):
		return true
	case ascii.All(strings.TrimPrefix(s, "+"), ascii.IsDigit):
		return f.isDigits(s)
	}
	local, domain, address := strings.Cut(s, "@")
	if address {
		return f.nameEnd(local, 0) == len(local) && f.IsName(domain)
	}
	end := f.nameEnd(s, 0)
	if end <= 0 {
		return false
	}
	rest := s[end:]
	return rest == "" || rest[0] == '.' && len(rest) <= 16 && ascii.All(strings.ReplaceAll(rest[1:], ".", ""), ascii.IsAlnum)
}

const digitsAndDot = "0123456789."

func (f *Faker) isDigits(s string) bool {
	number, phone := strings.CutPrefix(s, "+")
	if len(number) < 7 || len(number) > 20 || number[0] == '0' {
		return false
	}
	n, err := strconv.Atoi(number[:len(number)-6])
	if err != nil {
		return false
	}
	series := ""
	if !phone {
		series = digitSeries
	}
	return digits6(f.nameSum(series, n)) == number[len(number)-6:]
}

// digitSeries is the one series of numbers.
const digitSeries = "number"

// FindNames lists the pseudonyms of names that stand in a text, in order: those that are
// told within others, so no numbers.
func (f *Faker) FindNames(text string) []Span {
	var spans []Span
	for i := 0; i < len(text); {
		if !ascii.IsLetter(text[i]) || i > 0 && ascii.IsAlnum(text[i-1]) {
			i++
			continue
		}
		end := f.nameEnd(text, i)
		if end <= 0 {
			for i < len(text) && ascii.IsLetter(text[i]) {
				i++
			}
			continue
		}
		spans = append(spans, Span{i, end})
		i = end
	}
	return spans
}

// nameEnd returns where the pseudonym that begins at i ends, without an extension, or -1:
// letters, perhaps a space, digits, - or a space, four letters that check them.
func (f *Faker) nameEnd(s string, i int) int {
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
	if err != nil || letters4(f.nameSum(strings.ToLower(series), n)) != strings.ToLower(s[j+1:j+5]) {
		return -1
	}
	return j + 5
}
