package wire_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }

func TestSendLeavesTheRequest(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), "POST", "https://graph.microsoft.com/v1.0/me", strings.NewReader("old"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = nil
	base := roundTripper(func(sent *http.Request) (*http.Response, error) {
		again, err := sent.GetBody()
		if err != nil {
			return nil, err
		}
		first, _ := io.ReadAll(sent.Body)
		second, _ := io.ReadAll(again)
		if string(first) != "body" || string(second) != "body" || sent.ContentLength != 4 || sent.URL.Host != "localhost" || sent.Header.Get("A") != "b" {
			t.Errorf("sent %q and %q, %d bytes, to %s with %v", first, second, sent.ContentLength, sent.URL, sent.Header)
		}
		resp := &http.Response{Request: sent, Header: http.Header{"Content-Length": {"9"}}}
		wire.SetResponseBody(resp, []byte("answer"))
		return resp, nil
	})
	resp, err := wire.Send(base, req, func(sent *http.Request) {
		sent.URL.Host = "localhost"
		sent.Header.Set("A", "b")
		wire.SetRequestBody(sent, []byte("body"))
	})
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(resp.Body)
	if resp.Request != req || string(text) != "answer" || resp.ContentLength != 6 || resp.Header.Get("Content-Length") != "6" {
		t.Errorf("%q of %d bytes, %v, to %v", text, resp.ContentLength, resp.Header, resp.Request)
	}
	if own, _ := io.ReadAll(req.Body); string(own) != "old" || req.URL.Host != "graph.microsoft.com" || req.Header != nil {
		t.Errorf("the request became %q to %s with %v", own, req.URL, req.Header)
	}
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.yaml")
	broken := errors.New("broken")
	text := func(text string) func(io.Writer) error { return wire.Whole([]byte(text)) }
	expect := func(want string, mode fs.FileMode) {
		t.Helper()
		got, err := os.ReadFile(file)
		info, statErr := os.Stat(file)
		if err := errors.Join(err, statErr); err != nil {
			t.Fatal(err)
		}
		if string(got) != want || runtime.GOOS != "windows" && info.Mode() != mode {
			t.Errorf("the file holds %q, %v; want %q, %v", got, info.Mode(), want, mode)
		}
		var names []string
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		names = slices.DeleteFunc(names, func(name string) bool { return name == "link" })
		if !slices.Equal(names, []string{"a.yaml"}) {
			t.Errorf("the folder holds %q", names)
		}
	}

	if err := wire.Create(file, 0o600, text("first")); err != nil {
		t.Fatal(err)
	}
	expect("first", 0o600)
	if err := wire.Create(file, 0o644, text("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("created twice: %v", err)
	}
	expect("first", 0o600)
	if err := wire.Replace(file, 0o644, text("third")); err != nil {
		t.Fatal(err)
	}
	expect("third", 0o644)
	err := wire.Replace(file, 0o600, func(w io.Writer) error {
		fmt.Fprint(w, "half of")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("a fill that failed: %v", err)
	}
	expect("third", 0o644)
	if err := wire.Replace(filepath.Join(dir, "none", "a.yaml"), 0o600, text("x")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
	if err := os.Symlink(file, filepath.Join(dir, "link")); err != nil {
		t.Skip("no symbolic links here")
	}
	if err := wire.Replace(filepath.Join(dir, "link"), 0o644, text("fourth")); err != nil {
		t.Fatal(err)
	}
	expect("fourth", 0o644)
	other := filepath.Join(t.TempDir(), "b.yaml")
	if err := errors.Join(os.WriteFile(other, []byte("fifth"), 0o600), wire.Move(other, filepath.Join(dir, "link"))); err != nil {
		t.Fatal(err)
	}
	expect("fifth", 0o600)
	if target, err := os.Readlink(filepath.Join(dir, "link")); err != nil || target != file {
		t.Errorf("the link leads to %q, %v", target, err)
	}
}

func TestParallel(t *testing.T) {
	for _, workers := range []int{0, 1, 3, 100} {
		var mu sync.Mutex
		seen := map[int]int{}
		err := wire.Parallel(20, workers, func(i int) error {
			mu.Lock()
			defer mu.Unlock()
			seen[i]++
			if i%9 == 4 {
				return fmt.Errorf("number %d", i)
			}
			return nil
		})
		if err == nil || err.Error() != "number 4\nnumber 13" {
			t.Errorf("%d workers: %v", workers, err)
		}
		for i := range 20 {
			if seen[i] != 1 {
				t.Errorf("%d workers: number %d was done %d times", workers, i, seen[i])
			}
		}
	}
	if err := wire.Parallel(0, 4, func(int) error { return errors.New("called") }); err != nil {
		t.Error(err)
	}
}

// TestRemoveStale: the temporary file of a process that was killed goes; that of a process
// which still writes stays, and so does any other file.
func TestRemoveStale(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-2 * time.Minute)
	for _, name := range []string{".x.yaml.1.tmp", ".x.yaml.2.tmp", ".x.yaml.3.tmp", ".y.yaml.1.tmp", ".x.yaml.tmp2", "x.yaml.1.tmp"} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Chtimes(file, old, old)); err != nil {
			t.Fatal(err)
		}
	}
	held, err := os.Open(filepath.Join(dir, ".x.yaml.2.tmp"))
	if err != nil || !wire.Lock(held) {
		t.Fatal(err)
	}
	defer held.Close()
	if err := os.Chtimes(filepath.Join(dir, ".x.yaml.3.tmp"), time.Time{}, time.Now()); err != nil {
		t.Fatal(err)
	}
	wire.RemoveStale(filepath.Join(dir, "x.yaml"))
	if err := wire.Replace(filepath.Join(dir, "x.yaml"), 0o600, wire.Whole([]byte("new"))); err != nil {
		t.Fatal(err)
	}
	var left []string
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if want := ".x.yaml.2.tmp .x.yaml.3.tmp .x.yaml.tmp2 .y.yaml.1.tmp x.yaml x.yaml.1.tmp"; strings.Join(left, " ") != want {
		t.Errorf("left %v, want %s", left, want)
	}
}
