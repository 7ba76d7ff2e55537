package match

import (
	"github.com/graphvcr/graphvcr/harness/internal/edit"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A shownFile is a file as an answer of JSON shows it: the resource with the id, and where
// its size and the hashes of its content stand.
type shownFile struct {
	id     string
	root   bool   // it is the whole answer
	link   string // that leads to its content or, for an upload session's answer, takes it
	size   textSpan
	hashes []textSpan
}

// A textSpan is where a value stands in a text, quotes included.
type textSpan struct {
	start, end int
	name       string // of the member
	quoted     bool
}

// edited puts a text where a value stands.
func (t textSpan) edited(text string) edit.Edit {
	if t.quoted {
		text = `"` + text + `"`
	}
	return edit.Edit{Start: t.start, End: t.end, Text: text}
}

// filesIn lists the files that a text shows, in any depth.
func filesIn(text string) []shownFile {
	var files []shownFile
	var open []shownFile // objects and arrays
	for token, err := range jsondoc.Scan(text) {
		if err != nil {
			return nil
		}
		switch {
		case token.Opens():
			open = append(open, shownFile{root: len(open) == 0})
		case token.Closes():
			done := open[len(open)-1]
			open = open[:len(open)-1]
			if done.id == "" && len(open) > 0 { // file, and hashes in it, are parts of what has an id
				above := &open[len(open)-1]
				above.hashes = append(above.hashes, done.hashes...)
			}
			if done.root || done.id != "" && (len(done.hashes) > 0 || done.link != "") {
				files = append(files, done)
			}
		case len(open) > 0:
			open[len(open)-1].note(token)
		}
	}
	return files
}

func (f *shownFile) note(token jsondoc.Token) {
	at := textSpan{token.Start, token.Start + len(token.Raw), token.Name, token.Kind == '"'}
	switch {
	case token.Name == "size":
		f.size = at
	case token.Kind != '"':
	case token.Name == "id":
		f.id = token.Value()
	case graph.IsFileHash(token.Name):
		f.hashes = append(f.hashes, at)
	case odata.IsContentMember(token.Name):
		f.link = token.Value()
	}
}
