package cli

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const thingMetadata = `<Edmx Version="4.0"><DataServices><Schema Namespace="microsoft.graph">
<ComplexType Name="place"/><ComplexType Name="unused"/>
<EntityType Name="thing"><Property Name="id" Type="Edm.String"/><Property Name="place" Type="microsoft.graph.place"/></EntityType>
<EntityType Name="rare" BaseType="microsoft.graph.thing"/>
<EntityContainer Name="c"><EntitySet Name="things" EntityType="microsoft.graph.thing"/></EntityContainer>
</Schema></DataServices></Edmx>`

const thingCassette = `version: 2
interactions:
- id: 0
  request: {method: GET, url: "https://graph.microsoft.com/v1.0/things"}
  response: {code: 200, status: 200 OK, body: '{"value": [{"@odata.type": "#microsoft.graph.rare", "id": "3a6fdce1-c261-48bc-89de-1cfef658c0d5"}]}', duration: 0s}
`

// TestSchemaFetch gets metadata from a stand-in once, keeps it, and writes only
// the types that a cassette uses; what a stand-in answers wrongly is kept out.
func TestSchemaFetch(t *testing.T) {
	asked := 0
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Path != "/v1.0/$metadata" || r.Header.Get("Authorization") != "" {
			t.Errorf("asked for %s", r.URL)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(thingMetadata))
	}))
	defer server.Close()
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	t.Setenv("HOME", dir) // the cache of macOS is below it
	t.Setenv("LocalAppData", filepath.Join(dir, "cache"))
	if err := os.Mkdir(filepath.Join(dir, "cassettes"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "cassettes", "c.yaml"), []byte(thingCassette), 0o644); err != nil {
		t.Fatal(err)
	}
	fetch := func(args ...string) (int, string) {
		var out, talk bytes.Buffer
		args = append([]string{"schema", "fetch", "--base-url", server.URL, "--cassettes", filepath.Join(dir, "cassettes"),
			"--scenarios", filepath.Join(dir, "scenarios"), "--schemas", filepath.Join(dir, "schemas")}, args...)
		return Run(t.Context(), args, Streams{Out: &out, Err: &talk}), out.String() + talk.String()
	}
	if status, said := fetch(); status != 0 || asked != 1 || !strings.Contains(said, "2 entity, 1 complex and 0 enum types; 4 files written") {
		t.Fatalf("status %d, asked %d times, said %s", status, asked, said)
	}
	if _, err := os.Stat(filepath.Join(dir, "schemas", "v1.0", "microsoft.graph.unused.json")); err == nil {
		t.Error("a type was written that nothing uses")
	}
	if status, said := fetch(); status != 0 || asked != 1 || !strings.Contains(said, "0 files written, 4 as before") {
		t.Errorf("the cache was not used: status %d, asked %d times, said %s", status, asked, said)
	}
	if status, _ := fetch("--refresh"); status != 0 || asked != 2 {
		t.Errorf("status %d, asked %d times", status, asked)
	}
	status = http.StatusServiceUnavailable
	if status, said := fetch("--refresh"); status != statusCouldNot || !strings.Contains(said, "503 Service Unavailable") {
		t.Errorf("status %d, said %s", status, said)
	}
	if status, said := fetch("--cloud", "moon"); status != statusCouldNot || !strings.Contains(said, "the clouds are china, global") {
		t.Errorf("status %d, said %s", status, said)
	}
}

func TestSchemaInfer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	infer := func(cassette string, args ...string) (int, string) {
		if err := os.WriteFile(file, []byte(cassette), 0o644); err != nil {
			t.Fatal(err)
		}
		var out, talk bytes.Buffer
		return Run(t.Context(), append([]string{"schema", "infer", file}, args...), Streams{Out: &out, Err: &talk}), out.String() + talk.String()
	}
	if status, said := infer(thingCassette); status != 0 || !strings.Contains(said, `"id": {"type": "string", "format": "guid"}`) || !strings.Contains(said, `"title": "things"`) {
		t.Errorf("status %d, said %s", status, said)
	}
	two := thingCassette + strings.NewReplacer("/things", "/me", "id: 0", "id: 1").Replace(strings.SplitAfterN(thingCassette, "\n", 3)[2])
	if status, said := infer(two); status != statusCouldNot || !strings.Contains(said, "choose one: --path '/v1.0/me' (1), --path '/v1.0/things' (1)") {
		t.Errorf("status %d, said %s", status, said)
	}
	if status, said := infer(two, "--path", "/v1.0/me"); status != 0 || !strings.Contains(said, `"title": "me"`) {
		t.Errorf("status %d, said %s", status, said)
	}
	if status, said := infer(strings.ReplaceAll(thingCassette, "code: 200", "code: 404")); status != statusCouldNot || !strings.Contains(said, "is a JSON object") {
		t.Errorf("status %d, said %s", status, said)
	}
}
