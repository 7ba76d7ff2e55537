package docs

import (
	"encoding/json"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
)

// annotation is what API Doctor's comment says of the block that follows it
// (github.com/OneDrive/apidoctor, "markdown annotations").
type annotation struct {
	line       int
	block      string // in lower case
	names      []string
	typ        string
	collection bool
	wantsError bool
	empty      bool
	opaque     bool
}

// readAnnotation reads a comment; nil when it says nothing about a block.
func readAnnotation(page *Page, line int, comment string) *annotation {
	open := strings.IndexByte(comment, '{')
	if open < 0 || !strings.Contains(comment, "blockType") {
		return nil
	}
	a := &annotation{line: line}
	text, repairs, rest, err := mendJSON(comment[open:])
	members := map[string]any{}
	if err == nil {
		err = json.Unmarshal([]byte(text), &members)
	}
	if err != nil {
		page.note(Annotation, line, "the annotation cannot be read: %v", err)
		a.block = blockWord(comment)
		return a
	}
	if len(repairs) > 0 || strings.TrimSpace(rest) != "" {
		page.minor(Repaired, line, "the annotation is not strict JSON%s", repairs.text(line+strings.Count(comment[:open], "\n")))
	}
	a.read(members)
	return a
}

func (a *annotation) read(members map[string]any) {
	for key, value := range members {
		switch strings.ToLower(key) {
		case "blocktype":
			text, _ := value.(string)
			a.block = strings.ToLower(strings.TrimSpace(text))
		case "name":
			a.names = texts(value)
		case "@odata.type":
			if found := texts(value); len(found) > 0 {
				a.typ = found[0]
			}
		case "iscollection":
			a.collection = truth(value)
		case "expecterror":
			a.wantsError = truth(value)
		case "opaqueurl":
			a.opaque = truth(value)
		case "isempty":
			a.empty = truth(value)
		}
	}
	for _, misspelt := range []string{"@type", "@odata.Type", "@odate.type", "@data.type", "odata.type"} {
		if found := texts(members[misspelt]); a.typ == "" && len(found) > 0 {
			a.typ = found[0]
		}
	}
	a.typ = strings.TrimPrefix(strings.TrimSpace(a.typ), "#")
	if element, ok := odata.ElementOf(a.typ); ok {
		a.typ, a.collection = element, true
	}
}

// texts are a text, or a list of texts.
func texts(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, texts(item)...)
		}
		return all
	}
	return nil
}

// truth reads true, and "true".
func truth(value any) bool {
	text, _ := value.(string)
	return value == true || strings.EqualFold(text, "true")
}

// blockWord finds the kind of a block in an annotation that does not parse.
func blockWord(comment string) string {
	_, after, _ := strings.Cut(comment, "blockType")
	after = strings.TrimLeft(after, "\"'“”: \t")
	end := strings.IndexFunc(after, func(c rune) bool { return c < 'a' || c > 'z' })
	if end < 0 {
		return after
	}
	return after[:end]
}
