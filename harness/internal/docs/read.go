package docs

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Includes reads the files that a page includes, by the names that it gives them; ok is false
// for one that there is not.
type Includes func(name string) (text string, ok bool)

// Read reads a page with what it includes, each file at the line that includes it; nil leaves
// that out. The error, which may know the line, is for what cannot be a page.
func Read(text string, includes Includes) (*Page, error) {
	if len(text) > MaxSize {
		return nil, tooLarge(0, strconv.Itoa(MaxSize>>20)+" MB")
	}
	page := &Page{}
	r := &reader{page: page, included: inclusions{read: includes}}
	s := scanner{text: strings.TrimPrefix(text, "\ufeff"), line: 1, to: r}
	if err := s.scan(); err != nil {
		return nil, err
	}
	r.pair()
	slices.SortStableFunc(r.page.Notes, func(a, b Note) int { return a.Line - b.Line })
	return r.page, nil
}

type reader struct {
	page      *Page
	fences    []fence
	pending   *annotation // for the fence that comes next
	headings  []string    // above, in lower case, by level
	section   string      // what the examples at hand are examples of
	lead      string      // the text before
	adjacent  bool        // no heading since the last fence
	shown     int         // bytes of all fences
	promising bool        // the section at hand promises codes, as the first one called Response does
	promised  bool        // there was such a section
	included  inclusions
}

type inclusions struct {
	read  Includes
	at    []string // the names of those at hand, outermost first
	files int      // how many were read
	size  int      // bytes of all
}

var (
	plainHeading = regexp.MustCompile(`(?i)^(#*\s*)?(requests?|responses?|examples?|http requests?|error response)\b[\s\d:]*$`)
	tabHeading   = regexp.MustCompile(`\(#tab/`)
)

func (r *reader) heading(level int, text string) {
	r.dropPending()
	if tabHeading.MatchString(text) {
		return
	}
	r.lead, r.adjacent = text, false
	for len(r.headings) < level {
		r.headings = append(r.headings, "")
	}
	r.headings = append(r.headings[:level-1:level-1], strings.ToLower(text))
	if level == 1 && r.page.Title == "" {
		r.page.Title = text
	}
	if !plainHeading.MatchString(text) {
		r.section = text
	}
	r.promising = !r.promised && startsStated.MatchString(text)
	r.promised = r.promised || r.promising
}

// dropPending reports an annotation that no block follows.
func (r *reader) dropPending() {
	if a := r.pending; a != nil && (a.block == "request" || a.block == "response") {
		r.page.note(Annotation, a.line, "no block follows the annotation of a %s", a.block)
	}
	r.pending = nil
}

func (r *reader) paragraph(line int, text string) {
	if lead := strings.TrimSpace(inclusion.ReplaceAllString(text, "")); lead != "" || !inclusion.MatchString(text) {
		r.lead = lead
	}
	for _, match := range inclusion.FindAllStringSubmatch(text, -1) {
		r.include(line, match[1])
	}
	r.promises(line, text)
}

var inclusion = regexp.MustCompile(`\[!INCLUDE[^\]\n]*(?:\[[^\]\n]*\])?\(([^)\n]*)\)`)

// What a page may include: so deep, since some files include each other in a circle, and so many.
const (
	maxIncluded      = 4
	maxIncludedFiles = 10_000
)

func (r *reader) include(line int, name string) {
	var text string
	ok := r.included.read != nil && len(r.included.at) < maxIncluded && r.included.files < maxIncludedFiles && !slices.Contains(r.included.at, name)
	if ok {
		r.included.files++
		text, ok = r.included.read(name)
	}
	if r.included.size += len(text); !ok || r.included.size > MaxSize {
		r.page.Includes++
		return
	}
	r.included.at = append(r.included.at, name)
	s := scanner{text: strings.TrimPrefix(text, "\ufeff"), line: line, pinned: true, to: r}
	_ = s.scan() // a page of too many blocks is an error by itself
	r.included.at = r.included.at[:len(r.included.at)-1]
}

func (r *reader) table(line int, rows []string) {
	r.promises(line, strings.Join(rows, "\n"))
	r.page.table(line, r.lead, rows)
}

func (r *reader) comment(line int, text string) {
	if a := readAnnotation(r.page, line, text); a != nil {
		r.dropPending()
		r.pending = a
	}
}

