package cli

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// keepers are the programs that keep their tokens in a file, as MSAL writes it.
func keepers() []client {
	return []client{
		{"msal-go", true, goProgram("go", "keep")},
		{"msal-node", true, script("node", "node", "node/keep.mjs")},
		{"msal-python", true, func(t *testing.T) []string {
			file, err := filepath.Abs(filepath.Join(clientsDir, "python/keep.py"))
			if err != nil {
				t.Fatal(err)
			}
			for _, python := range []string{"python3", "/usr/bin/python3"} {
				if exec.Command(python, "-c", "import msal, requests").Run() == nil {
					return []string{python, file}
				}
			}
			missing(t, "msal-python", "MSAL for Python is not installed: apt-get install python3-msal")
			return nil
		}},
	}
}

// tokenCache is MSAL's cache, the same in all languages.
type tokenCache struct {
	Account, RefreshToken, AppMetadata, AccessToken map[string]map[string]any
}

func readTokenCache(t *testing.T, file string) tokenCache {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var c tokenCache
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// expireTokens lets the access tokens of a cache be too old to be used, as they are on
// the morning after.
func expireTokens(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]map[string]map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for _, token := range all["AccessToken"] {
		past := strconv.FormatInt(time.Now().Add(-time.Hour).Unix(), 10)
		token["expires_on"], token["extended_expires_on"] = past, past
	}
	if text, err = json.Marshal(all); err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestReplaysKeepTheSignIn: after ten replays the cache of a client holds the account and
// the refresh token that the real hosts gave it, and a live run at once signs in with it.
func TestReplaysKeepTheSignIn(t *testing.T) {
	t.Parallel()
	apps := map[string]int{
		"5c1e2f0a-7d3b-4b8e-9c64-2f1a0b9d8e7c": 10,
		"04b07795-8ddb-461a-bbee-02f9e1bf7b46": 2, // Azure CLI, which shares its refresh tokens with other apps
	}
	for _, c := range keepers() {
		for id, replays := range apps {
			t.Run(c.name+"/"+id[:8], func(t *testing.T) {
				t.Parallel()
				g := startGraphAsNamed(t)
				dir, file := projectWith(t, redacted), filepath.Join(t.TempDir(), "cache.json")
				command := c.command(t)
				env := append(trusting(g.ca), "AZURE_TENANT_ID="+g.Tenant(), "AZURE_CLIENT_ID="+id, "TOKEN_CACHE="+file, "REQUESTS_CA_BUNDLE="+g.ca)
				run := func(how string, flags ...string) {
					t.Helper()
					if got := underExec(t, dir, append(slices.Clone(command), how), env, flags...); got != "200\n" {
						t.Fatalf("%s: the client was answered %q", how, got)
					}
				}
				live := append(g.connectTo(t), "--mode", "record")
				run("sign-in", live...)
				before := readTokenCache(t, file)
				for range replays {
					expireTokens(t, file)
					run("renew")
				}
				after := readTokenCache(t, file)
				if diff := cmp.Diff(before.Account, after.Account); diff != "" {
					t.Errorf("the accounts have changed:\n%s", diff)
				}
				if diff := cmp.Diff(before.AppMetadata, after.AppMetadata); diff != "" {
					t.Errorf("what is known of the app has changed:\n%s", diff)
				}
				for key, token := range before.RefreshToken {
					if kept := after.RefreshToken[key]; kept["secret"] != token["secret"] || kept["family_id"] != token["family_id"] {
						t.Errorf("the refresh token has changed")
					}
					for key, other := range after.RefreshToken {
						if other["secret"] != token["secret"] {
							t.Errorf("a refresh token that the real hosts have not given: %s", key)
						}
					}
				}
				if len(before.Account) != 1 || len(before.RefreshToken) != 1 {
					t.Errorf("the cache was not the one of a user: %d accounts, %d refresh tokens", len(before.Account), len(before.RefreshToken))
				}
				for _, token := range after.AccessToken {
					ends, err := strconv.ParseInt(token["expires_on"].(string), 10, 64)
					if err != nil || time.Until(time.Unix(ends, 0)) >= 5*time.Minute {
						t.Errorf("an access token that MSAL would use again: until %v", token["expires_on"])
					}
				}
				run("silent", live...) // the stand-in answers 401 to any token but its own
			})
		}
	}
}
