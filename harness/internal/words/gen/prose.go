package main

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A word of prose is one of the vocabulary if this many pages have it: what two people made
// up for their pages does not enter. Pages of one name in v1.0 and beta are one.
const enoughPages = 8

// prose counts on how many pages words stand in lower case, and with a capital after another word.
type prose struct {
	page     string
	lower    map[string]int
	capital  map[string]int
	lastSeen map[string]string // by word, a capital kept; the page that counted it last
}

func newProse() *prose {
	return &prose{lower: map[string]int{}, capital: map[string]int{}, lastSeen: map[string]string{}}
}

func (p *prose) begin(page string) { p.page = page }

var (
	notProse = regexp.MustCompile("`[^`]*`|\\*\\*[^*]*\\*\\*|<[^<>]*>|&\\w+;|\\{[^{}]*\\}")
	token    = regexp.MustCompile(`\S+`)
	aWord    = regexp.MustCompile(`^[("']*([A-Za-z]+(?:'(?:s|t|re|ve|ll|d))?)[)"'.,;:!?]*$`)
)

func (p *prose) line(line string) {
	if strings.HasPrefix(line, "<!--") || strings.HasPrefix(line, ">") && strings.Contains(line, "[!") {
		return
	}
	line = notProse.ReplaceAllString(markdownLink.ReplaceAllString(line, " "), " \x00 ")
	begins := true // a capital here says nothing
	for _, t := range token.FindAllString(strings.ReplaceAll(line, "|", " . "), -1) {
		for part := range strings.SplitSeq(t, "-") {
			if strings.ContainsAny(t, `@/\_`) { // an address, a path, a name in code
				break
			}
			if m := aWord.FindStringSubmatch(part); m != nil {
				p.count(m[1], begins)
			}
			begins = begins && !letter.MatchString(part) // marks of headings and lists say nothing
		}
		begins = begins || strings.ContainsAny(t[len(t)-1:], ".:!?")
	}
}

func (p *prose) count(word string, begins bool) {
	lower := strings.ToLower(word)
	if p.lastSeen[word] == p.page || word != lower && begins {
		return
	}
	p.lastSeen[word] = p.page
	if word == lower {
		p.lower[lower]++
	} else {
		p.capital[lower]++
	}
}

// words are those that are common, and not nearly always names.
func (p *prose) words() []string {
	var list []string
	for _, w := range slices.Sorted(maps.Keys(p.lower)) {
		n := p.lower[w]
		if n >= enoughPages && 20*n >= p.capital[w] && (len(w) > 2 || n >= 10*enoughPages) && !isInvented(w) {
			list = append(list, w)
		}
	}
	return list
}
