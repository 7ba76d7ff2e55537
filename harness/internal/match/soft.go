package match

import (
	"iter"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// softNames are the members whose string values are free text, redacted as wholes:
// what nothing but the member's name tells. An index finds them in its cassettes.
type softNames struct {
	members  map[string]bool // in lower case
	literals bool            // the literals of filters too
	files    bool            // the names of files in paths and forms too
	bytes    bool            // bodies that are neither JSON nor a form too
}

// softNamesOf finds the members at which redacted texts stand.
func softNamesOf(requests []request) softNames {
	n := softNames{members: map[string]bool{}}
	for i := range requests {
		r := &requests[i]
		n.findInBody(&r.body)
		for _, segment := range r.url.Segments {
			if segment.Kind == graphurl.ColonPath {
				n.findInPath(segment.Text)
			}
		}
		for _, option := range r.url.Options {
			n.findInOption(option)
		}
		if r.body.batch == nil {
			continue
		}
		for _, part := range r.body.batch.parts {
			if part.url != nil {
				for _, option := range part.url.Options {
					n.findInOption(option)
				}
			}
		}
	}
	return n
}

func (n *softNames) findInBody(p *payload) {
	switch {
	case p.document() != nil:
		jsondoc.Walk(p.document(), func(at jsondoc.Place, value any) bool {
			if text, ok := value.(string); ok {
				n.find(at.Name(), text)
			}
			return true
		})
	case p.form != nil:
		for _, field := range p.form {
			n.find(field.name, field.value)
		}
	case p.parts != nil:
		for i := range p.parts {
			n.findInBody(&p.parts[i].body)
			if _, rest, found := strings.Cut(p.parts[i].headers, fileNameIs); found {
				n.findFile(rest)
			}
		}
	default:
		m, _ := markOf(string(p.text))
		n.bytes = n.bytes || m == filler
	}
}

func (n *softNames) findInPath(colonPath string) {
	for name := range fileNames(colonPath) {
		n.findFile(name)
	}
}

func (n *softNames) findFile(name string) {
	if m, _ := markOf(name); m == bound {
		n.files = true
	}
}

func (n *softNames) find(name, text string) {
	if m, _ := markOf(text); m != noMark && len(atomsIn(text)) == 0 {
		n.members[strings.ToLower(name)] = true
	}
}

func (n *softNames) findInOption(o graphurl.Option) {
	if optionName(o.Name) != "search" {
		n.findLiterals(o.Value)
		return
	}
	for _, piece := range strings.Split(o.Value, `"`) {
		_, phrase := cutPhrase(piece)
		m, _ := markOf(phrase)
		n.literals = n.literals || m == bound
	}
}

func (n *softNames) findLiterals(text string) {
	for {
		_, rest, found := strings.Cut(text, "'")
		literal, after, closed := cutLiteral(rest)
		if !found || !closed {
			return
		}
		if m, _ := markOf(literal); m == bound && len(atomsIn(literal)) == 0 {
			n.literals = true
			return
		}
		text = after
	}
}

// fileNames are the names in the :/a/b.txt: of a drive's path.
func fileNames(colonPath string) iter.Seq[string] {
	return strings.SplitSeq(strings.Trim(colonPath, ":/"), "/")
}

// search writes the phrases of $search: "displayName:adele" AND "mail:adele".
func (w *lifter) search(text string) {
	for n, piece := range strings.Split(text, `"`) {
		if n > 0 {
			w.mask = append(w.mask, '"')
		}
		property, phrase := cutPhrase(piece)
		if n%2 == 0 || !w.soft.literals {
			w.text(piece)
			continue
		}
		w.mask = append(w.mask, property...)
		w.softValue(kindPart, phrase)
	}
}

// cutPhrase takes a phrase of $search apart: displayName: and adele.
func cutPhrase(text string) (property, phrase string) {
	at := strings.IndexByte(text, ':') + 1
	return text[:at], text[at:]
}

// partHeaders writes the headers of a multipart body's part, and the file's name in them
// as one.
func (w *lifter) partHeaders(headers string) {
	before, rest, found := strings.Cut(headers, fileNameIs)
	name, after, closed := strings.Cut(rest, `"`)
	if !found || !closed || !w.soft.files {
		w.line(headers)
		return
	}
	w.line(before)
	w.softValue(kindWord, name)
	w.line(after)
}

const fileNameIs = `; filename="`
