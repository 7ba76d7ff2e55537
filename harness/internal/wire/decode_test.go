package wire_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// coders write a coding.
var coders = map[string]func(io.Writer) io.WriteCloser{
	"gzip":    func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	"deflate": func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
	"raw": func(w io.Writer) io.WriteCloser {
		z, err := flate.NewWriter(w, flate.DefaultCompression)
		if err != nil {
			panic(err)
		}
		return z
	},
	"br": func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
	"zstd": func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
		if err != nil {
			panic(err)
		}
		return z
	},
}

// coded applies codings, the first one first.
func coded(t testing.TB, text string, codings ...string) string {
	t.Helper()
	for _, coding := range codings {
		var out bytes.Buffer
		w := coders[coding](&out)
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		text = out.String()
	}
	return text
}

func TestDecode(t *testing.T) {
	plain, photo := `{"displayName":"Zoë"}`, "\xff\xd8\xff\xe0\x00\x10JFIF\x9d\x12"
	gz := coded(t, plain, "gzip")
	const most = 1 << 20
	for name, c := range map[string]struct {
		kind, label, body, want, left string
		coded                         bool
		err                           string
	}{
		"nothing":                  {"application/json", "gzip", "", "", "", false, ""},
		"plain":                    {"application/json", "", plain, plain, "", false, ""},
		"identity":                 {"application/json", "identity", plain, plain, "", false, ""},
		"gzip":                     {"application/json", "gzip", gz, plain, "", true, ""},
		"x-gzip":                   {"image/png", " X-GZIP ", gz, plain, "", true, ""},
		"gzip of two members":      {"application/json", "gzip", gz + gz, plain + plain, "", true, ""},
		"deflate":                  {"application/json", "deflate", coded(t, plain, "deflate"), plain, "", true, ""},
		"deflate without a header": {"application/json", "deflate", coded(t, plain, "raw"), plain, "", true, ""},
		"br":                       {"application/json", "br", coded(t, plain, "br"), plain, "", true, ""},
		"zstd":                     {"application/json", "zstd", coded(t, plain, "zstd"), plain, "", true, ""},
		"zstd of two frames":       {"", "zstd", coded(t, plain, "zstd") + coded(t, plain, "zstd"), plain + plain, "", true, ""},
		"br of a photo":            {"image/jpeg", "br", coded(t, photo, "br"), photo, "", true, ""},
		"two codings":              {"application/json", "br, gzip", coded(t, plain, "br", "gzip"), plain, "", true, ""},
		"many codings":             {"", strings.Repeat("gzip, ", 9), gz, gz, strings.Repeat("gzip, ", 9), true, "a body of 9 codings"},

		"plain, labelled gzip":    {"application/json", "gzip", plain, plain, "", false, ""},
		"plain, labelled br":      {"application/json", "br", plain, plain, "", false, ""},
		"plain, labelled zstd":    {"application/json", "zstd", plain, plain, "", false, ""},
		"plain, labelled deflate": {"application/json", "deflate", plain, plain, "", false, ""},
		"a photo, labelled gzip":  {"image/jpeg", "gzip", photo, photo, "", false, ""},
		"gzip without a label":    {"application/json", "", gz, plain, "", true, ""},
		"gzip without a type":     {"", "", gz, plain, "", true, ""},
		"a file that is gzip":     {"application/gzip", "", gz, gz, "", false, ""},
		"torn gzip":               {"application/json", "gzip", gz[:15], gz[:15], "gzip", true, "gzip: unexpected EOF"},
		"torn gzip, no label":     {"application/json", "", gz[:15], gz[:15], "", true, "gzip: unexpected EOF"},
		"torn br":                 {"", "br", "\x8b\xff\x00", "\x8b\xff\x00", "br", true, "br: "},
		"more than br":            {"", "br", coded(t, photo, "br") + "x", coded(t, photo, "br") + "x", "br", true, "br: "},
		"torn zstd":               {"", "zstd", coded(t, plain, "zstd")[:9], coded(t, plain, "zstd")[:9], "zstd", true, "zstd: "},
		"an unknown coding":       {"", "compress", "\x1f\x9d", "\x1f\x9d", "compress", true, "compress: this coding is not known"},
		"an inner unknown coding": {"", "dcb, gzip", coded(t, photo, "gzip"), coded(t, photo, "gzip"), "dcb, gzip", true, "dcb: this coding is not known"},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			if c.kind != "" {
				h.Set("Content-Type", c.kind)
			}
			if c.label != "" {
				h["content-encoding"] = []string{c.label} // as some files spell it
			}
			got, left, err := wire.Decode(h, c.body, most)
			if got != c.want || left != c.left || (err == nil) != (c.err == "") || err != nil && !strings.HasPrefix(err.Error(), c.err) {
				t.Errorf("got %q, left %q, %v; want %q, left %q, %s", got, left, err, c.want, c.left, c.err)
			}
			same, _, _ := wire.Decode(h, []byte(c.body), most)
			if string(same) != got {
				t.Errorf("as bytes it is %q", same)
			}
			if coded := wire.Coded(h, c.body); coded != c.coded {
				t.Errorf("coded is %v", coded)
			}
		})
	}
}

