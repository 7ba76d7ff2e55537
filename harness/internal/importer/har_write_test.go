package importer_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// A cassette that is exported and imported again is the cassette, but for what WriteHAR says.
func TestHARRoundTrip(t *testing.T) {
	cassettes := map[string]*cassette.Cassette{}
	shipped, _ := filepath.Glob("../../../cassettes/*/*.yaml")
	for _, file := range shipped {
		c, err := cassette.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		cassettes[file] = c
	}
	if len(shipped) == 0 {
		t.Fatal("there are no cassettes")
	}
	cassettes["odd"] = odd()
	t.Run("corpus", func(t *testing.T) {
		for _, file := range testkit.Recordings(t) {
			r, err := importer.Reader{}.Read(importer.Of("vcrpy"), file, "x", nil)
			if err != nil {
				t.Fatal(err)
			}
			cassettes[file] = r.Cassette
		}
	})
	for file, c := range cassettes {
		var archive bytes.Buffer
		if err := importer.WriteHAR(&archive, c, "(devel)"); err != nil {
			t.Fatal(file, err)
		}
		har := filepath.Join(t.TempDir(), "x.har")
		if err := os.WriteFile(har, archive.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := importer.Reader{}.Read(importer.Of("har"), har, "x", nil)
		if err != nil {
			t.Fatal(file, err)
		}
		hosts := 0 // of the exchanges that an import leaves out
		for _, n := range again.Rejected {
			hosts += n
		}
		if hosts > 0 {
			t.Errorf("%s: %v were left out", file, again.Rejected)
		}
		if diff := cmp.Diff(exchanges(c), exchanges(again.Cassette), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-before +after):\n%s", file, diff)
		}
		if !c.Meta.RecordedAt.IsZero() && !again.Cassette.Meta.RecordedAt.Equal(c.Meta.RecordedAt) {
			t.Errorf("%s: recorded at %v, then %v", file, c.Meta.RecordedAt, again.Cassette.Meta.RecordedAt)
		}
	}
}

type exchange struct {
	Request  cassette.Request
	Response cassette.Response
}

func exchanges(c *cassette.Cassette) []exchange {
	var all []exchange
	for _, i := range c.Interactions {
		e := exchange{i.Request, i.Response}
		e.Response.Proto, e.Response.ProtoMajor, e.Response.ProtoMinor = "", 0, 0
		e.Request.Proto, e.Request.ProtoMajor, e.Request.ProtoMinor = "", 0, 0
		e.Response.Duration = e.Response.Duration.Round(time.Microsecond)
		e.Request.Headers, e.Response.Headers = e.Request.Headers.Clone(), e.Response.Headers.Clone()
		for _, name := range protocol.CredentialHeaders() {
			e.Request.Headers.Del(name)
			e.Response.Headers.Del(name)
		}
		all = append(all, e)
	}
	return all
}

// odd is a cassette with what archives have a hard time with.
func odd() *cassette.Cassette {
	c := &cassette.Cassette{Name: "odd"}
	for _, i := range []struct {
		method, url, sent string
		code              int
		status, body      string
	}{
		{"GET", "https://graph.microsoft.com/v1.0/me/photo/$value", "", 200, "200 OK", "\xff\xd8\xff\x00"},
		{"PUT", "https://graph.microsoft.com/v1.0/me/photo/$value?a=b%20c&d", "\xff\xd8", 204, "204 No Content", ""},
		{"GET", "https://graph.microsoft.com/v1.0/me", "", 200, "200 Fine", "\n\ttext \u2028 <b>"},
		{"PATCH", "https://graph.microsoft.com/v1.0/me", `{"a": "b"}`, 429, "429 Too Many Requests", `{"error": {}}`},
	} {
		c.Interactions = append(c.Interactions, &cassette.Interaction{
			ID: len(c.Interactions),
			Request: cassette.Request{
				Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Method: i.method, URL: i.url, Host: "graph.microsoft.com",
				Headers: map[string][]string{"Accept": {"a", "b"}}, Body: i.sent, ContentLength: int64(len(i.sent)),
			},
			Response: cassette.Response{
				Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Code: i.code, Status: i.status, Body: i.body,
				ContentLength: int64(len(i.body)), Headers: map[string][]string{"Prefer": {strings.Repeat("x", 3)}}, Duration: 1500,
			},
		})
	}
	return c
}
