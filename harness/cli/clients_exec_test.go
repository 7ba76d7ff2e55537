package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A client that knows of nothing is answered on replay just what it was answered while
// exec recorded it, several at a time.
func TestClientsThroughExec(t *testing.T) {
	forEachRules(t, func(t *testing.T, c client, command []string, dir string) (live string, again []string) {
		g := startGraphAsNamed(t)
		live = underExec(t, dir, command, []string{"GRAPH_TOKEN=" + g.UserToken()}, append(g.connectTo(t), "--mode", "record")...)
		g.Close()
		return live, c.replays(func() string { return underExec(t, dir, command, []string{"GRAPH_TOKEN=offline"}) })
	})
}

// underExec is the transcript of a command that graphvcr exec runs.
func underExec(t *testing.T, dir string, command, env []string, flags ...string) string {
	t.Helper()
	args := append([]string{"--cassette", "client"}, flags...)
	cmd := graphvcr(t, dir, "exec", args...)
	return transcript(t, slices.Concat(cmd.Args, []string{"--"}, command), append(slices.Clone(cmd.Env), env...), strings.NewReplacer())
}

// A program that signs in records with the real hosts, and signs in offline on replay.
func TestSignInsThroughExec(t *testing.T) {
	t.Parallel()
	for _, c := range signIns() {
		t.Run(c.name, func(t *testing.T) {
			g := startGraphAsNamed(t)
			dir := projectWith(t, redacted)
			command := c.command(t)
			app := appOf(g.Tenant())
			live := underExec(t, dir, command, append(trusting(g.ca), app...), append(g.connectTo(t), "--mode", "record")...)
			g.Close()
			if !strings.HasSuffix(live, "\n2 users\n") {
				t.Errorf("live:\n%s", live)
			}
			for range 3 {
				if err := renamed(live, underExec(t, dir, command, app)); err != nil {
					t.Error(err)
				}
			}
			text, err := os.ReadFile(filepath.Join(dir, "cassettes", "client.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{"kept~to.itself", "eyJ", "login.microsoftonline.com", "authorization"} {
				if strings.Contains(strings.ToLower(string(text)), strings.ToLower(secret)) {
					t.Errorf("the cassette holds %q", secret)
				}
			}
		})
	}
}
