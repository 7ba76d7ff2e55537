package drift

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/metadiff"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A Document is metadata, as a file or a revision holds it.
type Document struct {
	Name  string
	Model *csdl.Model
}

// MetadataOptions are those of a comparison of metadata. The zero value is the default.
type MetadataOptions struct {
	Options
	Used      *Used          // reports only what is in use; nil: everything
	Announced *Announcements // marks what they do not announce; nil: nothing is known of it
}

// OpenMetadata reads a file of metadata, or REVISION:PATH of a git repository, which is the
// one around the working directory where no folder of another is named.
func OpenMetadata(ctx context.Context, name, git string) (Document, error) {
	if _, err := os.Stat(name); err == nil || !errors.Is(err, fs.ErrNotExist) {
		model, err := csdl.Load(name)
		return Document{name, model}, err
	}
	revision, at, found := strings.Cut(name, ":")
	if !found || revision == "" {
		return Document{}, &fault.Error{
			Message: "there is no file of metadata " + name,
			Hint:    "name a file, or what git holds: HEAD~3:schemas/v1.0-Prod.csdl",
		}
	}
	r, at := repository(git), relative(at)
	kind, err := r.kindAt(ctx, revision, at)
	if err != nil {
		return Document{}, err
	}
	if kind != "blob" {
		return Document{}, &fault.Error{Message: name + " is a folder", Hint: "name the file of metadata in it"}
	}
	text, err := r.git(ctx, "cat-file", "blob", revision+":"+at)
	if err != nil {
		return Document{}, &fault.Error{Message: "read " + name, Cause: err}
	}
	return parseMetadata(name, text)
}

func parseMetadata(name string, text []byte) (Document, error) {
	model, err := csdl.Parse(bytes.NewReader(text), name)
	return Document{name, model}, err
}

// Metadata compares two documents of metadata by the words and severities of recordings: a
// property gone is a property gone. Findings come worst first, grouped by type.
func Metadata(old, new Document, opts MetadataOptions) report.Case {
	one := report.Case{Name: new.Name, File: new.Name}
	one.Findings = findings(changesOf(old, new, opts), old.Name, new.Name, opts, nil)
	one.Ordered = true
	return one
}

func changesOf(old, new Document, opts MetadataOptions) []metadiff.Change {
	changes := metadiff.Compare(old.Model, new.Model)
	if opts.Used != nil {
		isUsed := opts.Used.between(old.Model, new.Model)
		changes = slices.DeleteFunc(changes, func(c metadiff.Change) bool { return !isUsed(&c) })
	}
	return slices.DeleteFunc(changes, func(c metadiff.Change) bool { return slices.Contains(opts.Diff.Off, c.Rule) })
}

// findings report changes, but for those that are accepted.
func findings(changes []metadiff.Change, old, new string, opts MetadataOptions, flaps flaps) []report.Finding {
	var all []report.Finding
	declared := declarations{map[string][]string{}, map[report.Place]*report.Exchange{}}
	for i := range changes {
		c := &changes[i]
		f := findingOf(c, old, new, opts)
		accepted, ended := opts.Accepted.standing(f.Fingerprint, opts.Now)
		if accepted {
			continue
		}
		if opts.Show {
			f.Examples = declared.example(c, old, new)
		}
		f.Details += opts.Announced.details(c) + flaps.details(c)
		all = append(append(all, f), ended...)
	}
	return all
}

// someTypes and somePlaces bound what a finding names of what has its cause.
const (
	someTypes  = 8
	somePlaces = 12
)

func findingOf(c *metadiff.Change, oldFile, newFile string, opts MetadataOptions) report.Finding {
	f := report.Finding{
		Rule: c.Rule.Rule(), Severity: c.Severity, Value: report.Value{Where: c.Place.String(), Is: c.How, Want: c.Was, Got: c.Is},
	}
	f.Fingerprint = diff.Fingerprint("metadata", string(c.Rule), c.Place.String(), c.Was, c.Is)
	if s, ok := opts.Diff.Severities[c.Rule]; ok {
		f.Severity = s
	}
	if c.PlainlyThere() { // the sentence says it
		f.Want, f.Got = "", ""
	}
	f.Place = report.Place{File: newFile, Line: c.NewLine}
	if c.NewLine == 0 {
		f.Place = report.Place{File: oldFile, Line: c.OldLine}
	}
	if len(c.Also) > 0 {
		names := make([]string, len(c.Also))
		for i, at := range c.Also {
			names[i] = at.String()
		}
		f.Details += "\nlikewise " + metadiff.Some(names, somePlaces)
	}
	if n := len(c.Carries); n > 0 {
		names := make([]string, n)
		for i, name := range c.Carries {
			names[i] = strings.TrimPrefix(name, "microsoft.graph.")
		}
		f.Details += fmt.Sprintf("\nwith %s: %s", fault.Count(n, "type"), metadiff.Some(names, someTypes))
	}
	return f
}

// declarations shows what metadata declares at a line, for reports that show it.
type declarations struct {
	files map[string][]string // lines, by name
	shown map[report.Place]*report.Exchange
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
	for first > 1 && line-first < mostDeclared/2 && !slices.Contains(declaring, elementOf(lines[first-1])) {
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

// declaring are the elements that begin what a schema declares (OData CSDL XML 4.01).
var declaring = strings.Fields("EntityType ComplexType EnumType TypeDefinition Action Function Term EntityContainer Annotations")

func elementOf(line string) string {
	rest, _ := strings.CutPrefix(strings.TrimSpace(line), "<")
	return rest[:len(rest)-len(strings.TrimLeftFunc(rest, unicode.IsLetter))]
}

func endsDeclaration(first, line string) bool {
	return strings.HasSuffix(strings.TrimSpace(first), "/>") || strings.Contains(line, "</"+elementOf(first)+">")
}

// Used is what a project touches of an API: the types of its requests and answers with what
// they derive from and hold; navigation properties, operations and paths that its addresses
// name.
type Used struct {
	uses  *project.Uses
	words map[string]bool
	last  *csdl.Model // asked for last: of a history, each model is asked for twice
	types map[string]*csdl.Type
}

// UsedBy is what cassettes and scenarios use.
func UsedBy(uses *project.Uses) *Used { return &Used{uses: uses, words: uses.Words()} }

// typesOf are the types in use, as a model says what requests mean.
func (u *Used) typesOf(m *csdl.Model) map[string]*csdl.Type {
	if u.last != m {
		part, _ := m.Only(u.uses.Types(m)...)
		u.last, u.types = m, part.Types
	}
	return u.types
}

// between reports whether a change from one model to another touches what is used. What is gone
// only the old one knows.
func (u *Used) between(old, new *csdl.Model) func(c *metadiff.Change) bool {
	types := maps.Clone(u.typesOf(old))
	maps.Copy(types, u.typesOf(new))
	touches := func(at metadiff.Place) bool {
		word := strings.ToLower(shortName(at.Name))
		switch at.Kind {
		case metadiff.Path:
			return u.words[word]
		case metadiff.Navigation, metadiff.Operation:
			return u.words[word] && (at.Type == "" || types[at.Type] != nil)
		}
		return types[at.Type] != nil
	}
	return func(c *metadiff.Change) bool {
		return touches(c.Place) || slices.ContainsFunc(c.Also, touches) ||
			slices.ContainsFunc(c.Carries, func(name string) bool { return types[name] != nil })
	}
}
