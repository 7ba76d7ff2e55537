package transport_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// A child records one generation after the other, of so many requests each, and saves
// each into the same cassette.
const (
	killedClients = 8
	killedCalls   = 25
)

// TestKilledRecorder is law 8: it kills recorders at random moments, with several
// clients under way or while they save, and finds every exchange whose answer a client
// had got; the cassette of before is whole, or the new one is. GRAPHVCR_FULL=1 kills a
// hundred.
func TestKilledRecorder(t *testing.T) {
	if file := os.Getenv("GRAPHVCR_KILLED_FILE"); file != "" {
		recordUntilKilled(t, file)
		return
	}
	kills := 10
	if os.Getenv("GRAPHVCR_FULL") == "1" {
		kills = 100
	}
	var sum killed
	for n := range kills {
		k := killOne(t, time.Duration(rand.IntN(200_000))*time.Microsecond)
		t.Logf("kill %d: answered %d, recovered %d, lost %d%s", n+1, k.answered, k.recovered, k.answered-k.recovered, k.found)
		sum.answered, sum.recovered = sum.answered+k.answered, sum.recovered+k.recovered
	}
	lost := sum.answered - sum.recovered
	t.Logf("answered %d, recovered %d, lost %d in %d kills", sum.answered, sum.recovered, lost, kills)
	if lost > 0 || sum.answered == 0 {
		t.Errorf("answered %d, lost %d", sum.answered, lost)
	}
}

// killed is what a kill left of the generation that was under way.
type killed struct {
	answered, recovered int
	found               string
}

func killOne(t *testing.T, after time.Duration) killed {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.yaml")
	before := &cassette.Cassette{Meta: emulated}
	for n := range killedClients * killedCalls {
		before.Interactions = append(before.Interactions, &cassette.Interaction{Request: cassette.Request{Method: "POST", URL: "http://x/", Body: fmt.Sprintf("0 %d", n)}, Response: cassette.Response{Code: 200}})
	}
	if err := before.Save(file, nil); err != nil {
		t.Fatal(err)
	}
	answered, last := answeredUntilKilled(t, file, after)

	c, err := cassette.Load(file)
	if err != nil {
		t.Fatalf("the cassette is not whole: %v", err)
	}
	found := map[string]bool{}
	saved := generationOf(t, c.Interactions, found)
	if len(c.Interactions) != killedClients*killedCalls || saved < last-1 {
		t.Errorf("the cassette holds %d interactions of generation %d, while %d is recorded", len(c.Interactions), saved, last)
	}
	k := killed{found: fmt.Sprintf(" of generation %d, cassette %d", last, saved)}
	k.found += recovered(t, file, found)
	for id := range answered[last] {
		k.answered++
		if found[id] {
			k.recovered++
		}
	}
	return k
}

// answeredUntilKilled runs a child and kills it some time after its first answer.
func answeredUntilKilled(t *testing.T, file string, after time.Duration) (answered map[int]map[string]bool, last int) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestKilledRecorder$")
	child.Env = append(os.Environ(), "GRAPHVCR_KILLED_FILE="+file)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	answered = map[int]map[string]bool{}
	var kill *time.Timer
	for lines := bufio.NewScanner(out); lines.Scan(); {
		id, ok := strings.CutPrefix(lines.Text(), "answered ")
		if !ok {
			t.Error(lines.Text())
			continue
		}
		if kill == nil { // the first answer starts the clock
			kill = time.AfterFunc(after, func() { child.Process.Kill() })
		}
		var generation int
		fmt.Sscan(id, &generation)
		if answered[generation] == nil {
			answered[generation] = map[string]bool{}
		}
		answered[generation][id] = true
		last = max(last, generation)
	}
	_ = child.Wait() // killed
	return answered, last
}

// recovered makes a cassette of what the journal holds, as record --recover does.
func recovered(t *testing.T, file string, found map[string]bool) string {
	t.Helper()
	j, torn, err := journal.Open(journal.Of(file))
	if errors.Is(err, fs.ErrNotExist) {
		return ", no journal"
	}
	if err != nil {
		t.Fatal(err)
	}
	other := strings.TrimSuffix(file, ".yaml") + ".recovered.yaml"
	if _, err := j.Save(other, emulated, journal.Saving{}); err != nil {
		t.Fatal(err)
	}
	c, err := cassette.Load(other)
	if err != nil {
		t.Fatal(err)
	}
	if all, _ := j.Len(); len(c.Interactions) != all {
		t.Errorf("recovered %d interactions of %d", len(c.Interactions), all)
	}
	if err := j.Remove(); err != nil {
		t.Error(err)
	}
	told := fmt.Sprintf(", journal %d with %d", generationOf(t, c.Interactions, found), len(c.Interactions))
	if torn != nil {
		told += fmt.Sprintf(" (%d bytes are torn)", torn.Bytes)
	}
	return told
}

// generationOf is the one generation that interactions are of.
func generationOf(t *testing.T, all []*cassette.Interaction, found map[string]bool) int {
	t.Helper()
	generation := -1
	for _, i := range all {
		var this int
		fmt.Sscan(i.Request.Body, &this)
		if generation >= 0 && this != generation {
			t.Errorf("generations %d and %d in one file", generation, this)
		}
		generation = this
		found[i.Request.Body] = true
	}
	return generation
}

// recordUntilKilled is the child: clients that say what they got.
func recordUntilKilled(t *testing.T, file string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }))
	base := &http.Transport{MaxIdleConnsPerHost: killedClients}
	for generation := 1; ; generation++ {
		j, err := journal.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		r := transport.NewRecorder(j, transport.RecorderOptions{Base: base})
		client := &http.Client{Transport: r}
		var wait sync.WaitGroup
		for g := range killedClients {
			wait.Go(func() {
				for n := range killedCalls {
					id := fmt.Sprintf("%d %d-%d", generation, g, n)
					if _, body := do(t, client, server.URL, call{"POST", "/x", id}); body == id {
						os.Stdout.WriteString("answered " + id + "\n")
					}
				}
			})
		}
		wait.Wait()
		if _, err := r.Save(file, emulated, journal.Saving{}); err != nil {
			t.Fatal(err)
		}
	}
}
