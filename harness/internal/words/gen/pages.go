package main

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/words"
)

func (g *gatherer) pages(corpus fs.FS) error {
	for _, folder := range []string{"docs", "docs-2"} {
		err := each(corpus, folder, ".md", func(file string) error {
			text, err := fs.ReadFile(corpus, file)
			if err == nil {
				g.page(path.Base(file), string(text))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

var (
	valuesHeading = regexp.MustCompile(`^#+\s+\*{0,2}(\w+)\*{0,2}\s+(?i:enum|enumeration|(enum |property )?values|members|type values)\s*$`)
	resourceTitle = regexp.MustCompile(`(?m)^(?:title: "|# )(?:microsoft\.graph\.)?(\w+) (?i:(resource|complex|entity|facet|enum|enumeration)\s*(type)?)`)
	identifier    = regexp.MustCompile(`^@?[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)*$`)
	markdownLink  = regexp.MustCompile(`\[([^\[\]]*)\]\([^()]*(\([^()]*\)[^()]*)*\)`)
	jsonMember    = regexp.MustCompile(`"(@?[A-Za-z][\w.@]*)"\s*:\s*("[^"]*")?`)
)

// A table of a page is read by the role that its heading and its first row give it.
type tableKind uint8

const (
	noTable tableKind = iota
	memberTable
	valueTable
	otherTable
)

// page reads the tables of members and of values, the JSON that shows a resource, and the prose.
func (g *gatherer) page(name, text string) {
	r := reader{gatherer: g, owner: "page"}
	if m := resourceTitle.FindStringSubmatch(text); m != nil {
		r.owner = m[1]
		if strings.HasPrefix(strings.ToLower(m[2]), "enum") {
			r.enumName = m[1]
		} else if strings.Contains(text, "doc_type: resourcePageType") {
			g.list(words.SectionTypes).add(m[1])
		}
	}
	g.prose.begin(strings.ToLower(name))
	fence, front := "", strings.HasPrefix(text, "---")
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, "\r ")
		trimmed := strings.TrimSpace(line)
		switch {
		case front:
			front = i == 0 || trimmed != "---"
		case strings.HasPrefix(trimmed, "```"):
			if fence == "" {
				fence = trimmed + " "
			} else {
				fence = ""
			}
			r.kind = noTable
		case fence != "":
			if strings.Contains(fence, "json") && !strings.Contains(text, "## Request") {
				r.json(trimmed)
			}
		default:
			r.line(trimmed)
			g.prose.line(trimmed)
		}
	}
}

// A reader reads the lines of a page that are no code.
type reader struct {
	*gatherer
	owner    string // the type that the page is about
	enumName string // the enum that the heading above names
	kind     tableKind
	typeCol  int
	textCol  int
}

func (r *reader) line(line string) {
	if !strings.HasPrefix(line, "|") && !(r.kind != noTable && strings.Contains(line, "|")) {
		if line != "" || r.kind != noTable {
			r.kind = noTable
		}
		if strings.HasPrefix(line, "#") {
			r.enumName = ""
			if m := valuesHeading.FindStringSubmatch(line); m != nil && !strings.EqualFold(m[1], "Possible") {
				r.enumName = m[1]
			}
		}
		return
	}
	cells := splitRow(line)
	switch {
	case r.kind == noTable:
		r.begin(cells)
	case strings.Trim(cells[0], ":- ") == "":
	case r.kind == memberTable:
		r.memberRow(cells)
	case r.kind == valueTable:
		if value := plain(cells[0]); isWord(value) && (identifier.MatchString(value) || strings.HasPrefix(cells[0], "`")) {
			r.enum(r.enumName, value)
		}
	}
}

// begin decides by its first row what a table is of.
func (r *reader) begin(cells []string) {
	r.kind, r.typeCol, r.textCol = otherTable, -1, -1
	for i, c := range cells {
		switch strings.ToLower(plain(c)) {
		case "type", "data type", "property type":
			r.typeCol = i
		case "description", "remarks":
			r.textCol = i
		}
	}
	switch strings.ToLower(plain(cells[0])) {
	case "property", "property name", "propertyname", "parameter", "relationship", "relationship name", "name":
		if r.typeCol > 0 || r.textCol > 0 {
			r.kind = memberTable
		}
	case "member", "value", "values", "member name", "enum value":
		if r.enumName != "" {
			r.kind = valueTable
		}
	}
}

func (r *reader) memberRow(cells []string) {
	name := plain(cells[0])
	if !identifier.MatchString(name) || !isWord(name) {
		return
	}
	typ, text := "", ""
	if r.typeCol > 0 && r.typeCol < len(cells) {
		typ, _, _ = strings.Cut(plain(cells[r.typeCol]), " ")
		if !identifier.MatchString(typ) {
			typ = ""
		}
	}
	if r.textCol > 0 && r.textCol < len(cells) {
		text = strings.Join(cells[r.textCol:], " ")
	}
	at := place{r.owner, name}
	r.member(at, typ)
	values := possibleValues(text)
	if strings.EqualFold(typ, "String") && !isFree(name) {
		for _, v := range mentioned(text) {
			if _, name := r.list(words.SectionMembers)[strings.ToLower(v)]; !name {
				values = append(values, v)
			}
		}
	}
	for _, v := range values {
		r.said = append(r.said, saying{at, v})
	}
}

// json reads a line of the JSON that shows what a resource looks like: its names, and
// values such as "a | b".
func (r *reader) json(line string) {
	for _, m := range jsonMember.FindAllStringSubmatch(line, -1) {
		if !strings.Contains(m[2], "|") || !identifier.MatchString(m[1]) {
			continue
		}
		for v := range strings.SplitSeq(strings.Trim(m[2], `"`), "|") {
			if v = strings.TrimSpace(v); identifier.MatchString(v) {
				r.said = append(r.said, saying{place{r.owner, m[1]}, v})
			}
		}
	}
}

// splitRow splits a row of a table at bars that no backslash and no code span protects.
func splitRow(line string) []string {
	line = strings.TrimPrefix(line, "|")
	var cells []string
	start, code := 0, false
	for i := range len(line) {
		switch line[i] {
		case '`':
			code = !code && strings.IndexByte(line[i+1:], '`') >= 0
		case '|':
			if !code && (i == 0 || line[i-1] != '\\') {
				cells = append(cells, strings.TrimSpace(line[start:i]))
				start = i + 1
			}
		}
	}
	if rest := strings.TrimSpace(line[start:]); rest != "" || len(cells) == 0 {
		cells = append(cells, rest)
	}
	return cells
}

// plain is a cell without its marks.
func plain(cell string) string {
	return strings.Trim(markdownLink.ReplaceAllString(cell, "$1"), " *_`\"'\\\t")
}
