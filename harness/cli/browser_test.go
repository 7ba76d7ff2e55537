package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// page asks a server for what a page of an application asks, and for what none may.
const page = `<!doctype html><script>
(async () => {
  const base = %q, said = {}
  const go = async (name, ask) => { try { said[name] = await ask() } catch { said[name] = 'blocked' } }
  const headers = { Authorization: 'Bearer x', 'client-request-id': '1', 'Content-Type': 'application/json' }
  await go('read', async () => { const r = await fetch(base + '/beta/users/adele@contoso.example', { headers }); return r.status + ' ' + (await r.json()).displayName })
  await go('write', async () => (await fetch(base + '/beta/users/87d349ed-44d7-43e1-9a83-5f2406dee5bd', { method: 'PATCH', headers, body: '{"displayName":"Adele V"}' })).status)
  await go('miss', async () => { const r = await fetch(base + '/v1.0/none', { headers }); return r.status + ' ' + (await r.json()).error.code })
  await go('session', async () => (await fetch(base + '/_graphvcr/sessions', { method: 'POST', body: '{}' })).status)
  await go('blind session', async () => (await fetch(base + '/_graphvcr/sessions', { method: 'POST', body: '{}', mode: 'no-cors' })).status)
  await go('health', async () => (await fetch(base + '/_graphvcr/health')).status)
  await fetch('/said', { method: 'POST', body: JSON.stringify(said) })
})()
</script>`

// TestPagesInABrowser: a page of this machine is answered; one of another site is not,
// unless --cors names it; and none opens sessions.
func TestPagesInABrowser(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("there is no chromium")
	}
	const all = "read:200 Adele Vance write:204 miss:501 graphvcr.miss session:blocked blind session:0 health:blocked"
	const none = "read:blocked write:blocked miss:blocked session:blocked blind session:0 health:blocked"
	for name, test := range map[string]struct {
		host, want string
		cors       bool
	}{
		"a page of this machine":    {"localhost", all, false},
		"a page of another site":    {"app.test", none, false},
		"another site that may ask": {"app.test", all, true},
	} {
		t.Run(name, func(t *testing.T) {
			said := make(chan map[string]any, 1)
			var base atomic.Value // of the server, once it is there
			pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/said" {
					var all map[string]any
					if err := json.NewDecoder(r.Body).Decode(&all); err != nil {
						t.Error(err)
					}
					said <- all
					return
				}
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprintf(w, page, base.Load())
			}))
			defer pages.Close()
			origin := strings.Replace(pages.URL, "127.0.0.1", test.host, 1)
			dir := t.TempDir()
			if err := copyProject(dir); err != nil {
				t.Fatal(err)
			}
			args := []string{"--cassette", "users/read"}
			if test.cors {
				args = append(args, "--cors", origin)
			}
			s := startServe(t, dir, args...)
			base.Store(s.plain)
			browser := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
				"--no-first-run", "--user-data-dir="+t.TempDir(), "--host-resolver-rules=MAP app.test 127.0.0.1", origin)
			var told bytes.Buffer
			browser.Stderr = &told
			browser.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir()}
			if err := browser.Start(); err != nil {
				t.Fatal(err)
			}
			defer browser.Wait()
			defer browser.Process.Kill()
			select {
			case all := <-said:
				var got []string
				for _, name := range []string{"read", "write", "miss", "session", "blind session", "health"} {
					got = append(got, fmt.Sprintf("%s:%v", name, all[name]))
				}
				if got := strings.Join(got, " "); got != test.want {
					t.Errorf("got  %s\nwant %s", got, test.want)
				}
			case <-time.After(30 * time.Second):
				t.Errorf("the page said nothing: %s", told.String())
			}
			resp, err := http.Get(s.plain + "/_graphvcr/health")
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			var health struct{ Sessions int }
			if err := json.NewDecoder(resp.Body).Decode(&health); err != nil || health.Sessions != 0 {
				t.Errorf("%+v, %v", health, err)
			}
		})
	}
}
