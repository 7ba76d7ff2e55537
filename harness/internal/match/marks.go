package match

import (
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// series are the words that a redactor numbers: Name 1, account2, file3.docx.
var series = []string{"name ", "account", "employee", "place", "user", "file"}

// A mark says what a redacted text is good for.
type mark int

const (
	noMark mark = iota
	bound       // it stands for one text, wherever it occurs
	filler      // it stands for any text
)

const loremIpsum = "lorem ipsum dolor sit amet consectetur "

// markOf tells what redaction left of a text, and of which series of pseudonyms a bound
// one is.
func markOf(text string) (m mark, of string) {
	lower := strings.ToLower(text)
	for _, word := range series {
		if number, ok := strings.CutPrefix(lower, word); ok && number != "" && ascii.IsDigit(number[0]) {
			return bound, strings.TrimSpace(word)
		}
	}
	switch {
	case text == "REDACTED" || strings.HasSuffix(text, " REDACTED") || text == "UkVEQUNURUQ=":
		return filler, ""
	case len(text) >= 3 && strings.HasPrefix(loremIpsum, text[:min(len(text), len(loremIpsum))]):
		return filler, ""
	case len(text) >= 8 && strings.Trim(strings.TrimRight(text, "="), "A") == "":
		return filler, ""
	case len(text) > 4 && strings.Trim(text[4:], "\x00") == "":
		return filler, "" // a file's bytes, of which redaction leaves the first four
	case isBlankPhone(text):
		return bound, "phone"
	}
	return noMark, ""
}

// isBlankPhone reports whether a text is a phone number of zeros, the last four digits
// aside.
func isBlankPhone(text string) bool {
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, text)
	if len(digits) < 7 || strings.ContainsFunc(text, func(c rune) bool { return !strings.ContainsRune("0123456789+-() .", c) }) {
		return false
	}
	number, err := strconv.Atoi(digits[:len(digits)-4])
	return err == nil && number == 0
}