// A body that would grow beyond the bound stays as it came, whatever its coding.
func TestBombs(t *testing.T) {
	const most = 1 << 20
	for coding := range coders {
		h := http.Header{"Content-Encoding": {strings.Replace(coding, "raw", "deflate", 1)}}
		for _, c := range []struct {
			size  int
			whole bool
		}{{most, true}, {most + 1, false}, {8 * most, false}} {
			bomb := coded(t, strings.Repeat("\x00", c.size), coding)
			got, _, err := wire.Decode(h, bomb, most)
			if c.whole && (err != nil || len(got) != c.size) || !c.whole && (!errors.Is(err, wire.ErrTooLarge) || got != bomb) {
				t.Errorf("%s of %d bytes: %d bytes, %v", coding, c.size, len(got), err)
			}
		}
	}
}

func TestGunzip(t *testing.T) {
	gz := func(layers int) string {
		text := "hello"
		for range layers {
			text = coded(t, text, "gzip")
		}
		return text
	}
	torn := gz(1)[:12]
	for _, c := range []struct{ body, want string }{
		{"", ""}, {"hello", "hello"}, {gz(1), "hello"}, {gz(2), "hello"}, {gz(7), "hello"}, {gz(100), gz(100)}, {torn, torn},
		{coded(t, torn, "gzip"), torn}, {coded(t, strings.Repeat("x", 2000), "gzip"), coded(t, strings.Repeat("x", 2000), "gzip")},
	} {
		if got := wire.Gunzip(c.body, 1000); got != c.want {
			t.Errorf("%q became %q, want %q", c.body, got, c.want)
		}
	}
}

// However a body is made, what comes back is bounded, and as it was where there is an
// error.
func FuzzDecode(f *testing.F) {
	for coding := range coders {
		f.Add(coding, "application/json", []byte(coded(f, `{"id":"1"}`, coding)))
	}
	f.Add("gzip, br", "", []byte("{}"))
	f.Fuzz(func(t *testing.T, label, kind string, body []byte) {
		const most = 1 << 16
		h := http.Header{"Content-Encoding": {label}, "Content-Type": {kind}}
		before := string(body)
		plain, left, err := wire.Decode(h, body, most)
		switch {
		case err != nil && !bytes.Equal(plain, body):
			t.Errorf("%v, and the body became %q", err, plain)
		case err == nil && left != "":
			t.Errorf("left %q without an error", left)
		case len(plain) > max(most, len(body)):
			t.Errorf("%d bytes became %d", len(body), len(plain))
		}
		wire.Gunzip(body, most)
		wire.Coded(h, body)
		wire.Text(kind, body)
		if string(body) != before {
			t.Error("the body was changed")
		}
	})
}

func TestText(t *testing.T) {
	for _, c := range []struct{ kind, body, want string }{
		{"application/json", "\xef\xbb\xbf12", "12"},
		{"text/plain; charset=utf-8", "Zoë", "Zoë"},
		{"text/plain; charset=iso-8859-1", "Zo\xeb \x93", "Zoë “"},
		{"text/csv; charset=windows-1250", "\xe8\xe1st", "část"},
		{"application/json; charset=latin1", "Zoë", "Zoë"}, // UTF-8, whatever it is labelled
		{"text/csv", "\xff\xfeZ\x00\xeb\x00", "Zë"},
		{"text/csv; charset=utf-16", "\xfe\xff\x00Z\x00\xeb", "Zë"},
		{"text/csv; charset=UTF-16LE", "Z\x00o\x00", "Zo"},
		{"text/csv; charset=utf-16be", "\x00Z\x00o", "Zo"},
		{"text/csv; charset=klingon", "Zo\xeb", "Zo\xeb"},
		{"text/csv; charset", "Zo\xeb", "Zo\xeb"},
		{"", "Zo\xeb", "Zo\xeb"},
	} {
		if got := wire.Text(c.kind, []byte(c.body)); got != c.want {
			t.Errorf("%s: %q became %q, want %q", c.kind, c.body, got, c.want)
		}
	}
}

// A file that is put without a type, and a slice of one, keep their bytes.
func TestDecodeFiles(t *testing.T) {
	gz := coded(t, "plain", "gzip")
	for _, c := range []struct {
		method string
		header http.Header
		want   string
	}{
		{"PUT", http.Header{}, gz},
		{"POST", http.Header{}, "plain"},
		{"PUT", http.Header{"Content-Type": {"text/plain"}}, "plain"},
		{"PUT", http.Header{"Content-Encoding": {"gzip"}}, "plain"},
		{"", http.Header{"Content-Range": {"bytes 0-9/20"}}, gz},
		{"", http.Header{"Content-Range": {"bytes 0-9/20"}, "Content-Encoding": {"gzip"}}, "plain"},
	} {
		if got, _, err := wire.DecodeSent(c.method, c.header, gz, 1<<20); got != c.want || err != nil {
			t.Errorf("%s %v: %q, %v", c.method, c.header, got, err)
		}
	}
}
