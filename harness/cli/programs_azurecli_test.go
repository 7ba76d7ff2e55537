package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// azure-cli, a process a command, signed in by a profile that it finds, works on users,
// groups and applications. On replay each command ends as it did live and prints the same
// under one renaming, with the names that it was given itself.
func TestAzureCLIThroughExec(t *testing.T) {
	t.Parallel()
	const az = "/usr/bin/az" // Debian's: no other is asked
	if _, err := os.Stat(az); err != nil {
		missing(t, "azure-cli", "azure-cli is not installed: apt-get install azure-cli")
	}
	if !required("azure-cli") {
		t.Skip("its fifty processes a run take minutes: GRAPHVCR_CLIENTS='programs azure-cli', which .ci/run sets")
	}
	g := startGraphAsNamed(t)
	dir, profile := projectWith(t, ""), t.TempDir()
	g.seedAzureCLI(t, profile)
	script, err := filepath.Abs(filepath.Join(clientsDir, "azure-cli", "directory.sh"))
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(az, filepath.Join(bin, "az")); err != nil {
		t.Fatal(err)
	}
	run := func(flags ...string) string {
		t.Helper()
		command := []string{"bash", "-c", `cd "$1" && exec bash "$2"`, "sh", dir, script}
		return underExec(t, dir, command, []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "AZURE_CONFIG_DIR=" + profile, "PYTHONWARNINGS=ignore"}, flags...)
	}
	live := run(append(g.connectTo(t), "--mode", "record")...)
	addresses := g.addresses(t)
	g.Close()
	wantClosed(t, addresses...)
	wantNone(t, filepath.Join(dir, "cassettes", "client.yaml"), "Frost", "frost", "Winter", "Harbour", "harbour", "Lighthouse", "lamp", "contoso", "Finch", "xWwvJ", "eyJ")
	if commands, failed := strings.Count(live, "== "), strings.Count(live, "\nstatus 3\n"); commands != 43 || failed != 2 || strings.Count(live, "\nstatus 0\n") != 41 {
		t.Fatalf("%d commands, %d of which found nothing; live:\n%s", commands, failed, live)
	}
	equal := 0
	for n := range programReplays("azure-cli") {
		if err := azureAnswered(live, run()); err != nil {
			t.Errorf("replay %d: %v", n+1, err)
		} else {
			equal++
		}
	}
	t.Logf("azure-cli: %d commands, %d replays, %d equal", strings.Count(live, "\n== ")+1, programReplays("azure-cli"), equal)
}

// seedAzureCLI writes a profile of azure-cli in which the stand-in's user is signed in.
func (g tlsGraph) seedAzureCLI(t *testing.T, dir string) {
	t.Helper()
	const client, environment, uid = "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "login.microsoftonline.com", "c32b4f9d-6e1c-4c57-9394-ac8deaac8b56"
	const name = "alder.finch@contoso.onmicrosoft.com"
	tenant, home := g.Tenant(), uid+"."+g.Tenant()
	object := func(pairs ...any) map[string]any {
		o := map[string]any{}
		for n := 0; n < len(pairs); n += 2 {
			o[pairs[n].(string)] = pairs[n+1]
		}
		return o
	}
	for file, content := range map[string]any{
		"azureProfile.json": object("installationId", "0", "subscriptions", []any{object(
			"id", tenant, "name", "N/A(tenant level account)", "state", "Enabled", "user", object("name", name, "type", "user"),
			"isDefault", true, "tenantId", tenant, "homeTenantId", tenant, "environmentName", "AzureCloud", "managedByTenants", []any{})}),
		"msal_token_cache.json": object(
			"Account", object(home+"-"+environment+"-"+tenant, object("home_account_id", home, "environment", environment, "realm", tenant,
				"local_account_id", uid, "username", name, "authority_type", "MSSTS")),
			"RefreshToken", object(home+"-"+environment+"-refreshtoken-"+client+"--", object("home_account_id", home, "environment", environment,
				"client_id", client, "credential_type", "RefreshToken", "secret", g.aRefreshToken(t), "target", "")),
			"AppMetadata", object("appmetadata-"+environment+"-"+client, object("client_id", client, "environment", environment))),
	} {
		text, err := json.Marshal(content)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, file), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	settings := "[core]\ncollect_telemetry = no\nencrypt_token_cache = false\n[logging]\nenable_log_file = no\n"
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
}

// azureAnswered compares the transcripts of directory.sh: the same under one renaming, and
// the very same where a line has no text, or holds a name that the script gave itself.
func azureAnswered(live, again string) error {
	if err := renamed(live, again); err != nil {
		return err
	}
	got := strings.Split(again, "\n")
	for n, line := range strings.Split(live, "\n") {
		texts := strings.Contains(line, `: "`) || strings.HasPrefix(line, "ERROR: ")
		if (!texts || sentNames.MatchString(line)) && got[n] != line {
			return fmt.Errorf("line %d: got %q, want %q", n+1, got[n], line)
		}
	}
	return nil
}

var sentNames = regexp.MustCompile(`(?i)frost|winter|harbour|lighthouse|lamp\.example|nobody`)

func TestAzureAnswered(t *testing.T) {
	const live = "== create\n{\n  \"displayName\": \"Milo Frost\",\n  \"id\": \"ecd50d1b-08ca-45d1-a0c3-88191e0bd94c\",\n  \"mail\": null,\n  \"tenant\": \"contoso\"\n}\nstatus 0\n== show\n" +
		"{\n  \"id\": \"ecd50d1b-08ca-45d1-a0c3-88191e0bd94c\"\n}\nstatus 0\n"
	const other = "9320313e-5e3d-452e-b750-73000b6d0ef1"
	for name, test := range map[string]struct {
		again string
		equal bool
	}{
		"the same":         {live, true},
		"renamed":          {strings.NewReplacer("ecd50d1b-08ca-45d1-a0c3-88191e0bd94c", other, "contoso", "tenant1").Replace(live), true},
		"another's answer": {strings.Replace(live, "ecd50d1b-08ca-45d1-a0c3-88191e0bd94c", other, 1), false},
		"not put back":     {strings.Replace(live, "Milo Frost", "Name 1", 1), false},
		"failed":           {strings.ReplaceAll(live, "status 0", "status 1"), false},
		"not null":         {strings.Replace(live, "null", "true", 1), false},
		"a line less":      {strings.Replace(live, "  \"mail\": null,\n", "", 1), false},
	} {
		if err := azureAnswered(live, test.again); (err == nil) != test.equal {
			t.Errorf("%s: %v", name, err)
		}
	}
}
