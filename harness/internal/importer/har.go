package importer

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// har is of HTTP archives, as browsers, Fiddler, Charles, Dev Proxy and others write them
// (http://www.softwareishard.com/blog/har-12-spec). A file may be of any size: it is read entry
// by entry, and what is kept of it is bounded.
var har = Format{
	Kind: HAR, Tool: "an HTTP archive", Ends: []string{".har"}, source: "har", word: "entry",
	Short: "Import HTTP archives (HAR) of browsers, Fiddler, Charles, Polly.js",
	About: `Turns HTTP archives (HAR files of browsers, Fiddler, Charles, Dev Proxy, Polly.js and
other tools) into cassettes and scenarios. Save an archive with content and while the page
is open: an answer whose body is not in the file is left out and told. Credentials,
CORS preflights, tunnels and WebSockets stay behind, with a count.
`,
	Examples: []string{"graph-explorer.har --out .", "captures --out /tmp/imported --report json"},
	isMember: func(name string, value byte) bool { return name == "log" && value == '{' },
}

// describe says of an entry what it is where it is no exchange of a client with Graph.
func (e *HAREntry) describe() {
	i := e.Interaction
	switch {
	case e.local:
		e.nameless = e.scheme() + " addresses"
	case i.Request.Method == http.MethodOptions && i.Request.Headers.Get("Access-Control-Request-Method") != "":
		e.passed = "CORS preflight"
	case i.Request.Method == http.MethodConnect:
		e.passed = "CONNECT tunnel"
	case e.socket || e.scheme() == "ws" || e.scheme() == "wss" || i.Response.Code == http.StatusSwitchingProtocols:
		e.passed = "WebSocket conversation"
	case i.Response.Code <= 0 && e.problem != "":
		e.unanswered = "no answer came: " + e.problem
	case i.Response.Code <= 0:
		e.unanswered = "no answer came (status 0: blocked, aborted or still under way)"
	case i.Response.Body != "" && claimsJSON(i.Response.Headers) && !json.Valid([]byte(i.Response.Body)):
		e.cut = e.Line("response.body")
	}
}

func (e *HAREntry) scheme() string {
	scheme, _, ok := strings.Cut(e.Interaction.Request.URL, ":")
	if !ok {
		return "other"
	}
	return strings.ToLower(scheme)
}

var (
	errAnswerAbsent  = errors.New("the answer's body is not in the file: save the archive with content, while the page is open")
	errRequestAbsent = errors.New("the request's body is not in the file")
)
