package main

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/words"
)

var (
	// A phrase after which a description lists values. What follows "default" is one value.
	announced = regexp.MustCompile(`(?i)\b(?:(?:possible|supported|allowed|valid|permitted|accepted|available|following) (?:(?:enum|string|property|type) )?(?:values?|types?)\b|` +
		`values? (?:are|can be|is either|may be|include|includes)\b|(?:can|must) be (?:one of|either|set to)\b|one of(?: the following)?\b|in this evolvable enum\b|(default)(?: value)?(?: is|:|=))`)
	item = regexp.MustCompile("`([^`]{1,80})`|\\*\\*([^*]{1,80})\\*\\*|\"([^\"]{1,80})\"|“([^”]{1,80})”|(?:^|[\\s,:(])'([^']{1,80})'|(?:^|[\\s,:(])\\*([^*\\s][^*]{0,78})\\*")
	// Words with which a new thought begins, in descriptions that forget the full stop.
	turn       = regexp.MustCompile(`(?i)\b(?:supports?|returned|defaults?|read-only|not nullable|nullable|requires?|required|inherited|for more|see|note that|note:|for example|if|when|where|use|this|the property|otherwise)\b`)
	stop       = regexp.MustCompile(`[.!?](?:\s|$)`)
	plainItem  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)
	plainSplit = regexp.MustCompile(`\s*(?:,\s*(?:or|and)\s|,|\||/|\s(?:or|and)\s)\s*`)
	plainLead  = regexp.MustCompile(`^\s*(?:for \w+ )?(?:are|is|include|includes|can be|may be|:|-)*\s*:?\s*`)
	note       = regexp.MustCompile(`\([^()]*\)`)
	lineBreak  = regexp.MustCompile(`(?i)<br\s*/?>|</?(?:ul|li|p|ol)>`)
)

// possibleValues are the values that the description of a member says it may have: what is
// marked as code, quoted or bold after a phrase such as "Possible values are", up to the end
// of the sentence; or there a plain list of single words.
func possibleValues(description string) []string {
	text := lineBreak.ReplaceAllString(markdownLink.ReplaceAllString(description, "$1"), "\n")
	text = strings.ReplaceAll(text, `\|`, "|")
	var found []string
	for from := 0; ; {
		m := announced.FindStringSubmatchIndex(text[from:])
		if m == nil {
			return found
		}
		after := text[from+m[1]:]
		one := m[2] >= 0
		list := marked(after, one)
		if len(list) == 0 && !one {
			list = plainList(after)
		}
		for _, v := range list {
			if !slices.Contains(found, v) {
				found = append(found, v)
			}
		}
		from += m[1]
	}
}

var (
	sentence = regexp.MustCompile(`[.!?](?:\s|$)|\n`)
	forShow  = regexp.MustCompile(`(?i)example|e\.g\.|such as|\blike\b|format|\$\w|returned|supports|for instance|syntax|property|properties|prefix|header|permission|\bsee\b|API|method|parameter`)
	inCode   = regexp.MustCompile("`([A-Za-z][A-Za-z0-9_]{1,40})`")
)

// mentioned are the words marked as code in what is said about a text that has no list of
// values: "If the collection contains `Unified`, ..". Sentences with examples do not count.
func mentioned(description string) []string {
	text := lineBreak.ReplaceAllString(markdownLink.ReplaceAllString(description, "$1"), "\n")
	var found []string
	for _, s := range sentence.Split(text, -1) {
		if forShow.MatchString(s) {
			continue
		}
		for _, m := range inCode.FindAllStringSubmatch(s, -1) {
			if isWord(m[1]) {
				found = append(found, m[1])
			}
		}
	}
	return found
}

