package conform

import (
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// options are what the request's address asked of the answer.
func (v *values) options() schema.Options {
	selected, expanded := selection(v.address)
	o := v.plain()
	o.Select, o.Expand, o.Open = selected, expanded, true
	return o
}

// plain are the options of a value that no address asked anything of.
func (e *Exchange) plain() schema.Options {
	return schema.Options{LongTexts: e.longTexts(), Placeholders: e.Placeholders}
}

// longTexts reports whether the client asked for large numbers as texts (OData JSON format
// 4.01, section 3.2). Headers that are kept without their content type leave that open; of
// a body without headers the count of a page says it.
func (e *Exchange) longTexts() bool {
	kind := strings.ToLower(e.Header.Get("Content-Type"))
	if kind != "" {
		return strings.Contains(kind, "ieee754compatible=true")
	}
	body, _ := e.Answer.Doc.(map[string]any)
	_, isText := body[odata.Count].(string)
	return len(e.Header) > 0 || isText
}

// Selection is what an address asks of an answer with $select and $expand. Nothing
// selected is nil, and so is what an address that cannot be read selects.
func Selection(address string) (selected []string, expanded []schema.Expansion) {
	u, err := graphurl.Parse(address)
	if err != nil {
		return nil, nil
	}
	return selection(u)
}

func selection(u *graphurl.URL) (selected []string, expanded []schema.Expansion) {
	for _, o := range u.Options {
		switch o.Name {
		case "$select":
			selected = append(selected, list(o.Value, ',')...)
		case "$expand":
			expanded = append(expanded, expansions(o.Value)...)
		}
	}
	return selected, expanded
}

// expansions reads "a,b($select=c,d;$expand=e($select=f))".
func expansions(text string) []schema.Expansion {
	var all []schema.Expansion
	for _, item := range list(text, ',') {
		name, options, _ := strings.Cut(item, "(")
		e := schema.Expansion{Name: name}
		for _, option := range list(strings.TrimSuffix(options, ")"), ';') {
			key, value, _ := strings.Cut(option, "=")
			switch strings.ToLower(strings.TrimPrefix(key, "$")) {
			case "select":
				e.Select = append(e.Select, list(value, ',')...)
			case "expand":
				e.Expand = append(e.Expand, expansions(value)...)
			}
		}
		all = append(all, e)
	}
	return all
}

// list splits an OData list at separators outside parentheses and quotes; of one in which they
// are not balanced nothing is known.
func list(text string, separator byte) []string {
	items, _ := graphurl.SplitList(text, separator)
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	return slices.DeleteFunc(items, func(item string) bool { return item == "" })
}
