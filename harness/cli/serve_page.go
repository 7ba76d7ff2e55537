package cli

import (
	"crypto/rand"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/live"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
)

// shownPage is the page of a server, below a path that nobody can guess.
type shownPage struct {
	*live.Page
	path string
}

// showing has a server show its requests on a page.
func showing(options *proxy.Options, cassettes []string) *shownPage {
	page := &shownPage{live.New(strings.Join(cassettes, ", ")), "/_graphvcr/" + strings.ToLower(rand.Text()) + "/"}
	options.Page, options.PagePath = page.Page, page.path
	options.Seen = func(seen proxy.Seen) {
		r := live.Request{
			Session: seen.Session, Method: seen.Request.Method, URL: seen.Request.URL.Scheme + "://" + seen.Request.URL.Host + seen.Request.URL.Path,
			Cassette: seen.Trace.Answer.Cassette, Interaction: seen.Trace.Answer.Interaction, Miss: seen.Trace.Miss,
		}
		if is := seen.Trace.Stored; is != nil { // of a spy what it recorded, and not that it had no answer before
			r.Cassette, r.Interaction, r.Miss = nil, is, nil
		} else if r.Interaction == nil && r.Miss == nil {
			r.Err = seen.Err
		}
		page.See(r)
	}
	return page
}
