package diff

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of lists and their pages.
const (
	PagingAdded       ID = "paging.added"
	PagingRemoved     ID = "paging.removed"
	PagingSize        ID = "paging.size"
	CollectionEmptied ID = "collection.emptied"
)

var pagingRules = []Rule{
	{PagingAdded, report.Warning, true, "an answer that was whole comes in pages", addPaging},
	{PagingRemoved, report.Note, true, "an answer that came in pages is whole", removePaging},
	{PagingSize, report.Note, true, "pages are of another size", resizePages},
	{CollectionEmptied, report.Warning, false, "a list that had items has none", emptyCollection},
}

// paging compares in how many pieces an answer comes.
func (p pair) paging(was, is *exchange) {
	before, after := was.hasNext(), is.hasNext()
	_, isList := is.member("value").([]any)
	sizeBefore, sizeAfter := len(list(was.answered.doc, "value")), len(list(is.answered.doc, "value"))
	d := difference{where: jsondoc.AppendPath(jsondoc.Root, odata.NextLink), examples: []Example{{Old: was.at, New: is.at, Path: "$['value']"}}}
	switch {
	case !before && after && is.grewFrom(was), before && !after && was.grewFrom(is):
		return // more items than fit, or no longer so many
	case !before && after:
		d.rule, d.old, d.new, d.message = PagingAdded, "one answer", "pages", "comes in pages"
	case before && !after:
		d.rule, d.old, d.new, d.message = PagingRemoved, "pages", "one answer", "comes whole"
	case before && sizeBefore != sizeAfter:
		d.rule, d.old, d.new = PagingSize, strconv.Itoa(sizeBefore)+" items a page", strconv.Itoa(sizeAfter)+" items a page"
		d.message = "pages hold " + strconv.Itoa(sizeAfter) + " items, were " + strconv.Itoa(sizeBefore)
	case !before && sizeBefore > 0 && sizeAfter == 0 && isList && is.member(odata.DeltaLink) == nil && was.circumstances == is.circumstances:
		d.rule, d.where, d.old, d.new, d.message = CollectionEmptied, "$['value']", "items", "none", "has no items"
	default:
		return
	}
	p.add(d)
}

// grewFrom reports whether a list came whole once and in pages now because it has more
// items: its first page holds no fewer than there were, and further ones the rest.
func (e *exchange) grewFrom(whole *exchange) bool {
	was, first := len(list(whole.answered.doc, "value")), len(list(e.answered.doc, "value"))
	all := first
	for _, page := range e.pages {
		all += len(list(page.answered.doc, "value"))
	}
	return first >= was && all > first
}

func (e *exchange) hasNext() bool { return text(e.answered.doc, odata.NextLink) != "" }

// addPaging splits the first list that came whole into two pages.
func addPaging(m *mutation) string {
	return m.once(func(op *operation, answers []*exchange) bool {
		return op.follows == "" && len(op.threads) == 1 && answers[0].isRead() && len(list(answers[0].answered.doc, "value")) > 0 && !answers[0].hasNext() &&
			text(answers[0].answered.doc, odata.DeltaLink) == ""
	}, func(answers []*exchange) {
		for _, e := range answers {
			items := list(e.answered.doc, "value")
			if len(items) == 0 {
				continue
			}
			half := (len(items) + 1) / 2
			glue := "?"
			if strings.Contains(e.at.Request.URL, "?") {
				glue = "&"
			}
			next := e.at.Request.URL + glue + fmt.Sprintf("$skiptoken=page2at%d", e.at.ID)
			rest := map[string]any{"value": items[half:]}
			root := e.answered.doc.(map[string]any)
			if context := root[odata.Context]; context != nil {
				rest[odata.Context] = context
			}
			root["value"], root[odata.NextLink] = items[:half], next
			e.write()
			page := *e
			at := *e.at
			at.Request.URL, at.Request.RequestURI = next, ""
			page.at, page.answered.doc = &at, rest
			page.write()
			m.changed.Interactions = slices.Insert(m.changed.Interactions, slices.Index(m.changed.Interactions, e.at)+1, &at)
		}
	})
}

// paged changes the first answer that came in pages, all of them recorded, and of so many
// items at least.
func (m *mutation) paged(least int, change func(e *exchange)) string {
	return m.once(func(op *operation, answers []*exchange) bool {
		return len(op.threads) == 1 && len(op.threads[0].phases) == 1 && len(answers[0].pages) > 0 && len(op.threads[0].phases[0].answers) == 1 &&
			len(list(answers[0].answered.doc, "value")) >= least
	}, func(answers []*exchange) { change(answers[0]) })
}

func removePaging(m *mutation) string {
	return m.paged(0, func(e *exchange) {
		root := e.answered.doc.(map[string]any)
		items := list(root, "value")
		for _, page := range e.pages {
			items = append(items, list(page.answered.doc, "value")...)
			if delta := page.member(odata.DeltaLink); delta != nil {
				root[odata.DeltaLink] = delta
			}
			m.remove(page)
		}
		root["value"] = items
		delete(root, odata.NextLink)
		e.write()
	})
}

func resizePages(m *mutation) string {
	return m.paged(2, func(e *exchange) {
		root, next := e.answered.doc.(map[string]any), e.pages[0].answered.doc.(map[string]any)
		items := list(root, "value")
		last := len(items) - 1
		root["value"], next["value"] = items[:last], append([]any{items[last]}, list(next, "value")...)
		e.write()
		e.pages[0].write()
	})
}

func emptyCollection(m *mutation) string {
	return m.once(func(_ *operation, answers []*exchange) bool {
		return len(list(answers[0].answered.doc, "value")) > 0 && !answers[0].hasNext() && answers[0].isRead()
	}, func(answers []*exchange) {
		for _, e := range answers {
			if root, _ := e.answered.doc.(map[string]any); len(list(root, "value")) > 0 {
				root["value"] = []any{}
				e.write()
			}
		}
	})
}
