package emulator

import (
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

type handler func(*call) (Answer, error)

// A route is a kind of request that is known. In a pattern {} stands for a key and
// : for a colon path; both end up in call.keys, as does the caller's id where a
// pattern begins with me.
type route struct {
	method, pattern string
	need            string // any one of these permissions, least privileged first
	serve           handler
	betaOnly        bool
}

// match reports the keys, and how many words of the pattern were literal.
func (r *route) match(segments []graphurl.Segment) (keys []string, literal int, ok bool) {
	pattern := strings.Split(r.pattern, "/")
	if len(pattern) != len(segments) {
		return nil, 0, false
	}
	for i, p := range pattern {
		s := segments[i]
		switch {
		case p == "{}" && s.Kind != graphurl.ColonPath && s.Kind != graphurl.System:
			keys = append(keys, s.Text)
		case p == ":" && s.Kind == graphurl.ColonPath:
			keys = append(keys, strings.Trim(s.Text, ":"))
		case p == s.Text:
			literal++
		default:
			return nil, 0, false
		}
	}
	return keys, literal, true
}

// find is the route of a request: the most literal pattern. The error is what
// Graph says to a path or method that it does not know.
func find(routes []route, c *call) (*route, []string, error) {
	var found *route
	var foundKeys []string
	best, otherMethod := -1, false
	for i := range routes {
		r := &routes[i]
		keys, literal, ok := r.match(c.url.Segments)
		if !ok || r.betaOnly && c.url.Version != "beta" {
			continue
		}
		if r.method != c.method {
			otherMethod = true
		} else if literal > best {
			found, foundKeys, best = r, keys, literal
		}
	}
	switch {
	case found != nil:
		return found, foundKeys, nil
	case otherMethod:
		return nil, nil, fail(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
	}
	last := ""
	if n := len(c.url.Segments); n > 0 {
		last = c.url.Segments[n-1].Text
	}
	return nil, nil, fail(400, "BadRequest", "Resource not found for the segment '%s'.", last)
}

// dispatch answers a call whose caller is known.
func dispatch(routes []route, c *call) (Answer, error) {
	if c.url.Version != "v1.0" && c.url.Version != "beta" {
		return Answer{}, fail(400, "BadRequest", "Invalid version: %s", strings.TrimPrefix(firstText(c.url), "/"))
	}
	mine := firstText(c.url) == "me"
	if mine && !c.caller.delegated {
		return Answer{}, fail(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
	}
	r, keys, err := find(routes, c)
	if err != nil {
		return Answer{}, err
	}
	if !c.caller.may(r.need) {
		return Answer{}, fail(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	}
	if c.keys = keys; mine {
		c.keys = slices.Insert(keys, 0, c.caller.oid)
	}
	return r.serve(c)
}

func firstText(u *graphurl.URL) string {
	if len(u.Segments) == 0 {
		return ""
	}
	return u.Segments[0].Text
}

// permissions are all that any route asks for, sorted.
func permissions(routes []route) []string {
	var all []string
	for _, r := range routes {
		all = append(all, strings.Fields(r.need)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
