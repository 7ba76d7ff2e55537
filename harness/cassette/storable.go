package cassette

import (
	"fmt"
	"net/url"
)

// Storable reports why no file can hold an interaction in a way that Load reads and a
// replay can use: a *UnstorableError, or nil. Texts and bodies of any bytes can be held.
//
// A status code is one of 100 to 999: that is what net/http reads and writes, and go-vcr
// stores any number, though RFC 9110 (section 15) gives a meaning to those below 600 only.
func (i *Interaction) Storable() error {
	if code := i.Response.Code; !validCode(code) {
		return unstorable("the answer's status code %03d is none of HTTP's, which are 100 to 999", code)
	}
	if _, err := url.Parse(i.Request.URL); err != nil { // the error quotes it, and it may hold a secret
		return unstorable("the request's address cannot be read back")
	}
	for _, is := range [...]struct {
		what  string
		names int
	}{
		{"request's headers", len(i.Request.Headers)}, {"request's trailers", len(i.Request.Trailer)}, {"request's form", len(i.Request.Form)},
		{"answer's headers", len(i.Response.Headers)}, {"answer's trailers", len(i.Response.Trailer)},
	} {
		if is.names > maxKeys {
			return unstorable("the %s are %d, more than the %d that are read", is.what, is.names, maxKeys)
		}
	}
	for _, h := range i.Holes {
		if !h.valid() {
			return unstorable("the request has a hole of kind %q at %q", h.Kind, h.Place)
		}
	}
	return nil
}

// UnstorableError is why an interaction is in no cassette. It costs that interaction
// alone: what else a recording holds is stored. It quotes no value.
type UnstorableError struct{ Message string }

func (e *UnstorableError) Error() string { return e.Message }

func unstorable(format string, args ...any) error {
	return &UnstorableError{fmt.Sprintf(format, args...)}
}
