package proxy

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
)

// Where the hosts of links that are not Graph's are served, below a base URL.
const (
	hostsPath     = "/_graphvcr/hosts/"
	httpHostsPath = "/_graphvcr/http-hosts/" // of test servers that speak no TLS
)

// served is where the links of a session lead: below a base URL in answers, and back to the
// hosts that they stand for in requests.
type served struct {
	base  string // stands for Graph
	home  string // for the host that answers
	graph string // the host of Graph's
}

func servedAt(base, graph string) served { return served{base, base, graph} }

// append appends a text with its links below the base.
func (s *served) append(out []byte, text string, links []hosts.Link) []byte {
	done := 0
	for i := range links {
		l := &links[i]
		out = append(out, text[done:l.Start]...)
		out = s.appendLink(out, l)
		done = l.End
	}
	return append(out, text[done:]...)
}

func (s *served) appendLink(out []byte, l *hosts.Link) []byte {
	base, path := s.base, hostsPath
	if l.Plain {
		path = httpHostsPath
	}
	if l.Escaped {
		base, path = escaped(base), escaped(path)
	}
	out = append(out, base...)
	if l.Host == "" {
		return out
	}
	return append(append(out, path...), l.Host...)
}

func escaped(text string) string { return strings.ReplaceAll(text, "/", `\/`) }

// header puts the links of a header below the base. A path in the Location of a redirect is
// one of the host that answered.
func (s *served) header(header http.Header, name string, status int) {
	values := slices.Clone(header[name])
	for i, value := range values {
		isPath := strings.HasPrefix(value, "/") && !strings.HasPrefix(value, "//")
		if isPath && name == "Location" && status >= 300 && status < 400 {
			values[i] = s.home + value
		} else if links := hosts.HeaderLinks(name, value); len(links) > 0 {
			values[i] = string(s.append(nil, value, links))
		}
	}
	header[name] = values
}

// marks are the links of a recorded answer.
type marks struct {
	body    []hosts.Link
	headers []string // names of those that hold links
}

func findMarks(text string, header http.Header) any {
	m := &marks{}
	if hosts.IsLinked(header.Get("Content-Type")) {
		m.body = hosts.Links(text)
	}
	for name, values := range header {
		if hosts.HoldsLinks(name, values) {
			m.headers = append(m.headers, name)
		}
	}
	return m
}

// meant is what a client sent with links below the base put back to the hosts that they
// stand for.
func (s *served) meant(text string) string {
	if strings.Contains(text, s.base) {
		text = meantIn(text, s.base, "https://"+s.graph, "/")
	}
	if base := escaped(s.base); strings.Contains(text, base) {
		text = meantIn(text, base, escaped("https://"+s.graph), `\/`)
	}
	return text
}

// meantQuery is meant of a raw query.
func (s *served) meantQuery(query string) string {
	switch {
	case strings.Contains(query, ":/"):
		return s.meant(query)
	case strings.Contains(query, "%3A%2F%2F"):
		return strings.ReplaceAll(query, url.QueryEscape(s.base), url.QueryEscape("https://"+s.graph))
	}
	return query
}

// goesOn reports whether a name that ended before rest is longer than it seemed.
func goesOn(rest string) bool {
	rest = strings.TrimPrefix(rest, ".") // the end of a sentence, or of a label
	return rest != "" && ascii.IsHostPort(rest[0])
}

func meantIn(text, base, graph, slash string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, base)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		text = rest
		if goesOn(rest) {
			out.WriteString(base) // a longer name, another port
			continue
		}
		scheme, path := "https:", strings.ReplaceAll(hostsPath, "/", slash)
		host, other := strings.CutPrefix(rest, path)
		if !other {
			scheme = "http:"
			host, other = strings.CutPrefix(rest, strings.ReplaceAll(httpHostsPath, "/", slash))
		}
		if !other {
			out.WriteString(graph)
			continue
		}
		out.WriteString(scheme + slash + slash)
		text = host
	}
}
