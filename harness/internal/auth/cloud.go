package auth

import (
	"net/url"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// An origin is where a request goes: scheme and host, lower case, without a
// scheme's own port.
type origin struct{ scheme, host string }

func originOf(u *url.URL) origin {
	o := origin{strings.ToLower(u.Scheme), strings.ToLower(u.Host)}
	switch o.scheme {
	case "https":
		o.host = strings.TrimSuffix(o.host, ":443")
	case "http":
		o.host = strings.TrimSuffix(o.host, ":80")
	}
	return o
}

// private reports whether what goes there can be read by nobody on the way.
func (o origin) private() bool {
	return o.scheme == "https" || o.scheme == "http" && isLoopback(o.host)
}

func isLoopback(host string) bool { return wire.IsLoopback((&url.URL{Host: host}).Hostname()) }

// address parses a base URL that a person gave, and insists on privacy.
func address(what, raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, &fault.Error{Message: what + " is not an address of the form https://HOST"}
	}
	if !originOf(u).private() {
		return nil, &fault.Error{
			Message: what + " is not https: a token would cross the network in the clear",
			Hint:    "use https; http is for test services on 127.0.0.1, ::1 and localhost",
		}
	}
	return u, nil
}
