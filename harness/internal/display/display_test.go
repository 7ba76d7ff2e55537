package display_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/display"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/identity/numbered"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/saltfile"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// sealed is a cassette with a pseudonym of each kind, beside values that are none.
func sealed() (c *cassette.Cassette, id, name string) {
	salt := []byte("salt of a test")
	faker := identity.NewFaker(salt)
	id = faker.Fake(identity.Atom{Kind: identity.GUID, Text: "87d349ed-44d7-43e1-9a83-5f2406dee5bd"})
	name = faker.Name(numbered.Phrase, "name", 1, "")
	c = &cassette.Cassette{Salt: salt, Meta: cassette.Meta{Origin: cassette.Recorded, Redaction: cassette.Redaction{Salt: saltfile.Digest(salt)}}}
	i := &cassette.Interaction{}
	i.Request.Method, i.Request.URL = "GET", "https://graph.microsoft.com/v1.0/users/"+id
	i.Response.Code = 200
	i.Response.Headers = map[string][]string{"Content-Type": {"application/json"}}
	i.Response.Body = `{"id":"` + id + `","displayName":"` + name + `","template":"62e90394-69f5-4237-9190-012177145e10"}`
	c.Interactions = []*cassette.Interaction{i}
	return c, id, name
}

// What stands for a real value is known as such, and nothing else.
func TestPseudonyms(t *testing.T) {
	c, id, name := sealed()
	got := display.Of(c, c.Interactions[0]).Pseudonyms
	want := []string{id, name}
	if strings.Compare(id, name) > 0 {
		want = []string{name, id}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	c.Meta.Salt = ""
	if got := display.Of(c, c.Interactions[0]).Pseudonyms; got != nil {
		t.Errorf("a cassette that is not sealed has %q", got)
	}
}

// Git sees bodies in lines, and which values are pseudonyms; no body can forge an interaction.
func TestText(t *testing.T) {
	c, id, name := sealed()
	c.Interactions = append(c.Interactions, &cassette.Interaction{})
	c.Interactions[1].Request.URL, c.Interactions[1].Response.Code = "https://graph.microsoft.com/v1.0/me", 404
	c.Interactions[1].Response.Body = "a\n=== interaction 7"
	var out bytes.Buffer
	if err := display.Text(&out, c); err != nil {
		t.Fatal(err)
	}
	want := `origin: recorded

=== interaction 0
  GET /v1.0/users/‹` + id + `›

  HTTP/1.1 200 OK
  Content-Type: application/json

  {
    "id": "‹` + id + `›",
    "displayName": "‹` + name + `›",
    "template": "62e90394-69f5-4237-9190-012177145e10"
  }

=== interaction 1
  GET /v1.0/me

  HTTP/1.1 404 Not Found

  a
  === interaction 7
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestBody(t *testing.T) {
	for body, want := range map[string]string{
		"":                "",
		`{"a":[1]}`:       "{\n  \"a\": [\n    1\n  ]\n}",
		"a,b\r\n1,2":      "a,b\r\n1,2",
		"\x89PNG\r\n\x1a": "(7 bytes, image/png)",
	} {
		if got := display.Body(map[string][]string{"Content-Type": {"image/png; x=y"}}, body); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}

// Compared has the lines of the indented form; those of one place are equal unless the value
// there counts.
func TestCompared(t *testing.T) {
	const old = `{"value":[{"id":"1","size":3,"tags":{}},{"id":"2","none":[]}],"x":"y"}`
	got := display.Compared(old, func(place string) bool { return place == "$['value'][*]['size']" })
	want := "${\n$['value'][\n$['value'][0]{\n$['value'][0]['id']\n$['value'][0]['size']=3\n$['value'][0]['tags']{}\n$['value'][0]}\n" +
		"$['value'][1]{\n$['value'][1]['id']\n$['value'][1]['none'][]\n$['value'][1]}\n$['value']]\n$['x']\n$}"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	compact, err := jsondoc.Compact(nil, old)
	indented, breaks, _, _ := jsondoc.Indent(nil, string(compact), 0)
	if err != nil || breaks != strings.Count(got, "\n") {
		t.Errorf("%d lines of\n%s", strings.Count(got, "\n"), indented)
	}
	for _, bad := range []string{"", "{", strings.Repeat("[", 100) + strings.Repeat("]", 100)} {
		if got := display.Compared(bad, func(string) bool { return true }); got != "" {
			t.Errorf("%.10q: %q", bad, got)
		}
	}
}

// What nobody reads is not indented, which takes the square of its depth.
func TestDeepBodies(t *testing.T) {
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	testkit.Bounded(t, 0, func() {
		if got := display.Body(nil, deep(9000)); got != deep(9000) {
			t.Errorf("%.100q", got)
		}
	})
	if got := display.Body(nil, deep(20)); !strings.Contains(got, "\"a\": {\n") {
		t.Errorf("%.100q", got)
	}
}
