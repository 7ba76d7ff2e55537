package docs

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// promises finds the codes that the text promises: those of the first section called Response.
type promises struct {
	page *Page
	stating
}

// stating is how far promises has come.
type stating int

const (
	before stating = iota
	within
	after
)

func (p *promises) heading(text string) {
	p.end()
	if p.stating == before && startsStated.MatchString(text) {
		p.stating = within
	}
}

var (
	startsStated = regexp.MustCompile(`(?i)^responses?\s*$`)
	statedCode   = regexp.MustCompile("(`|HTTP |codes? |status |returns (?:an? )?)([1-5][0-9][0-9])\\b(`?-?(?:\\s?(?i:series|range|level|class)))?")
	namedCode    = regexp.MustCompile(`\b([23][0-9][0-9]) ([A-Z][A-Za-z-]+)`)
)

// read finds the codes of success in the section that promises them.
func (p *promises) read(line int, text string) {
	if p.stating != within {
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
		if code < 200 || code >= 400 || http.StatusText(code) == "" || slices.Contains(p.page.Stated, code) {
			continue
		}
		if p.page.StatedLine == 0 {
			p.page.StatedLine = line
		}
		p.page.Stated = append(p.page.Stated, code)
	}
}

// end ends the section.
func (p *promises) end() {
	if p.stating == within {
		p.stating = after
	}
}

// promised is the code that the text promises, or 200.
func (p *Page) promised() int {
	if len(p.Stated) > 0 {
		return p.Stated[0]
	}
	return http.StatusOK
}
