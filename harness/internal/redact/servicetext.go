package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// isServiceText reports whether the service wrote a text: the message of an error.
func isServiceText(l *place.Leaf) bool {
	if l.Role != place.Member {
		return false
	}
	switch strings.ToLower(l.Name) {
	case "message", "errormessage", "error_description":
		switch strings.ToLower(l.Parent) {
		case "error", "innererror", "details", "errors", "warnings", "statusdetail", "errordetails", "":
			return true
		}
	}
	return false
}

// serviceText keeps the words of the vocabulary, names of members, types and resources, and
// short numbers; each other word is a name.
func (p *pass) serviceText(l *place.Leaf, text string) verdict {
	var b strings.Builder
	changed, first := false, true
	for i := 0; i < len(text); {
		if strings.IndexByte(textGaps, text[i]) >= 0 {
			first = first || text[i] == '.' || text[i] == '\n'
			b.WriteByte(text[i])
			i++
			continue
		}
		j := i
		for j < len(text) && strings.IndexByte(textGaps, text[j]) < 0 {
			j++
		}
		word, tail := text[i:j], ""
		if trimmed := strings.TrimRight(word, ".,:!?-/"); trimmed != word && trimmed != "" {
			word, tail = trimmed, word[len(trimmed):]
		}
		is := word
		if !isServiceWord(word, first) {
			is = p.textWord(l, word)
		}
		changed = changed || is != word
		b.WriteString(is)
		b.WriteString(tail)
		first = tail == "." || tail == ":" || tail == "!"
		i = j
	}
	if !changed && text == l.Text {
		return verdict{}
	}
	by, _ := p.ruleFor(l, nil)
	return verdict{b.String(), by, cassetteName}
}

const textGaps = " \t\r\n\"'`;()[]{}<>|"

func isServiceWord(word string, first bool) bool {
	switch {
	case words.InText(word), words.IsMember(word), words.IsType(word), isInstant(word), isPlain(word) && digitsIn(word) <= 3, words.IsPermission(word), words.IsErrorCode(word), word == redacted:
		return true
	}
	if first && words.InText(strings.ToLower(word)) {
		return true
	}
	k := strings.IndexAny(word, "-,")
	return k > 0 && isServiceWord(word[:k], first) && isServiceWord(word[k+1:], false)
}

func digitsIn(s string) (n int) {
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}

// textWord is what stands for a word of a service's text.
func (p *pass) textWord(l *place.Leaf, word string) string {
	if is, by, ok := p.ids(l, word); ok {
		if by == noRule || !p.obeys(by) {
			return word
		}
		return is
	}
	if authority(word) {
		return p.address(word)
	}
	if is, ok := p.shared(word); ok {
		return is
	}
	return p.r.ledger.name("value", word, p.suggestion(l))
}
