package replay

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

// BenchmarkReplay1000 replays 1,000 scenarios of 3 steps, each with a cassette of
// its own, from files to the finished suite. s/run is the wall time of one run,
// peak-MB the most memory that the whole process held.
func BenchmarkReplay1000(b *testing.B) {
	p := project1000(b)
	for b.Loop() {
		suite, err := Run(b.Context(), p, Selection{})
		if err != nil {
			b.Fatal(err)
		}
		if sum := suite.Summary(); sum.Passed != 1000 || suite.ExitCode(report.Warning) != 0 {
			b.Fatalf("%+v %+v", sum, suite.Cases[0].Findings)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/run")
	if peak, ok := peakMemory(); ok {
		b.ReportMetric(peak, "peak-MB")
	}
}

func project1000(b *testing.B) *project.Project {
	b.Helper()
	dir := b.TempDir()
	schemas, err := filepath.Abs(filepath.Join("..", "..", "..", "schemas"))
	if err != nil {
		b.Fatal(err)
	}
	for i := range 1000 {
		id := fmt.Sprintf("%08d-0abd-43db-aa7b-16eadd115d34", i)
		write := func(folder, text string) {
			file := filepath.Join(dir, folder, fmt.Sprintf("area%02d", i%20), fmt.Sprintf("s%04d.yaml", i))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(strings.NewReplacer("ID", id, "NUMBER", strconv.Itoa(i)).Replace(text)), 0o644); err != nil {
				b.Fatal(err)
			}
		}
		write("scenarios", benchScenario)
		write("cassettes", benchCassette)
	}
	p, err := project.Open(project.Dirs{Root: dir, Schemas: schemas})
	if err != nil {
		b.Fatal(err)
	}
	return p
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakMemory is what Linux tells of the process (proc(5)).
func peakMemory() (megabytes float64, ok bool) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	m := highWater.FindSubmatch(status)
	if m == nil {
		return 0, false
	}
	kilobytes, err := strconv.Atoi(string(m[1]))
	return float64(kilobytes) / 1024, err == nil
}

const benchScenario = `name: Scenario NUMBER
api: beta
steps:
  - name: read
    request: {method: GET, path: /users/ID}
    expect: {status: 200, body: {id: {format: guid}, displayName: {type: string}}}
    capture: {id: body.id}
  - name: rename
    request: {method: PATCH, path: "/users/{id}", body: {displayName: New name}}
    expect: {status: 204}
  - name: operation
    request: {method: GET, path: "/chats/19:c253a29b5f694b55a6baad8e83510af7@thread.v2/operations/{id}"}
    expect: {status: 200, schema: microsoft.graph.teamsAsyncOperation, body: {status: succeeded}}
`

const benchCassette = `---
version: 2
interactions:
    - id: 0
      request:
        method: GET
        url: https://graph.microsoft.com/beta/users/ID
      response:
        code: 200
        headers: {Content-Type: [application/json]}
        body: '{"id":"ID","displayName":"Adele Vance","mail":"adele@contoso.example"}'
        duration: 0s
    - id: 1
      request:
        method: PATCH
        url: https://graph.microsoft.com/beta/users/ID
        headers: {Content-Type: [application/json]}
        body: '{"displayName":"New name"}'
      response:
        code: 204
        duration: 0s
    - id: 2
      request:
        method: GET
        url: https://graph.microsoft.com/beta/chats/19:c253a29b5f694b55a6baad8e83510af7@thread.v2/operations/ID
      response:
        code: 200
        headers: {Content-Type: [application/json]}
        body: '{"id":"ID","operationType":"createChat","status":"succeeded","attemptsCount":1}'
        duration: 0s
`
