package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// isServiceText reports whether the service wrote a text: the message of an error.
func isServiceText(l *place.Leaf) bool {
	return l.Role == place.Member && serviceTexts.has(l.Name) && (l.Parent == "" || errorMembers.has(l.Parent))
}

// eachNameIn replaces what is none of the service's in a text that it wrote: it keeps the words of the
// vocabulary, names of members, types and resources, and short numbers. Each other word is a name,
// and so is what stands in quotes.
func eachNameIn(text string, name func(part string) string) string {
	var b strings.Builder
	at, first := 0, true // a sentence begins
	for _, quoted := range append(quotedValues(text), identity.Span{Start: len(text), End: len(text)}) {
		plain, _ := withoutSecrets(text[at:quoted.Start])
		for plain != "" {
			word := strings.TrimLeft(plain, textGaps)
			gap := plain[:len(plain)-len(word)]
			word = word[:strings.IndexAny(word+" ", textGaps)]
			plain = plain[len(gap)+len(word):]
			tail := word[len(strings.TrimRight(word, ".,:!?")):] // an id may end in - or /
			if word = word[:len(word)-len(tail)]; word != "" && !isServiceWord(word, first || strings.Contains(gap, "\n")) {
				word = name(word)
			}
			b.WriteString(gap + word + tail)
			first = tail == "." || tail == ":" || tail == "!"
		}
		b.WriteString(name(text[quoted.Start:quoted.End]))
		at, first = quoted.End, false
	}
	return b.String()
}

const textGaps = " \t\r\n\"'`;()[]{}<>|"

func isServiceWord(word string, first bool) bool {
	switch {
	case words.InText(word), words.IsMember(word), words.IsType(word), isInstant(word), isPlain(word) && digitsIn(word) <= 3, words.IsPermission(word), words.IsErrorCode(word), word == placeholder:
		return true
	}
	if first && words.InText(strings.ToLower(word)) {
		return true
	}
	k := strings.IndexAny(word, "-,")
	return k > 0 && (word[k] == ',' || digitsIn(word) <= 3) && isServiceWord(word[:k], first) && isServiceWord(word[k+1:], false)
}

// quotedValues finds the values in quotes that are no words of the service. Where it is not
// clear which quotes belong together there are none: what is put in their place must not make
// others of the rest.
func quotedValues(text string) (values []identity.Span) {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c != '\'' && c != '"' || i > 0 && strings.IndexByte(textGaps+":", text[i-1]) < 0 {
			continue
		}
		end := quoteEnds(text, i)
		if end == 0 {
			return nil
		}
		if !areServiceWords(text[i+1 : end]) {
			values = append(values, identity.Span{Start: i + 1, End: end})
		}
		i = end
	}
	return values
}

// quoteEnds returns where the quote stands that closes the one at i, behind which no word goes
// on; literals of addresses within are passed over. It is 0 where that is not clear.
func quoteEnds(text string, i int) int {
	quote := text[i]
	for j := i + 2; j < min(len(text), i+longestQuoted); j++ {
		if text[j] != quote {
			continue
		}
		switch rest := strings.TrimLeft(text[j+1:], ".,:!?"); {
		case rest == "", rest[0] != quote && strings.IndexByte(textGaps, rest[0]) >= 0:
			return j
		case strings.IndexByte("(=,", text[j-1]) < 0:
			return 0
		}
		for j++; j < len(text) && (text[j] != quote || strings.HasPrefix(text[j+1:], text[i:i+1])); j++ { // a literal opens
			if text[j] == quote {
				j++
			}
		}
	}
	return 0
}

// longestQuoted bounds values in quotes.
const longestQuoted = 512

// areServiceWords reports whether all words of a text are of the vocabulary.
func areServiceWords(text string) bool {
	first := true
	return allParts(text, textGaps, func(word string) bool {
		is := isServiceWord(word, first)
		first = false
		return is
	})
}
