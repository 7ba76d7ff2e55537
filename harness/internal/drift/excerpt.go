package drift

import (
	"strings"
	"unicode"

	"github.com/graphvcr/graphvcr/harness/internal/metadiff"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/report"
)

// declarations shows what metadata declares at a line, for reports that show it.
type declarations struct {
	files map[string][]string // lines, by name
	shown map[report.Place]*report.Exchange
}

func newDeclarations() declarations {
	return declarations{map[string][]string{}, map[report.Place]*report.Exchange{}}
}

// mostDeclared bounds the lines that are shown around a declaration.
const mostDeclared = 400

// at is what is declared at a line: the type or operation that the line is of, and where in it
// the line stands, from 1.
func (d declarations) at(file string, line int) (*report.Exchange, int) {
	lines := d.lines(file)
	if line <= 0 || line > len(lines) {
		return nil, 0
	}
	first := line
	for first > 1 && line-first < mostDeclared/2 && !isDeclaration(lines[first-1]) {
		first--
	}
	at := report.Place{File: file, Line: first}
	if is := d.shown[at]; is != nil && line-first < strings.Count(is.Response.Body, "\n")+1 {
		return is, line - first + 1
	}
	last := line
	for last < min(len(lines), first+mostDeclared) && !endsDeclaration(lines[first-1], lines[last-1]) {
		last++
	}
	d.shown[at] = &report.Exchange{Place: at, Response: report.Content{Body: strings.ReplaceAll(strings.Join(lines[first-1:last], "\n"), "\r", "")}}
	return d.shown[at], line - first + 1
}

// example is what is declared at a change, on both sides; nil where the files are not at hand.
func (d declarations) example(c *metadiff.Change, old, new string) []report.Example {
	var e report.Example
	e.Old, e.OldLine = d.at(old, c.OldLine)
	e.New, e.NewLine = d.at(new, c.NewLine)
	if e.Old == nil && e.New == nil {
		return nil
	}
	return []report.Example{e}
}

func (d declarations) lines(file string) []string {
	lines, known := d.files[file]
	if !known {
		if text, err := plainfile.ReadFile(file); err == nil { // it was read before
			lines = strings.Split(string(text), "\n")
		}
		d.files[file] = lines
	}
	return lines
}

// isDeclaration reports whether a line begins what a schema declares (OData CSDL XML 4.01).
func isDeclaration(line string) bool {
	switch elementOf(line) {
	case "EntityType", "ComplexType", "EnumType", "TypeDefinition", "Action", "Function", "Term", "EntityContainer", "Annotations":
		return true
	}
	return false
}

func elementOf(line string) string {
	rest, _ := strings.CutPrefix(strings.TrimSpace(line), "<")
	return rest[:len(rest)-len(strings.TrimLeftFunc(rest, unicode.IsLetter))]
}

func endsDeclaration(first, line string) bool {
	if strings.HasSuffix(strings.TrimSpace(first), "/>") {
		return true
	}
	return strings.Contains(line, "</"+elementOf(first)+">")
}
