package proxy

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
)

// Where the hosts of links that are not Graph's are served, below a base URL.
const (
	hostsPath     = "/_graphvcr/hosts/"
	httpHostsPath = "/_graphvcr/http-hosts/" // of stand-ins that speak no TLS
)

// served appends the text with the links below a base URL instead.
func served(out []byte, text string, links []hosts.Link, base string) []byte {
	done := 0
	for i := range links {
		l := &links[i]
		out = append(out, text[done:l.Start]...)
		out = appendServed(out, l, base)
		done = l.End
	}
	return append(out, text[done:]...)
}

func appendServed(out []byte, l *hosts.Link, base string) []byte {
	if l.Escaped {
		base = strings.ReplaceAll(base, "/", `\/`)
	}
	out = append(out, base...)
	if l.Host == "" {
		return out
	}
	path := hostsPath
	if l.Plain {
		path = httpHostsPath
	}
	if l.Escaped {
		path = strings.ReplaceAll(path, "/", `\/`)
	}
	return append(append(out, path...), l.Host...)
}

// servedHeader is a header's value with its links below a base URL. A path in the
// Location of a redirect is one of the host that answered, below home.
func servedHeader(name, value, base, home string, redirect bool) string {
	if redirect && name == "Location" && strings.HasPrefix(value, "/") && !strings.HasPrefix(value, "//") {
		return home + value
	}
	links := hosts.HeaderLinks(name, value)
	if len(links) == 0 {
		return value
	}
	return string(served(nil, value, links, base))
}

// meant is what a client sent with links below a base URL put back to the hosts that they
// stand for; graph is the host of Graph's.
func meant(text, base, graph string) string {
	if strings.Contains(text, base) {
		text = meantIn(text, base, "https://"+graph, "/")
	}
	if escaped := strings.ReplaceAll(base, "/", `\/`); strings.Contains(text, escaped) {
		text = meantIn(text, escaped, "https:\\/\\/"+graph, `\/`)
	}
	return text
}

// goesOn reports whether a name that ended before rest is longer than it seemed.
func goesOn(rest string) bool {
	rest = strings.TrimPrefix(rest, ".") // the end of a sentence, or of a label
	return rest != "" && (ascii.IsHost(rest[0]) || rest[0] == ':')
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
