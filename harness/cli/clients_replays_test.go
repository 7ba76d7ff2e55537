package cli

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// thorough reports whether .ci/run asks for the clients. Who tries a change has less to
// wait for.
func thorough() bool { return os.Getenv("GRAPHVCR_CLIENTS") != "" }

// replays runs a client's replay several times, alone and then at once: SDKs ten times.
func (c client) replays(replay func() string) []string {
	alone, atOnce := 1, 1
	if thorough() {
		atOnce = 2
		if c.sdk {
			alone, atOnce = 2, 8
		}
	}
	texts := make([]string, alone+atOnce)
	for i := range alone {
		texts[i] = replay()
	}
	var wg sync.WaitGroup
	for i := alone; i < len(texts); i++ {
		wg.Go(func() { texts[i] = replay() })
	}
	wg.Wait()
	return texts
}

const (
	asItIs   = "redact: {identity: off, content: off}\n"
	redacted = "redact: {keep-headers: [request-id, client-request-id, date]}\n"
)

// A door records a client and replays it, with the cassettes and rules of a folder.
type door func(t *testing.T, c client, command []string, dir string) (live string, again []string)

// forEachRules goes through a door with each client: with all of redaction off that can
// be off, which is to give the transcript of the service itself again and again, and with
// the default rules, which are to give it under one renaming.
func forEachRules(t *testing.T, through door) {
	t.Parallel()
	for _, c := range clients() {
		t.Run(c.name, func(t *testing.T) {
			if !c.sdk && !thorough() {
				t.Skip("without GRAPHVCR_CLIENTS, which .ci/run sets, only SDKs are run through serve and exec")
			}
			command := c.command(t)
			t.Run("as it is", func(t *testing.T) {
				t.Parallel()
				g := startGraph(t)
				straight := transcript(t, command, g.clientEnv(g.GraphURL()), g.names(""))
				live, again := through(t, c, command, projectWith(t, asItIs))
				if live != straight {
					t.Errorf("what the client got while it was recorded differs from what it gets without:\n%s", difference(straight, live))
				}
				wantAll(t, live, again)
			})
			t.Run("redacted", func(t *testing.T) {
				t.Parallel()
				live, again := through(t, c, command, projectWith(t, redacted))
				wantAll(t, again[0], again)
				if err := renamed(live, again[0]); err != nil {
					t.Error(err)
				}
				for _, name := range []string{"Alder Finch", "alder.finch", "c32b4f9d-6e1c-4c57-9394-ac8deaac8b56"} {
					if !strings.Contains(live, name) || strings.Contains(again[0], name) {
						t.Errorf("%q is to be in what the service answers, and not in what is replayed", name)
					}
				}
			})
		})
	}
}

func wantAll(t *testing.T, want string, texts []string) {
	t.Helper()
	for i, text := range texts {
		if text != want {
			t.Errorf("replay %d of %d differs:\n%s", i+1, len(texts), difference(want, text))
			return
		}
	}
}

// projectWith is a folder of cassettes with rules.
func projectWith(t *testing.T, rules string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "cassettes"), 0o755); err != nil {
		t.Fatal(err)
	}
	if rules != "" {
		if err := os.WriteFile(filepath.Join(dir, "cassettes", "rules.yaml"), []byte(rules), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
