package cli

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

// TestUploadSessionOnGraph: where an upload session lies on Graph's own host, to which SDKs
// send their token, they upload to it on replay as well: with the rules that keep what can be
// kept the transcript is the live one, and by default they find again what they uploaded.
func TestUploadSessionOnGraph(t *testing.T) {
	t.Parallel()
	for _, c := range sdks() {
		for name, rules := range map[string]string{"as it is": asItIs, "redacted": redacted} {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				command := c.command(t)
				g := startGraphWith(t, emulator.Options{Hosts: emulator.RealNames(), UploadsOnGraph: true})
				dir := projectWith(t, rules)
				live := underExec(t, dir, command, []string{"GRAPH_TOKEN=" + g.UserToken()}, append(g.connectTo(t), "--mode", "record")...)
				g.Close()
				if strings.Count(live, "> PUT https://graph.microsoft.com/v1.0/drives/") != 4 || strings.Count(live, "downloaded what was uploaded: true\n") != 2 {
					t.Fatalf("the upload is not on Graph's host:\n%s", live)
				}
				for n := range programReplays("upload") {
					again := underExec(t, dir, command, []string{"GRAPH_TOKEN=offline"})
					if rules == asItIs && again != live {
						t.Errorf("replay %d differs:\n%s", n+1, difference(live, again))
					}
					if err := renamed(live, again); err != nil {
						t.Errorf("replay %d: %v", n+1, err)
					}
				}
			})
		}
	}
}
