package match

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"
)

func keyOfBody(t *testing.T, header http.Header, body []byte) Key {
	t.Helper()
	req, err := http.NewRequest("POST", below+"/chats", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	return newIndex(t, Rules{}).KeyOf(req, body)
}

// TestCompressedBodies: gzip is known by its magic, whatever the label: after a retry one
// SDK labels a plain body as gzip.
func TestCompressedBodies(t *testing.T) {
	plain := []byte(`{"topic":"a long enough text to be worth it"}`)
	json := http.Header{"Content-Type": {"application/json"}}
	labelled := http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}, "Transfer-Encoding": {"chunked"}}
	want := keyOfBody(t, json, plain)
	once := compress(t, plain)
	for name, key := range map[string]Key{
		"compressed and labelled":     keyOfBody(t, labelled, once),
		"compressed without a label":  keyOfBody(t, json, once),
		"plain and labelled":          keyOfBody(t, labelled, plain),
		"compressed twice":            keyOfBody(t, labelled, compress(t, once)),
		"compressed with other bytes": keyOfBody(t, labelled, compressAt(t, plain, gzip.NoCompression)),
	} {
		if key != want {
			t.Errorf("%s: another key", name)
		}
	}
	for coding, body := range map[string]string{ // of {"a":1}
		"br": "\x0b\x03\x80{\"a\":1}\x03", "zstd": "(\xb5/\xfd\x04\x009\x00\x00{\"a\":1}H\x8b\xfc2",
		"deflate": "x\x9c\xaaVJT\xb22\xac\x05\x04\x00\x00\xff\xff\b*\x02\t", "deflate, br": `{"a":1}`,
	} {
		h := http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {coding}}
		if keyOfBody(t, h, []byte(body)) != keyOfBody(t, json, []byte(`{"a":1}`)) {
			t.Errorf("%s: another key", coding)
		}
	}
	if cut := keyOfBody(t, labelled, once[:len(once)-4]); cut == want || cut.Body == "" {
		t.Error("a cut body equals the whole one")
	}
	if compressed := keyOfBody(t, labelled, compress(t, nil)); compressed != keyOfBody(t, labelled, nil) {
		t.Errorf("nothing, compressed, has the key %+v", compressed)
	}
	if empty := keyOfBody(t, labelled, nil); empty.Body != "" || empty.Headers != "" {
		t.Errorf("no body has the key %+v", empty)
	}
}

func compressAt(t *testing.T, text []byte, level int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestHeadersInTwoSpellings: what maps alone hold counts as if it were sent in one spelling, and
// a header without values as none.
func TestHeadersInTwoSpellings(t *testing.T) {
	want := keyOfBody(t, http.Header{"Prefer": {"a", "b"}, "Content-Type": {"text/plain"}}, []byte("x"))
	for range 10 { // a map has no order
		two := http.Header{"Prefer": {"a"}, "prefer": {"b"}, "content-type": {"text/plain"}, "If-Match": {}, "Accept": nil}
		if key := keyOfBody(t, two, []byte("x")); key != want {
			t.Fatalf("got %+v, want %+v", key, want)
		}
	}
	want = keyOfBody(t, http.Header{"Prefer": {"a", "b"}}, nil)
	for range 10 {
		if key := keyOfBody(t, http.Header{"Prefer": {"a"}, "prefer": {"b"}}, nil); key != want {
			t.Fatalf("without a body: got %+v, want %+v", key, want)
		}
	}
	if key := keyOfBody(t, http.Header{"Content-Type": nil}, []byte("x")); key.Headers != "" {
		t.Errorf("no type is %q", key.Headers)
	}
}

// TestBomb: a body that grows beyond all measure is compared as it came.
func TestBomb(t *testing.T) {
	member := compressAt(t, make([]byte, 1<<20), gzip.BestSpeed) // many of them in a row are one stream
	bomb := bytes.Repeat(member, maxInflated>>20)
	if got := inflate(nil, bomb); len(got) != maxInflated {
		t.Errorf("%d bytes became %d, want %d", len(bomb), len(got), maxInflated)
	}
	bomb = append(bomb, member...)
	if got := inflate(nil, bomb); !bytes.Equal(got, bomb) {
		t.Errorf("%d bytes became %d", len(bomb), len(got))
	}
	nested := []byte("hello")
	for range 100 { // some bodies hold themselves, for ever
		nested = compressAt(t, nested, gzip.BestSpeed)
	}
	if got := inflate(nil, nested); !bytes.HasPrefix(got, nested[:3]) {
		t.Errorf("a hundred layers became %q", got)
	}
}

// TestMultipart: parts are a set by name, the boundary means nothing, and a part
// counts with its name, type and body.
func TestMultipart(t *testing.T) {
	write := func(boundary string, parts ...string) []byte {
		var out strings.Builder
		for _, part := range parts {
			out.WriteString("--" + boundary + "\r\n" + part + "\r\n")
		}
		return []byte(out.String() + "--" + boundary + "--\r\n")
	}
	header := func(boundary string) http.Header {
		return http.Header{"Content-Type": {"multipart/form-data; boundary=" + boundary}}
	}
	page := "Content-Disposition: form-data; name=\"Presentation\"\r\nContent-Type: text/html\r\n\r\n<p>"
	image := "Content-Disposition: form-data; name=\"i\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nPNG"
	data := "Content-Disposition: form-data; name=\"d\"\r\nContent-Type: application/json\r\n\r\n"
	want := keyOfBody(t, header("abc"), write("abc", page, image, data+`{"a":1,"b":2}`))
	if !strings.HasPrefix(want.Body, "multipart:") {
		t.Fatalf("body %q", want.Body)
	}
	same := map[string]Key{
		"another boundary and order":        keyOfBody(t, header("----formdata-undici-012345678901"), write("----formdata-undici-012345678901", data+`{"b":2.0, "a":1}`, image, page)),
		"a boundary that no header names":   keyOfBody(t, http.Header{"Content-Type": {"multipart/form-data"}}, write("x", page, image, data+`{"a":1,"b":2}`)),
		"compressed, as one SDK sends them": keyOfBody(t, header("abc"), compress(t, write("abc", image, page, data+`{"a":1,"b":2}`))),
	}
	for name, key := range same {
		if key != want {
			t.Errorf("%s: another key", name)
		}
	}
	different := map[string]Key{
		"another body":     keyOfBody(t, header("abc"), write("abc", page, image+"2", data+`{"a":1,"b":2}`)),
		"another value":    keyOfBody(t, header("abc"), write("abc", page, image, data+`{"a":1,"b":3}`)),
		"another name":     keyOfBody(t, header("abc"), write("abc", page, strings.Replace(image, `"i"`, `"j"`, 1), data+`{"a":1,"b":2}`)),
		"another type":     keyOfBody(t, header("abc"), write("abc", page, strings.Replace(image, "png", "gif", 2), data+`{"a":1,"b":2}`)),
		"a part less":      keyOfBody(t, header("abc"), write("abc", page, image)),
		"a part twice":     keyOfBody(t, header("abc"), write("abc", page, page, image, data+`{"a":1,"b":2}`)),
		"cut in the midst": keyOfBody(t, header("abc"), write("abc", page, image, data+`{"a":1,"b":2}`)[:150]),
	}
	for name, key := range different {
		if key == want {
			t.Errorf("%s: the same key", name)
		}
	}
}
