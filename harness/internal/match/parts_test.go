package match

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// multipartRequest is a request of parts, in lines between bars.
func multipartRequest(boundary string, parts ...string) cassette.Request {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("--" + boundary + "\r\n" + strings.ReplaceAll(p, "|", "\r\n") + "\r\n")
	}
	return cassette.Request{
		Method: "POST", URL: below + "/me/onenote/pages", Headers: http.Header{"Content-Type": {"multipart/form-data; boundary=" + boundary}},
		Body: b.String() + "--" + boundary + "--\r\n",
	}
}

// A recorded multipart request is asked for by its parts: their boundary and order are the
// client's, what was replaced in them is known by its part's name, and words have to be equal.
func TestSealedParts(t *testing.T) {
	const (
		disposition = "Content-Disposition: form-data; name="
		image       = disposition + `"imageBlock1"; filename="Dragonfly.png"|Content-Type: image/png||` + "\x89PNG\x00\xff"
		ada, ben    = disposition + `"owner"|Content-Type: application/json||{"displayName":"Ada","userType":"Member"}`, disposition + `"owner"|Content-Type: application/json||{"displayName":"Ben","userType":"Member"}`
	)
	page := func(text string) string {
		return disposition + `"Presentation"|Content-Type: text/html||<p>` + text + `</p>`
	}
	recording := &cassette.Cassette{Name: "recording", File: "recording.yaml", Meta: cassette.Meta{Format: 1}}
	for n, parts := range [][]string{{page("Dragonfly"), ada, image}, {page("Wasp"), ben, image}} {
		recording.Interactions = append(recording.Interactions, &cassette.Interaction{
			ID: n, Line: n + 1, Request: multipartRequest("graphvcr-76895594753e60b922759a6ee90fae8f", parts...), Response: cassette.Response{Code: 201, Body: `{"size":` + string(rune('1'+n)) + `}`},
		})
	}
	x := newIndex(t, Rules{}, sealRecording(t, recording))
	sent := func(s *Session, parts ...string) string {
		r := multipartRequest("5feead2a240e467f9115f9a96465a50b", parts...)
		req, err := http.NewRequest(r.Method, r.URL, strings.NewReader(r.Body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = r.Headers
		answer, err := s.Next(req, []byte(r.Body))
		if err != nil {
			return "miss"
		}
		return answer.Body
	}
	s := x.NewSession()
	for _, c := range []struct {
		parts []string
		want  string
	}{
		{[]string{image, ben, page("Wasp")}, `{"size":2}`},
		{[]string{ada, page("Dragonfly"), strings.Replace(image, "PNG", "GIF", 1)}, `{"size":1}`},
	} {
		if got := sent(s, c.parts...); got != c.want {
			t.Errorf("%.60q: got %s, want %s", c.parts, got, c.want)
		}
	}
	for _, parts := range [][]string{
		{image, strings.Replace(ada, "Member", "Guest", 1), page("Dragonfly")}, // another word
		{image, ada}, {image, ada, ada, page("Dragonfly")}, // a part less, one more
		{strings.Replace(image, "imageBlock1", "imageBlock2", 1), ada, page("Dragonfly")}, // another part
	} {
		if got := sent(x.NewSession(), parts...); got != "miss" {
			t.Errorf("%.60q: got %s, want a miss", parts, got)
		}
	}
}

// TestPartsAreCompared: differences are told part by part, its headers apart from its body.
func TestPartsAreCompared(t *testing.T) {
	const disposition = "Content-Disposition: form-data; name="
	recorded := multipartRequest("a", disposition+`"page"||<p>one</p>`, disposition+`"data"|X-Api-Key: s3cret|Content-Type: application/json||{"n":1,"password":"s3cret"}`, disposition+`"same"||same`)
	sent := multipartRequest("b", disposition+`"same"||same`, disposition+`"data"|Content-Type: text/plain||{"n":2,"password":"s3cret"}`, disposition+`"more"||more`)
	got, err := Rules{}.Compare(&cassette.Interaction{Request: recorded}, &cassette.Interaction{Request: sent})
	want := []Difference{
		{"part.data", `"{\"n\":1,\"password\":\"(hidden)\"}"`, `"{\"n\":2,\"password\":\"(hidden)\"}"`},
		{"part.data.headers.Content-Type", `"application/json"`, `"text/plain"`},
		{"part.data.headers.X-Api-Key", "(hidden)", "(absent)"},
		{"part.more", "(absent)", `"more"`},
		{"part.more.headers.Content-Disposition", "(absent)", `"form-data; name=\"more\""`},
		{"part.page", `"<p>one</p>"`, "(absent)"},
		{"part.page.headers.Content-Disposition", `"form-data; name=\"page\""`, "(absent)"},
	}
	if diff := cmp.Diff(want, got.Differences); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}
