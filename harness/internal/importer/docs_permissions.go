package importer

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"github.com/graphvcr/graphvcr/harness/internal/docs"
	"github.com/graphvcr/graphvcr/harness/report"
)

// permissionNotes says what the scenario takes of the page's tables.
func (d *docsImport) permissionNotes() {
	switch tables := d.page.Permissions; {
	case len(tables) == 0:
		d.note(docsRule(docs.Permission), report.Note, 0, "the page has no table of permissions: no step lists any")
	case len(tables) > 1:
		d.note(docsRule(docs.Permission), report.Note, tables[0].Line,
			fmt.Sprintf("the page lists permissions %d times: each step has those whose heading is nearest its path", len(tables)))
	}
}

// permissions chooses the table that is about what an address is about: by the words
// that its lead has in common with the path. The first one wins a draw.
func (d *docsImport) permissions(address string) *docs.Permissions {
	var chosen *docs.Permissions
	most := -1
	words := pathWords(address)
	for i := range d.page.Permissions {
		table := &d.page.Permissions[i]
		score := 0
		for _, word := range strings.FieldsFunc(strings.ToLower(table.Lead), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if words[strings.TrimSuffix(word, "s")] {
				score++
			}
		}
		if score > most {
			chosen, most = table, score
		}
	}
	return chosen
}

// pathWords are the words of an address's path in the singular.
func pathWords(address string) map[string]bool {
	words := map[string]bool{}
	u, err := url.Parse(address)
	if err != nil {
		return words
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		word := strings.TrimSuffix(strings.ToLower(segment), "s")
		words[word] = true
		if word == "me" {
			words["user"] = true
		}
	}
	return words
}
