package program

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
)

// What NO_PROXY names the program reaches itself, unless it belongs to the cassettes, to Graph
// or to what --connect-to moves; sign-in hosts only while recording.
func TestDirect(t *testing.T) {
	known := hosts.NewSet()
	if err := known.Name("management.azure.com"); err != nil {
		t.Fatal(err)
	}
	const noProxy = "localhost, .corp.example,graph.microsoft.com,.microsoft.com,*.sharepoint.com,management.azure.com:443,moved.example,login.microsoftonline.com,localhost,"
	for live, want := range map[bool]string{
		false: "localhost .corp.example",
		true:  graph.MachineHost + " localhost .corp.example login.microsoftonline.com",
	} {
		t.Run(map[bool]string{false: "replay", true: "record"}[live], func(t *testing.T) {
			got := (&traffic{known: known}).direct(live, []string{"moved.example:443"}, func(name string) string {
				return map[string]string{"NO_PROXY": noProxy}[name]
			})
			if strings.Join(got, " ") != want {
				t.Errorf("%q, want %s", got, want)
			}
		})
	}
	if got := (&traffic{known: known}).direct(false, nil, func(string) string { return "" }); len(got) != 0 {
		t.Errorf("of no NO_PROXY: %q", got)
	}
}

// Hosts beside Graph are counted, and those beyond the bound are one.
func TestFindingsAreBounded(t *testing.T) {
	x := &traffic{known: hosts.NewSet()}
	for n := range mostHosts + 5 {
		x.refuse(strings.Repeat("a", n+1) + ".example")
	}
	x.refuse("a.example")
	x.record(graph.Host)
	found := x.findings()
	if len(found) != mostHosts+1 || !strings.HasPrefix(found[0].Message, "refused 2 connections to a.example: ") || !strings.HasPrefix(found[mostHosts].Message, "refused 5 connections to 5 more hosts: ") {
		t.Errorf("%d findings: %+v", len(found), found)
	}
	if found[0].Hint == "" || found[1].Hint != "" {
		t.Error("the hint is to stand once")
	}
}
