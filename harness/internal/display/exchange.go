package display

import (
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Of is an interaction of a cassette as reports show it.
func Of(c *cassette.Cassette, i *cassette.Interaction) report.Exchange {
	id := i.ID
	e := report.Exchange{
		Interaction: &id, Place: report.Place{File: c.File, Line: i.Line},
		Method: i.Request.Method, URL: i.Request.URL, Status: i.Response.Code, Took: i.Response.Duration,
		Request:  report.Content{Header: i.Request.Headers, Body: Body(i.Request.Headers, i.Request.Body)},
		Response: report.Content{Header: i.Response.Headers, Body: Body(i.Response.Headers, i.Response.Body)},
	}
	if e.Method == "" {
		e.Method = http.MethodGet
	}
	e.Pseudonyms = pseudonyms(c, &e)
	return e
}

// Body is a body as people read it: JSON in lines, other text as it is, and of bytes how many
// they are.
func Body(header http.Header, body string) string {
	if body == "" {
		return ""
	}
	// JSON that is nested so deep that its indentation would take many times its size stays as it is.
	if compact, err := jsondoc.Compact(nil, body); err == nil {
		if indented, _, _, ok := jsondoc.Indent(nil, string(compact), 0); ok {
			return string(indented)
		}
	}
	kind := header.Get("Content-Type")
	if isText(body) {
		return body
	}
	if media, _, err := mime.ParseMediaType(kind); err == nil {
		kind = media
	}
	return strings.Replace(fmt.Sprintf("(%d bytes, %s)", len(body), kind), ", )", ")", 1)
}

func isText(body string) bool {
	if !utf8.ValidString(body) {
		return false
	}
	return strings.IndexFunc(body, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
	}) < 0
}

// mostSearched bounds the text of an exchange in which pseudonyms are looked for.
const mostSearched = 1 << 20

// pseudonyms are the texts of an exchange that stand for real values.
func pseudonyms(c *cassette.Cassette, e *report.Exchange) []string {
	if c.Meta.Salt == "" {
		return nil
	}
	var names *identity.Faker
	if len(c.Salt) > 0 {
		names = identity.NewFaker(c.Salt)
	}
	found := map[string]bool{}
	search := func(text string) {
		for _, span := range identity.Find(text) {
			atoms := identity.Atoms(text[span.Start:span.End])
			isReal := func(a identity.Atom) bool { return !identity.IsFake(a) }
			if len(atoms) > 0 && !slices.ContainsFunc(atoms, isReal) {
				found[text[span.Start:span.End]] = true
			}
		}
		if names != nil {
			for _, span := range names.FindNames(text) {
				found[text[span.Start:span.End]] = true
			}
		}
	}
	texts := []string{e.URL, e.Request.Body, e.Response.Body}
	for _, header := range []map[string][]string{e.Request.Header, e.Response.Header} {
		for _, values := range header {
			texts = append(texts, values...)
		}
	}
	for _, text := range texts {
		search(text[:min(len(text), mostSearched)])
	}
	return slices.Sorted(maps.Keys(found))
}