var answerWithin = regexp.MustCompile(`\n[ \t]*HTTP/[\d.]+ \d{3}\b`)

func (r *reader) fence(f fence) error {
	if len(r.fences) == maxBlocks {
		return tooLarge(f.line, strconv.Itoa(maxBlocks)+" blocks")
	}
	f.annotation, r.pending = r.pending, nil
	if r.shown += len(f.text); len(f.text) > maxBlock || r.shown > maxShown {
		r.shown -= len(f.text)
		r.page.note(Unpaired, f.line, "left out a block of %d KB: beyond %d KB, or %d KB in one page, nothing is an example", len(f.text)>>10, maxBlock>>10, maxShown>>10)
		return nil
	}
	f.section, f.path, f.lead, f.included = r.section, r.headings, r.adjacent, len(r.included.at) > 0
	if at := answerWithin.FindStringIndex(f.text); at != nil && f.asks() {
		answer := f
		answer.text, f.text = f.text[at[0]+1:], f.text[:at[0]+1]
		answer.line += strings.Count(f.text, "\n")
		r.fences = append(r.fences, f)
		r.page.minor(Repaired, answer.line+1, "a request and its answer stand in one block")
		f = answer
	}
	r.fences = append(r.fences, f)
	r.adjacent, r.promising = true, false
	return nil
}

func (f *fence) isAnnotated(block string) bool {
	return f.annotation != nil && f.annotation.block == block
}

// isHTTP reports whether a block says that it holds a message.
func (f *fence) isHTTP() bool {
	return strings.Contains(f.info, "http") || strings.HasPrefix(f.info, "msgraph") || f.isAnnotated("request") || f.isAnnotated("response")
}

// asks reports whether a block's first line is a request's.
func (f *fence) asks() bool {
	first, _, _ := firstLine(f.text)
	return requestLine.MatchString(first) && (f.mayBeHTTP() || strings.Contains(first, " https://")) ||
		addressLine.MatchString(first) && f.isHTTP()
}

// answers reports whether a block is an answer by its first line, or by its annotation.
func (f *fence) answers() bool {
	first, _, _ := firstLine(f.text)
	return statusLine.MatchString(first) && (f.mayBeHTTP() || strings.HasPrefix(first, "HTTP/")) ||
		f.isHTTP() && bareStatus.MatchString(first) || f.isAnnotated("response") && first != "" && !f.asks()
}

// below reports whether the heading right above a block begins with a word.
func (f *fence) below(word string) bool {
	return len(f.path) > 0 && strings.HasPrefix(f.path[len(f.path)-1], word)
}

// holdsJSON reports whether a block is JSON and nothing else.
func (f *fence) holdsJSON() bool {
	text := strings.TrimSpace(f.text)
	return (f.info == "json" || f.info == "" || f.isHTTP()) && (strings.HasPrefix(text, "{") || strings.HasPrefix(text, "["))
}

// mayBeHTTP leaves out samples in programming languages.
func (f *fence) mayBeHTTP() bool {
	return f.isHTTP() || f.info == "" || f.info == "text" || f.info == "json" || f.info == "rest"
}

var (
	startsStated = regexp.MustCompile(`(?i)^responses?\s*$`)
	statedCode   = regexp.MustCompile("(`|HTTP |codes? |status |returns (?:an? )?)([1-5][0-9][0-9])\\b(`?-?(?:\\s?(?i:series|range|level|class)))?")
	namedCode    = regexp.MustCompile(`\b([23][0-9][0-9]) ([A-Z][A-Za-z-]+)`)
)

// promises finds the codes of success in the section that promises them.
func (r *reader) promises(line int, text string) {
	if !r.promising {
		return
	}
	var found []string
	for _, match := range statedCode.FindAllStringSubmatch(text, -1) {
		if match[3] == "" { // "a 200-series response code" may be any of them
			found = append(found, match[2])
		}
	}
	for _, match := range namedCode.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	for _, digits := range found {
		code, _ := strconv.Atoi(digits)
		if code < 200 || code >= 400 || http.StatusText(code) == "" || slices.Contains(r.page.Stated, code) {
			continue
		}
		if r.page.StatedLine == 0 {
			r.page.StatedLine = line
		}
		r.page.Stated = append(r.page.Stated, code)
	}
}
