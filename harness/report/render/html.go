package render

import (
	"crypto/sha256"
	_ "embed" // for the page's parts
	"encoding/base64"
	"html/template"
	"io"
	"sync"

	"github.com/graphvcr/graphvcr/harness/report"
)

// The page is one file: no network, no cookie, nothing but what the suite holds. Its
// policy lets it run its own script and no other, so that even text which escaped the
// template's escaping could do nothing.
var (
	//go:embed page/page.html
	pageHTML string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/page.js
	pageJS string
)

func writeHTML(w io.Writer, s *report.Suite, _ Style) error {
	p := pageOf(s)
	p.Policy = policy("")
	return writePage(w, p)
}

func writePage(w io.Writer, p *htmlPage) error {
	parsed, err := pageTemplate()
	if err != nil {
		return err
	}
	p.CSS, p.JS = template.CSS(pageCSS), template.JS(pageJS)
	return parsed.Execute(w, p)
}

// pageTemplate is parsed once; it is never changed.
var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page").Parse(pageHTML)
})

// policy allows the page's own style and script, by their digests, and a connection where
// one is named.
func policy(connect string) string {
	digest := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	text := "default-src 'none'; style-src " + digest(pageCSS) + "; script-src " + digest(pageJS) + "; base-uri 'none'; form-action 'none'"
	if connect != "" {
		text += "; connect-src " + connect
	}
	return text
}
