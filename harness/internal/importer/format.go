package importer

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

// A Kind names a Format: it is a subcommand of import.
type Kind string

// The kinds that callers treat as none of the others: archives are read entry by entry
// ([ReadHAR]), and a cassette begins as a recording of vcrpy does.
const (
	HAR   Kind = "har"
	VCRPy Kind = "vcrpy"
)

// A Format is how a tool, or several, write exchanges to files. Each has a file of its own in
// this package, which registers it.
type Format struct {
	Kind         Kind
	Tool         string   // whose recordings they are
	Ends         []string // of the names of files that count in a folder, in lower case
	Short, About string   // for the help of import: a line, and a paragraph
	Examples     []string // likewise: arguments

	source, word string // what a cassette calls the tool, and the tool an interaction
	handwritten  bool   // JSON that is none is mended, as that of documentation is

	// What distinguishes a file of this format: a member of the outermost object of JSON, by
	// its name and the first byte of its value, or a key at the top of YAML; nil and "" for none.
	isMember func(name string, value byte) bool
	key      string

	entries func(file string, data []byte) ([]*Entry, error) // nil for archives
}

// Formats are all that are read, pages of documentation aside, by their kinds.
func Formats() []*Format { return formats }

var formats []*Format

// register adds a format to those that are read.
func register(f *Format) *Format {
	at, _ := slices.BinarySearchFunc(formats, f.Kind, func(f *Format, kind Kind) int { return cmp.Compare(f.Kind, kind) })
	formats = slices.Insert(formats, at, f)
	return f
}

// IsYAML reports whether files of the format are, or may be, YAML.
func (f *Format) IsYAML() bool { return f.key != "" }

// IsHandwritten reports whether people wrote what a file holds, so that it may have placeholders.
func (f *Format) IsHandwritten() bool { return f.handwritten }

// Of is the format of a kind.
func Of(kind Kind) *Format {
	for _, f := range formats {
		if f.Kind == kind {
			return f
		}
	}
	return nil
}

// Entries reads the entries of a file in its order, those of hosts that are not
// Graph's included, with credentials and all. The error is for a file that is none of the
// format; it names the line.
func (f *Format) Entries(file string) (entries []*Entry, err error) {
	err = f.each(file, func(e *Entry) error {
		entries = append(entries, e)
		return nil
	})
	return entries, err
}

// each calls use for every entry of a file, and ends at its first error.
func (f *Format) each(file string, use func(*Entry) error) error {
	if f.entries == nil {
		return ReadHAR(file, func(e *HAREntry) error {
			e.describe()
			return use(&e.Entry)
		})
	}
	data, err := readFile(file)
	if err != nil {
		return err
	}
	entries, err := f.entries(file, data)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := use(e); err != nil {
			return err
		}
	}
	return nil
}

// Read imports a file of a format, by the reader's rules. The name becomes the cassette's.
//
// The error, which names the line, is for a file that is none of that format. A single
// interaction that cannot be understood is left out with a finding. Before the
// scenario is drafted, the cassette is handed to clean, which may be nil and takes
// out what is not to be stored.
func (r Reader) Read(f *Format, file, name string, clean func(*cassette.Cassette) error) (*Result, error) {
	g := gather(file, name, f.source, r)
	g.format = f
	if err := f.each(file, g.entry); err != nil {
		return nil, err
	}
	return g.finish(clean)
}

// mostLooked is how much of a file its format is found by.
const mostLooked = 64 << 10

// FormatOfFile is FormatOf for the beginning of a file.
func FormatOfFile(file string) (*Format, error) {
	f, err := plainfile.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostLooked))
	return FormatOf(string(text)), err
}

// FormatOf finds by the text of a file, whatever it is called, which tool wrote it: by the
// members of its outermost object. nil is none of them, or no text at all.
func FormatOf(text string) *Format {
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return formatOfJSON(text)
	}
	for line := range strings.Lines(text[:min(len(text), mostLooked)]) {
		key, _, _ := strings.Cut(strings.TrimSpace(line), ":")
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "-") {
			continue
		}
		for _, f := range formats {
			if f.key != "" && f.key == key {
				return f
			}
		}
	}
	return nil
}

func formatOfJSON(text string) *Format {
	for token, err := range jsondoc.Scan(text) {
		if err != nil {
			break
		}
		if token.Depth != 1 || token.NameAt < 0 {
			continue
		}
		for _, f := range formats {
			if f.isMember != nil && f.isMember(token.Name, token.Kind) {
				return f
			}
		}
	}
	return nil
}
