package cli

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// The file is fetched from where --base-url says, and nothing else is written.
func TestPermissionsFetch(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/permissions.json" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(`{"permissions": {"User.Read": {"schemes": {}, "pathSets": [{"schemeKeys": ["DelegatedWork"], "methods": ["GET"], "paths": {"/me": ""}}]}}}`))
	}))
	defer server.Close()
	dir := t.TempDir()
	for path, want := range map[string]int{"/permissions.json": statusClean, "/none": statusCouldNot} {
		var out, talk bytes.Buffer
		status := Run(t.Context(), []string{"permissions", "fetch", "--base-url", server.URL + path, "--schemas", dir}, Streams{Out: &out, Err: &talk})
		if status != want || want == statusClean && !strings.HasSuffix(out.String(), "1 permission, 1 path\n") || want != statusClean && !strings.Contains(talk.String(), "404") {
			t.Errorf("%s: status %d, stdout %q, stderr %q", path, status, out.String(), talk.String())
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 || files[0].Name() != "permissions.json" {
		t.Errorf("%v, %v", files, err)
	}
}
