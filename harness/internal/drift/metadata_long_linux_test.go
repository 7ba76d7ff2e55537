package drift_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// TestLongMetadataHistory walks 150 versions of the size of Graph's own metadata, each of
// which changes something, in under a minute of one CPU and a gigabyte.
func TestLongMetadataHistory(t *testing.T) {
	if os.Getenv("GRAPHVCR_FULL") == "" {
		t.Skip("GRAPHVCR_FULL=1 walks 150 versions of 3 MB, without the race detector")
	}
	whole, err := os.ReadFile(testkit.Corpus(t, "metadata/v1.0-Prod.csdl"))
	if err != nil {
		t.Fatal(err)
	}
	const versions = 150
	repository(t)
	importLog(t, versions, func(n int) string {
		// A property comes with each version, and goes two versions later.
		added := fmt.Sprintf(`<EntityType Name="user" BaseType="graph.directoryObject" OpenType="true"><Property Name="new%d" Type="Edm.String"/><Property Name="new%d" Type="Edm.String"/>`, n, n+1)
		return strings.Replace(string(whole), `<EntityType Name="user" BaseType="graph.directoryObject" OpenType="true">`, added, 1)
	})
	before := cost(t)
	suite, err := drift.MetadataHistory(t.Context(), "", "v1.0.csdl", drift.MetadataOptions{})
	if err != nil {
		t.Fatal(err)
	}
	after := cost(t)
	suite.Finish()
	if sum := suite.Summary(); len(suite.Cases) != versions || sum.Errors != versions-1 || sum.Notes != versions-1 {
		t.Errorf("%d cases, %+v", len(suite.Cases), sum)
	}
	took, peak := time.Duration(after.Utime.Nano()+after.Stime.Nano()-before.Utime.Nano()-before.Stime.Nano()), after.Maxrss>>10
	t.Logf("%d versions of %.1f MB: %s of a CPU, %d MB of memory at most", versions, float64(len(whole))/1e6, took.Round(time.Second/10), peak)
	if took > time.Minute {
		t.Errorf("took %s, at most a minute is wanted", took)
	}
	if peak > 1<<10 {
		t.Errorf("took %d MB, at most 1 GB is wanted", peak)
	}
}

// cost is what this process has taken, whatever else the machine does.
func cost(t *testing.T) (used syscall.Rusage) {
	t.Helper()
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return used
}

// importLog makes a commit of each version of a file.
func importLog(t *testing.T, versions int, text func(n int) string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", "fast-import", "--quiet")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(in)
	for n := range versions {
		body := text(n)
		fmt.Fprintf(w, "commit refs/heads/main\ncommitter a <a@b.example> %d +0000\ndata <<end\nversion %d\nend\n\nM 644 inline v1.0.csdl\ndata %d\n", 1_600_000_000+n*86400, n, len(body))
		io.WriteString(w, body)
		io.WriteString(w, "\n")
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}
