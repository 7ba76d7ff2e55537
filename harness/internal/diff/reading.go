package diff

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// A reading gives the texts of a recording with the names of test servers replaced by
// Graph's own: a service on the loopback interface listens on another port each time. It
// also knows the recording's pseudonyms. The zero reading leaves texts as they are.
type reading struct {
	names *strings.Replacer
	faker *identity.Faker // of a recording that is sealed
}

// readingOf looks for test servers: other hosts that are asked for Graph's versions. Other
// services on the loopback interface (files, sign-in) are one host each time.
func readingOf(recording *cassette.Cassette) reading {
	as := reading{}
	if len(recording.Salt) > 0 {
		as.faker = identity.NewFaker(recording.Salt)
	}
	names := map[string]string{} // by origin
	for _, i := range recording.Interactions {
		u, err := url.Parse(i.Request.URL)
		if err != nil || u.Host == "" {
			continue
		}
		origin := u.Scheme + "://" + u.Host
		switch parsed, err := graphurl.Parse(i.Request.URL); {
		case err != nil || parsed.Host == graphurl.Graph:
		case strings.HasPrefix(u.Path, "/v1.0/") || strings.HasPrefix(u.Path, "/beta/"):
			names[origin] = graph.URL
		case names[origin] == "" && wire.IsLoopback(u.Hostname()):
			names[origin] = "https://loopback"
		}
	}
	if len(names) == 0 {
		return as
	}
	var pairs []string
	for _, origin := range longestFirst(names) { // one port may begin as another does
		pairs = append(pairs, origin, names[origin], strings.ReplaceAll(origin, "/", `\/`), names[origin])
	}
	as.names = strings.NewReplacer(pairs...)
	return as
}

// longestFirst are the texts that are replaced, in an order for a Replacer.
func longestFirst(values map[string]string) []string {
	return slices.SortedFunc(maps.Keys(values), func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
}

func (r reading) text(s string) string {
	if r.names == nil {
		return s
	}
	return r.names.Replace(s)
}

func (r reading) headers(h http.Header) http.Header {
	if r.names == nil {
		return h
	}
	read := make(http.Header, len(h))
	for name, values := range h {
		for _, v := range values {
			read[name] = append(read[name], r.names.Replace(v))
		}
	}
	return read
}

// A pseudonym of a name is another one in every recording that is not made over the last:
// what is compared is that there is one. Ids have pseudonyms of their own form, which
// compare as ids do.

// hides reports whether a text is, as a whole, the pseudonym of a name.
func (as reading) hides(s string) bool { return as.faker != nil && as.faker.IsName(s) }

// masked is a text with {} for the pseudonyms of names in it.
func (as reading) masked(s string) string {
	if as.faker == nil {
		return s
	}
	var b strings.Builder
	end := 0
	for _, span := range as.faker.FindNames(s) {
		b.WriteString(s[end:span.Start] + keyed)
		end = span.End
	}
	if end == 0 {
		return s
	}
	return b.String() + s[end:]
}

// isKeyed reports whether members are entries of a dictionary: none has a name that the
// service gave it.
func (as reading) isKeyed(members map[string]any) bool {
	if as.faker == nil {
		return false
	}
	entries := 0
	for name := range members {
		switch {
		case as.hides(name):
			entries++
		case !strings.HasPrefix(name, "@"):
			return false
		}
	}
	return entries > 0
}

// unhidden is a member's name without its pseudonym, which is another one in other
// recordings: what makes a change that change does not depend on it.
func (as reading) unhidden(own, name string) string {
	switch {
	case as.faker == nil:
	case as.hides(own):
		return keyed
	case as.hidesExtension(own):
		return extension + keyed
	}
	return name
}

// hidesExtension reports whether the name of a directory extension is redacted: what a tenant
// calls it behind the id of its application, or all of it.
func (as reading) hidesExtension(name string) bool {
	rest, is := strings.CutPrefix(name, extension)
	if !is {
		return false
	}
	_, own, _ := strings.Cut(rest, "_")
	return as.hides(own) || identity.IsFake(identity.Atom{Kind: identity.Token, Text: name})
}

// isMixed reports whether one of the recordings is sealed and the other is not.
func (r *recordings) isMixed() bool { return (r.old.as.faker == nil) != (r.new.as.faker == nil) }

func holdsHidden(values map[string]*seen) bool {
	return slices.ContainsFunc(valuesOf(values), func(v value) bool { return v.hidden })
}

// hidden removes from the names of members those that are on one side only, but may be one
// member, since a name is redacted: one and one are compared, of more nothing is known.
func (c *shapes) hidden(names map[string]*shape, old, new *shape) {
	var gone, come []*shape
	someHidden := false
	isOpen := func(name string, s *shape) bool {
		return (old.members[name] == nil) != (new.members[name] == nil) && (s.hidden || c.in.isMixed())
	}
	for name, s := range names {
		switch {
		case !isOpen(name, s):
			continue
		case old.members[name] != nil:
			gone = append(gone, s)
		default:
			come = append(come, s)
		}
		someHidden = someHidden || s.hidden || name == keyed
	}
	if !someHidden || len(gone) == 0 || len(come) == 0 {
		return
	}
	maps.DeleteFunc(names, isOpen)
	if len(gone) == 1 && len(come) == 1 && !c.in.isMixed() {
		c.compare(gone[0], come[0])
	}
}

// hiddenChangeOf is changeOf where one of the values is redacted, or both are. A GUID is
// always known as one: what is hidden is none.
func (v value) hiddenChangeOf(now value) ID {
	other := v
	if v.hidden {
		other = now
	}
	switch {
	case v.hidden && now.hidden:
		return ""
	case other.role == ident && other.id.format == "guid":
		return IDFormat
	case v.role != now.role:
		return ""
	case v.role == link:
		return LinkShape
	case v.role == word, v.role == class:
		return EnumNew
	}
	return ""
}
