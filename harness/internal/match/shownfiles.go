package match

import (
	"maps"
	"slices"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A shownFile is a file as an answer of JSON shows it (v1.0/resources/driveitem): the object
// at a place.
type shownFile struct {
	at     string
	id     string
	root   bool     // it is the whole answer
	link   string   // that leads to its content or, for an upload session's answer, takes it
	hashes []string // names of members
}

// filesIn lists the files that a body shows, in any depth.
func filesIn(body string) (files []shownFile) {
	doc, err := jsondoc.Parse(body)
	if err != nil {
		return nil
	}
	jsondoc.Walk(doc, func(at jsondoc.Place, value any) bool {
		item, _ := value.(map[string]any)
		f := shownFile{root: at.Depth() == 0}
		f.id, _ = item["id"].(string)
		for _, name := range slices.Sorted(maps.Keys(item)) {
			if link, isText := item[name].(string); isText && odata.IsContentMember(name) {
				f.link = link
			}
		}
		file, _ := item["file"].(map[string]any)
		hashes, _ := file["hashes"].(map[string]any)
		for name := range hashes {
			if graph.IsFileHash(name) {
				f.hashes = append(f.hashes, name)
			}
		}
		if f.root || f.id != "" && (len(f.hashes) > 0 || f.link != "") {
			f.at = at.Path("body." + jsondoc.Root)
			files = append(files, f)
		}
		return true
	})
	return files
}
