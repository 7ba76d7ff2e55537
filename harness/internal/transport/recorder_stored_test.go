package transport_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// What is asked for can be decoded: of the codings only gzip is.
func TestCodings(t *testing.T) {
	for accepted, want := range map[string]string{
		"br, gzip, deflate": "gzip", "gzip;q=0.5, zstd": "gzip", "br": "identity", "*": "identity", "gzip;q=0, *": "identity",
		"gzip": "gzip", "identity": "identity", "": "",
	} {
		var asked string
		r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
			asked = req.Header.Get("Accept-Encoding")
			return answer(req, 200, ""), nil
		})})
		req := newRequest(t, "GET", profile, nil)
		if accepted != "" {
			req.Header.Set("Accept-Encoding", accepted)
		}
		if _, err := r.RoundTrip(req); err != nil {
			t.Fatal(err)
		}
		if asked != want || req.Header.Get("Accept-Encoding") != accepted {
			t.Errorf("%q became %q, and the client's own %q", accepted, asked, req.Header.Get("Accept-Encoding"))
		}
		if got := saved(t, r, file).Interactions[0].Request.Headers.Get("Accept-Encoding"); got != accepted {
			t.Errorf("recorded %q, the client sent %q", got, accepted)
		}
	}
}

// {"a":1} in codings that a client may come upon though only gzip is asked for.
const (
	asBrotli  = "\x0b\x03\x80{\"a\":1}\x03"
	asZstd    = "(\xb5/\xfd\x04\x009\x00\x00{\"a\":1}H\x8b\xfc2"
	asDeflate = "x\x9c\xaaVJT\xb22\xac\x05\x04\x00\x00\xff\xff\b*\x02\t"
)

// Bodies are stored decoded, unless what is compressed is what was sent.
func TestStoredBodies(t *testing.T) {
	plain, packed := `{"a":1}`, zipped(`{"a":1}`)
	for name, c := range map[string]struct {
		kind, encoding, body, want string
		note                       bool
	}{
		"gzip":                     {"application/json", "gzip", packed, plain, false},
		"GZIP of a file":           {"image/png", " GZIP ", packed, plain, false},
		"members of gzip":          {"application/json", "gzip", packed + packed, plain + plain, false},
		"plain, labelled gzip":     {"application/json", "gzip", plain, plain, false},
		"gzip, not labelled":       {"application/json", "", packed, plain, false},
		"a file that is gzip":      {"application/gzip", "", packed, packed, false},
		"nothing, labelled gzip":   {"application/json", "gzip", "", "", false},
		"torn gzip":                {"application/json", "gzip", packed[:15], packed[:15], true},
		"only the magic of gzip":   {"text/plain", "", "\x1f\x8b\x08", "\x1f\x8b\x08", true},
		"br":                       {"application/json", "br", asBrotli, plain, false},
		"br of a file":             {"image/png", "br", asBrotli, plain, false},
		"zstd":                     {"application/json", "zstd", asZstd, plain, false},
		"deflate":                  {"application/json", "deflate", asDeflate, plain, false},
		"plain, labelled br":       {"application/json", "br", plain, plain, false},
		"a coding nobody asks for": {"application/json", "br", "\x0b\x03", "\x0b\x03", true},
		"a form":                   {"application/x-www-form-urlencoded", "", "a=1&b=%20+", "a=1&b=%20+", false},
		"multipart":                {`multipart/form-data; boundary="x"`, "", "--x\r\n\r\n\x00\xff\r\n--x--\r\n", "--x\r\n\r\n\x00\xff\r\n--x--\r\n", false},
		"binary":                   {"image/jpeg", "", "\xff\xd8\x00\n\t", "\xff\xd8\x00\n\t", false},
	} {
		t.Run(name, func(t *testing.T) {
			header := http.Header{"Content-Type": {c.kind}, "Content-Length": {fmt.Sprint(len(c.body))}}
			if c.encoding != "" {
				header.Set("Content-Encoding", c.encoding)
			}
			r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
				io.Copy(io.Discard, req.Body)
				resp := answer(req, 200, c.body)
				resp.Header = header.Clone()
				return resp, nil
			})})
			req := newRequest(t, "POST", profile, strings.NewReader(c.body))
			req.Header = header.Clone()
			resp, err := r.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(resp.Body); err != nil || string(got) != c.body || resp.Header.Get("Content-Encoding") != c.encoding {
				t.Errorf("the client got %q of %q, %v", got, resp.Header.Get("Content-Encoding"), err)
			}
			if c.note != (len(r.Notes()) > 0) {
				t.Errorf("notes %v", r.Notes())
			}
			i := saved(t, r, file).Interactions[0]
			if got := i.Response; got.Body != c.want || got.ContentLength != int64(len(c.want)) || got.Headers.Get("Content-Length") != fmt.Sprint(len(c.want)) {
				t.Errorf("stored %q (%d bytes, %v)", got.Body, got.ContentLength, got.Headers)
			}
			if got := i.Request; got.Body != c.want || got.ContentLength != int64(len(c.want)) || got.Headers.Get("Content-Length") != fmt.Sprint(len(c.want)) {
				t.Errorf("stored the request %q (%d bytes, %v)", got.Body, got.ContentLength, got.Headers)
			}
		})
	}
}

// What is put without a type, and a slice of any, is a file: gzip in it is a file's too.
func TestStoredArchives(t *testing.T) {
	packed := zipped("an archive")
	r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		io.Copy(io.Discard, req.Body)
		resp := answer(req, 206, packed)
		resp.Header = http.Header{"Content-Range": {"bytes 0-9/10"}}
		return resp, nil
	})})
	if _, err := r.RoundTrip(newRequest(t, "PUT", profile, strings.NewReader(packed))); err != nil {
		t.Fatal(err)
	}
	if i := saved(t, r, file).Interactions[0]; i.Request.Body != packed || i.Response.Body != packed {
		t.Errorf("stored %q and %q", i.Request.Body, i.Response.Body)
	}
}

// However a client spells them, credentials are stored neither in the cassette nor in the
// journal, whatever redacts.
func TestCredentialsAreNeverStored(t *testing.T) {
	r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		io.Copy(io.Discard, req.Body)
		resp := answer(req, 200, "{}")
		resp.Header["set-cookie"] = []string{"fpc=hidden"}
		resp.Trailer = http.Header{"Set-Cookie": {"x=hidden"}}
		return resp, nil
	})})
	req := newRequest(t, "POST", "https://adele:hidden@graph.microsoft.com/v1.0/me", strings.NewReader("{}"))
	for _, name := range []string{"authorization", "PROXY-AUTHORIZATION", "cookie", "x-ms-authorization-auxiliary"} {
		req.Header[name] = []string{"hidden"}
	}
	req.Trailer = http.Header{"Authorization": {"hidden"}}
	if _, err := r.RoundTrip(req); err != nil {
		t.Fatal(err)
	}
	if len(req.Header) != 4 || req.URL.User == nil {
		t.Error("the client's own request was changed")
	}
	journal, err := os.ReadFile(journal.Of(file))
	if err != nil {
		t.Fatal(err)
	}
	saved(t, r, file)
	stored, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"journal": journal, "cassette": stored} {
		if bytes.Contains(data, []byte("hidden")) {
			t.Errorf("the %s holds a credential", name)
		}
	}
}
