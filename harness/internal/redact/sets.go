package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// A set holds texts in lower case.
type set map[string]bool

// setOf is the set of the words of a section of the table.
func setOf(section string) set {
	var all []string
	for of, line := range words.Lines(table) {
		if of == section {
			all = append(all, strings.Fields(line)...)
		}
	}
	return newSet(all)
}

func newSet(texts []string) set {
	all := make(set, len(texts))
	for _, t := range texts {
		all[strings.ToLower(t)] = true
	}
	return all
}

// has reports whether a text is in the set, whatever its letter case.
func (all set) has(text string) bool {
	if len(all) == 0 {
		return false
	}
	var room [64]byte
	if lower := lowered(text, &room); lower != nil {
		return all[string(lower)]
	}
	return all[strings.ToLower(text)]
}

// allParts reports whether ok holds for every part of a text between separators.
func allParts(text, separators string, ok func(part string) bool) bool {
	for part := range strings.FieldsFuncSeq(text, func(c rune) bool { return strings.ContainsRune(separators, c) }) {
		if !ok(part) {
			return false
		}
	}
	return true
}

// lowered spells a short text of ASCII in lower case, without an allocation; nil for others.
func lowered(text string, room *[64]byte) []byte {
	if len(text) > len(room) {
		return nil
	}
	for i := range len(text) {
		if text[i] >= 0x80 {
			return nil
		}
		room[i] = ascii.Lower(text[i])
	}
	return room[:len(text)]
}
