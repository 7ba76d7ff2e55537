package importer

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A Kind is a tool, or a format of several, whose recordings are read.
type Kind string

// The kinds.
const (
	KindHAR      Kind = "har"
	KindVCRPy    Kind = "vcrpy"
	KindRubyVCR  Kind = "rubyvcr"
	KindDevProxy Kind = "devproxy"
	KindAutoRest Kind = "autorest"
)

// foreigns are the kinds of which nothing but entries is read.
var foreigns = map[Kind]foreign{
	KindVCRPy:    {source: "vcrpy", word: "interaction", read: readVCRPy},
	KindRubyVCR:  {source: "vcr", word: "interaction", read: readRubyVCR},
	KindDevProxy: {source: "devproxy", word: "mock", handwritten: true, read: readDevProxy},
	KindAutoRest: {source: "autorest", word: "exchange", read: readAutoRest},
}

// Entries reads the entries of a file of a kind in its order, those of hosts that are not
// Graph's included, with credentials and all. The error is for a file that is none of that
// kind; it names the line.
func Entries(kind Kind, file string) ([]*Entry, error) {
	if kind == KindHAR {
		var entries []*Entry
		err := ReadHAR(file, func(e *HAREntry) error {
			entries = append(entries, &Entry{Number: e.Number, Interaction: e.Interaction, Fault: e.Fault, recorded: e.started})
			return nil
		})
		return entries, err
	}
	data, err := readFile(file)
	if err != nil {
		return nil, err
	}
	return foreigns[kind].read(file, data)
}

// Read imports a file of a kind, by the reader's rules. The name becomes the cassette's.
//
// The error, which names the line, is for a file that is none of that kind. A single
// interaction that cannot be understood is left out with a finding. Before the
// scenario is drafted, the cassette is handed to clean, which may be nil and takes
// out what is not to be stored.
func (r Reader) Read(kind Kind, file, name string, clean func(*cassette.Cassette) error) (*Result, error) {
	if kind == KindHAR {
		return r.har(file, name, clean)
	}
	data, err := readFile(file)
	if err != nil {
		return nil, err
	}
	return r.entries(foreigns[kind], file, name, data, clean)
}

// KindOf tells from the text of a file, whatever it is called, which tool wrote it: by the
// members of its outermost object. "" is none of them, or no text at all.
func KindOf(text string) Kind {
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return jsonKind(text)
	}
	for line := range strings.Lines(text[:min(len(text), 64<<10)]) {
		switch key, _, _ := strings.Cut(strings.TrimSpace(line), ":"); {
		case strings.HasPrefix(line, " "), strings.HasPrefix(line, "-"):
		case key == "http_interactions":
			return KindRubyVCR
		case key == "interactions":
			return KindVCRPy
		}
	}
	return ""
}

// jsonKind tells the tools that write JSON apart.
func jsonKind(text string) Kind {
	for token, err := range jsondoc.Scan(text) {
		if err != nil {
			break
		}
		if token.Depth != 1 || token.NameAt < 0 {
			continue
		}
		switch {
		case token.Name == "log" && token.Kind == '{':
			return KindHAR
		case token.Name == "mocks" && token.Kind == '[':
			return KindDevProxy
		case token.Name == "http_interactions" && token.Kind == '[':
			return KindRubyVCR
		case token.Kind == '{' && isAutoRestName(token.Name):
			return KindAutoRest
		}
	}
	return ""
}
