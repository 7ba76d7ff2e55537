package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// graph is the Graph host.
type graph struct {
	site     *site
	tokens   *tokens
	routes   []route
	throttle throttle
}

func (g *graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := g.answer(r)
	if alter := g.site.options.Alter; alter != nil {
		alter(r, &a)
	}
	a.send(w, r)
}

func (g *graph) answer(r *http.Request) Answer {
	c := &call{
		site:      g.site,
		method:    r.Method,
		url:       graphURL(r),
		header:    r.Header,
		requestID: g.site.ids.guid("request", ""),
		now:       g.site.now(),
	}
	a, err := g.admit(c, r)
	if err != nil {
		a = c.failed(err)
	}
	g.decorate(c, &a)
	return a
}

// graphURL is the request's address under the host that the grammar knows as
// Graph's, whatever name the listener was called by.
func graphURL(r *http.Request) *graphurl.URL {
	u := *r.URL
	u.Scheme, u.Host = "", ""
	return graphurl.FromURL(&u)
}

// admit checks what comes before the request's meaning: body, token, load.
func (g *graph) admit(c *call, r *http.Request) (Answer, error) {
	var err error
	if c.body, err = readBody(r, g.site.options.RejectGzip); err != nil {
		return Answer{}, err
	}
	g.site.mu.Lock()
	defer g.site.mu.Unlock()
	if c.caller, err = g.tokens.check(r.Header.Get("Authorization"), c.now); err != nil {
		return Answer{}, err
	}
	if err := g.throttle.check(c, g.site.options.Throttle); err != nil {
		return Answer{}, err
	}
	return dispatch(g.routes, c)
}

// failed renders an error; what is no fault of the client is the service's.
func (c *call) failed(err error) Answer {
	var f *fault
	if !errors.As(err, &f) {
		f = fail(500, "InternalServerError", "%v", err)
	}
	return f.answer(c.now, c.requestID, c.header.Get("client-request-id"))
}

// decorate adds what every answer carries (real recordings).
func (g *graph) decorate(c *call, a *Answer) {
	h := a.Header
	h.Set("date", c.now.Format(http.TimeFormat))
	h.Set("cache-control", "no-cache")
	h.Set("strict-transport-security", "max-age=31536000")
	h.Set("request-id", c.requestID)
	if id := c.header.Get("client-request-id"); id != "" {
		h.Set("client-request-id", id)
	}
	h.Set("x-ms-ags-diagnostic", fmt.Sprintf(
		`{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"00%d","RoleInstance":"AM1PEPF%s"}}`,
		c.requestID[0]%4, strings.ToUpper(c.requestID[:8])))
	if a.Status != http.StatusUnauthorized {
		h.Set("x-ms-resource-unit", "1")
	}
}

// part answers one request of a batch. The lock is held.
func (g *graph) part(outer *call, method, address string, header http.Header, body []byte) Answer {
	c := *outer
	c.method, c.header, c.body, c.batched = method, header, body, true
	c.header.Set("client-request-id", outer.header.Get("client-request-id"))
	u, err := graphurl.Parse("/" + outer.url.Version + "/" + strings.TrimPrefix(address, "/"))
	if err != nil {
		return c.failed(fail(400, "BadRequest", "Invalid request url: %s", address))
	}
	c.url = u
	if err := g.throttle.check(&c, g.site.options.Throttle); err != nil {
		return c.failed(err)
	}
	a, err := dispatch(g.routes, &c)
	if err != nil {
		a = c.failed(err)
	}
	return a
}
