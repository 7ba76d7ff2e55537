package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNamesAtOnce: a program on Microsoft's TypeScript SDK asks for all the names in its
// source at once, step after step. On replay each gets the answer about itself, with its
// own name put back, whichever request comes first.
func TestNamesAtOnce(t *testing.T) {
	t.Parallel()
	command := script("node", "node", "node/names.mjs")(t)
	if _, err := os.Stat(filepath.Join(clientsDir, "node", "node_modules", "@microsoft", "msgraph-sdk")); err != nil {
		missing(t, "node", "the client's packages are not here: (cd harness/cli/"+clientsDir+"/node && npm ci)")
	}
	g := startGraphAsNamed(t)
	dir := projectWith(t, "")
	live := underExec(t, dir, command, []string{"GRAPH_TOKEN=" + g.AppToken()}, append(g.connectTo(t), "--mode", "record")...)
	addresses := g.addresses(t)
	g.Close()
	wantClosed(t, addresses...)
	wantNone(t, filepath.Join(dir, "cassettes", "client.yaml"), "Finch", "finch", "Frost", "frost", "Lighthouse", "contoso", "xWwvJ")
	if lines, refused := strings.Count(live, "\n"), strings.Count(live, "refused"); lines != 12+12+4*6 || refused != 4 {
		t.Fatalf("live, %d lines, %d refused:\n%s", lines, refused, live)
	}
	equal := 0
	for n := range programReplays("msgraph-sdk") {
		if err := namesAnswered(live, underExec(t, dir, command, []string{"GRAPH_TOKEN=offline"})); err != nil {
			t.Errorf("replay %d: %v", n+1, err)
		} else {
			equal++
		}
	}
	t.Logf("msgraph-sdk: 48 requests in 8 steps, %d replays, %d equal", programReplays("msgraph-sdk"), equal)
}

// namesAnswered compares what names.mjs prints, a line for a step, a name and its answer:
// what the program had sent by then has to be the same, the rest of a step under one
// renaming.
func namesAnswered(live, again string) error {
	want, got := strings.Split(strings.TrimSpace(live), "\n"), strings.Split(strings.TrimSpace(again), "\n")
	if len(want) != len(got) {
		return fmt.Errorf("%d lines, want %d:\n%s", len(got), len(want), again)
	}
	sent := map[string][]int{"get": {2}, "find": {1, 2}, "create": {1, 2}, "by id": {1, 2, 3, 4}, "by name": {1, 2, 3, 4}} // of id, displayName, userPrincipalName, jobTitle, department
	var r renaming
	step := ""
	for n := range want {
		a, b := strings.Split(want[n], "\t"), strings.Split(got[n], "\t")
		if a[0] != step {
			step, r = a[0], renaming{values: map[string]string{}, ids: map[string]string{}, back: map[string]string{}}
		}
		if len(b) != 3 || a[0] != b[0] || a[1] != b[1] {
			return fmt.Errorf("got %q, want %q", got[n], want[n])
		}
		if err := r.line(a[2], b[2]); err != nil {
			return fmt.Errorf("%w: got %q, want %q", err, got[n], want[n])
		}
		var was, is []any
		if json.Unmarshal([]byte(a[2]), &was) != nil {
			if a[2] != b[2] {
				return fmt.Errorf("got %q, want %q", got[n], want[n])
			}
			continue
		}
		if err := json.Unmarshal([]byte(b[2]), &is); err != nil {
			return err
		}
		for _, i := range sent[step] {
			if was[i] != is[i] {
				return fmt.Errorf("the program sent %v itself: got %q, want %q", was[i], got[n], want[n])
			}
		}
	}
	return nil
}

func TestNamesAnswered(t *testing.T) {
	const live = "get\tA\t[\"1\",\"A\",\"a@x\",null,null]\nget\tB\t[\"2\",\"B\",\"b@x\",null,null]\nabsent\tC\trefused: 404\n"
	for name, test := range map[string]struct {
		again string
		equal bool
	}{
		"the same":         {live, true},
		"renamed":          {strings.ReplaceAll(live, `"1","A"`, `"9","N"`), true},
		"another's answer": {strings.NewReplacer(`"a@x"`, `"b@x"`, `"b@x"`, `"a@x"`).Replace(live), false},
		"not put back":     {strings.ReplaceAll(live, `"a@x"`, `"user1@y"`), false},
		"not refused":      {strings.ReplaceAll(live, "refused: 404", "refused: 501"), false},
		"a line less":      {live[:strings.LastIndex(strings.TrimSpace(live), "\n")], false},
	} {
		if err := namesAnswered(live, test.again); (err == nil) != test.equal {
			t.Errorf("%s: %v", name, err)
		}
	}
}