// marked lists the marked items of a sentence, or only the first that stands at once.
func marked(text string, one bool) []string {
	var list []string
	for {
		m := item.FindStringSubmatchIndex(text)
		if m == nil {
			return list
		}
		between := text[:m[0]]
		limit := 120
		if one {
			limit = 3
		}
		if len(between) > limit || stop.MatchString(between) || len(list) > 0 && turn.MatchString(note.ReplaceAllString(between, "")) {
			return list
		}
		for i := 2; i < len(m); i += 2 {
			if m[i] >= 0 {
				list = append(list, split(text[m[i]:m[i+1]])...)
			}
		}
		if text = text[m[1]:]; one {
			return list
		}
	}
}

// split splits a list in one mark: `a, b`.
func split(marked string) []string {
	var list []string
	for v := range strings.SplitSeq(marked, ",") {
		v = strings.Trim(strings.TrimSpace(v), "`'\"")
		v = strings.TrimSuffix(v, ".")
		if isWord(v) {
			list = append(list, v)
		}
	}
	return list
}

// plainList reads "a, b or c." where every item is one word, and there are two at least.
func plainList(text string) []string {
	if end := stop.FindStringIndex(text); end != nil {
		text = text[:end[0]]
	}
	text = note.ReplaceAllString(plainLead.ReplaceAllString(text, ""), "")
	var list []string
	for _, v := range plainSplit.Split(strings.TrimSpace(text), -1) {
		if v = strings.TrimSpace(v); v == "" {
			continue
		}
		if !plainItem.MatchString(v) || !isWord(v) {
			return nil
		}
		list = append(list, v)
	}
	if len(list) < 2 {
		return nil
	}
	return list
}

var (
	guidLike = regexp.MustCompile(`(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}`)
	dated    = regexp.MustCompile(`\d{4}-\d\d|\d:\d\d|\d+\.\d+\.\d+`)
	named    = regexp.MustCompile(`(?i)\.(com|net|org|io|gov|edu|local|docx?|xlsx?|pptx?|pdf|txt|png|jpe?g|exe|html?|json|xml)\b`)
	letter   = regexp.MustCompile(`[A-Za-z]`)
	spaces   = regexp.MustCompile(`\s`)
)

// invented are placeholders, in any word, beside the companies that words.IsInvented knows.
var invented = strings.Fields(`your sample placeholder lorem password1 p@ss xyz`)

// people are those of Microsoft's documentation, and their cities, as whole words.
var people = newSet(`adele vance megan bowen alex wilber alland deyoung diego siciliani grady archie henrietta mueller isaiah langer
	joni sherman lee gu lidia holloway lynne robbins miriam graham nestor wilke patti fernandez pradeep gupta debra berger irvin sayers johanna
	lorenz emily braun enrico cattaneo christie cline delia dennis gerhart moeller rene magi robin counts samantha booth daisy phillips tyler
	katie jordan jens mimi garth fort fanny downs randi welch dana swope harry john jane doe bob alice smith seattle redmond my foo bar`)

// isInvented reports whether somebody made the text up to show something.
func isInvented(text string) bool {
	if text = strings.ToLower(text); words.IsInvented(text) {
		return true
	}
	for _, part := range invented {
		if strings.Contains(text, part) {
			return true
		}
	}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' }) {
		if people.has(word) {
			return true
		}
	}
	return strings.HasPrefix(text, "my")
}

// notValues are words that stand marked in lists of values without being one.
var notValues = newSet(`true false null string int32 int64 boolean guid datetimeoffset eq ne ge le gt lt
	startswith not in prefer object number`)

// isWord reports whether a text can be a word of the service at all: no address, id, number,
// date, file, placeholder, expression or name that documentation made up.
func isWord(v string) bool {
	return len(v) > 0 && len(v) <= 64 && letter.MatchString(v) && !strings.ContainsAny(v, "@\\{}<>*=?%+;\"|#\t\n`[]$…") &&
		!strings.Contains(v, "://") && !strings.HasPrefix(v, "/") && len(spaces.FindAllString(v, -1)) < 5 &&
		!guidLike.MatchString(v) && !dated.MatchString(v) && !named.MatchString(v) && !isInvented(v) && !notValues.has(v)
}

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
