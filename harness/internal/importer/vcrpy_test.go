package importer

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// Each file holds a recording and what VCRPy makes of it. UPDATE_GOLDEN=1
// rewrites the latter; read the difference before it is committed.
func TestVCRPy(t *testing.T) {
	testkit.Archives(t, "testdata/*.txtar", func(t *testing.T, archive *testkit.Archive) {
		recording := filepath.Join(t.TempDir(), "recording.yaml")
		if err := os.WriteFile(recording, archive.Files[0].Data, 0o600); err != nil {
			t.Fatal(err)
		}
		archive.Want(t, "want", strings.ReplaceAll(describe(Reader{}.Read(Of("vcrpy"), recording, "sub/some_recording", nil)), recording, "recording.yaml"))
	})
}

func describe(r *Result, err error) string {
	var out bytes.Buffer
	if err != nil {
		fmt.Fprintf(&out, "error: %v\n", err)
		if hint := fault.Hint(err); hint != "" {
			fmt.Fprintf(&out, "hint: %s\n", hint)
		}
		return out.String()
	}
	for _, i := range r.Cassette.Interactions {
		fmt.Fprintf(&out, "%d (line %d): %s %s %s %q\n", i.ID, i.Line, i.Request.Method, i.Request.URL, headerText(i.Request.Headers), i.Request.Body)
		fmt.Fprintf(&out, "  -> %s %s %q\n", i.Response.Status, headerText(i.Response.Headers), i.Response.Body)
	}
	for _, host := range slices.Sorted(maps.Keys(r.Rejected)) {
		fmt.Fprintf(&out, "rejected: %s %d\n", host, r.Rejected[host])
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&out, "%s:%d: %s: %s\n", f.File, f.Line, f.Rule, f.Message)
	}
	if len(r.Scenario) > 0 {
		fmt.Fprintf(&out, "scenario:\n%s", r.Scenario)
	}
	return out.String()
}

func headerText(h map[string][]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(h)) {
		parts = append(parts, name+"="+strings.Join(h[name], ","))
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// The ten real recordings hold 148 exchanges with Microsoft Graph; all of them
// come over, with the bodies as they are.
func TestRealRecordings(t *testing.T) {
	files := testkit.Recordings(t)
	total := 0
	for _, file := range files {
		r, err := Reader{}.Read(Of("vcrpy"), file, strings.TrimSuffix(filepath.Base(file), ".yaml"), nil)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		for _, f := range r.Findings {
			t.Errorf("%s:%d: %s", f.File, f.Line, f.Message)
		}
		if len(r.Scenario) == 0 {
			t.Errorf("%s: no scenario drafted", file)
		}
		total += len(r.Cassette.Interactions)
	}
	if len(files) != 10 || total != 148 {
		t.Errorf("imported %d exchanges of %d recordings, want 148 of 10", total, len(files))
	}
	t.Logf("imported %d exchanges of %d recordings", total, len(files))
}

func FuzzVCRPy(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive.Files[0].Data)
	}
	const file = "recording.yaml"
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := importText(Of(VCRPy), file, "x", data)
		if err != nil {
			if !strings.Contains(err.Error(), file) {
				t.Fatalf("the error does not name the file: %v", err)
			}
			return
		}
		rejected := 0
		for _, n := range r.Rejected {
			rejected += n
		}
		if len(r.Cassette.Interactions) == 0 && rejected == 0 && len(r.Findings) == 0 && bytes.Contains(data, []byte("request")) && bytes.Contains(data, []byte("- ")) {
			t.Skip("an empty list of interactions")
		}
		for _, i := range r.Cassette.Interactions {
			if i.Request.Headers.Get("Authorization") != "" || i.Response.Headers.Get("Set-Cookie") != "" {
				t.Fatal("a credential came over")
			}
		}
	})
}
