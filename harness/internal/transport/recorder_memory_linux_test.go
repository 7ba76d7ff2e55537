package transport_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// measured is what a recording of many answers took, in a process of its own.
type measured struct {
	record, stop, copy time.Duration // copy: the cassette read and written once more
	peak               int64         // bytes
	size               int64         // of the cassette
}

func (m measured) String() string {
	return fmt.Sprintf("recorded in %v, stopped in %v (%.2f of copying the %d MB, which takes %v), peak memory %d MB",
		m.record.Round(time.Millisecond), m.stop.Round(time.Millisecond), m.stop.Seconds()/m.copy.Seconds(), m.size>>20,
		m.copy.Round(time.Millisecond), m.peak>>20)
}

// TestRecorderMemory records answers of 100 KB, each with people of its own among others
// that recur: the peak does not grow with their number. Stock go-vcr holds all of them,
// which shows that the measure tells. GRAPHVCR_FULL=1 records 10,000.
func TestRecorderMemory(t *testing.T) {
	if task := os.Getenv("GRAPHVCR_MEASURED"); task != "" {
		recordToMeasure(t, task)
		return
	}
	if raceEnabled {
		t.Skip("the race detector takes memory of its own")
	}
	if !testkit.Slow() {
		t.Skip("skipped: memory that 2,000 answers take; .ci/run measures it, or GRAPHVCR_SLOW=1")
	}
	count := 2_000
	if os.Getenv("GRAPHVCR_FULL") == "1" {
		count = 10_000
	}
	for _, name := range []string{"ours", "with-rules", "go-vcr"} {
		count := count
		if name == "go-vcr" {
			count /= 10 // a minute otherwise
		}
		few, m := measure(t, name, count/3), measure(t, name, count)
		t.Logf("%s, %d answers of 100 KB: %v", name, count, m)
		grown, more := m.peak-few.peak, int64(count-count/3)*100<<10
		if holds := grown > more/2; holds != (name == "go-vcr") {
			t.Errorf("%s: peak memory grew by %d MB with the last %d MB of answers", name, grown>>20, more>>20)
		}
	}
}

func measure(t *testing.T, name string, count int) measured {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestRecorderMemory$", "-test.timeout=10m")
	child.Env = append(os.Environ(), "GOGC=20", // what is held counts, not what a late collection left
		fmt.Sprintf("GRAPHVCR_MEASURED=%s %d %s", name, count, t.TempDir()))
	child.Stderr = os.Stderr
	out, err := child.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	var m measured
	for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); {
		if figures, ok := strings.CutPrefix(lines.Text(), "measured "); ok {
			fmt.Sscan(figures, (*int64)(&m.record), (*int64)(&m.stop), (*int64)(&m.copy), &m.size, &m.peak)
		}
	}
	return m
}

// peakMemory is this process's. (That in the rusage of a child begins with its parent's.)
func peakMemory(t *testing.T) (bytes int64) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscanf(strings.TrimSpace(line), "%d kB", &bytes); err != nil {
		t.Fatalf("read VmHWM: %v", err)
	}
	return bytes << 10
}

// recordToMeasure is the child.
func recordToMeasure(t *testing.T, task string) {
	var name, folder string
	var count int
	if _, err := fmt.Sscan(task, &name, &count, &folder); err != nil {
		t.Fatal(err)
	}
	base := service(func(req *http.Request) (*http.Response, error) {
		var n int
		fmt.Sscanf(req.URL.Path, "/v1.0/me/messages/%d", &n)
		return answer(req, 200, page(n, 100<<10)), nil
	})
	carrier, file, done := measurable(t, name, folder, base)
	var m measured
	m.record = spent(t, func() error { return carryAll(carrier, count) })
	m.stop = spent(t, done)
	m.copy = spent(t, func() error { return copyFile(file, &m.size) })
	fmt.Println("measured", int64(m.record), int64(m.stop), int64(m.copy), m.size, peakMemory(t))
}

func measurable(t *testing.T, name, folder string, base http.RoundTripper) (carrier http.RoundTripper, file string, done func() error) {
	t.Helper()
	switch name {
	case "ours":
		r, file := recording(t, transport.RecorderOptions{Base: base})
		return r, file, func() error { return saveAs(r, file, journal.Saving{}) }
	case "with-rules":
		return redacting(t, base)
	}
	file = filepath.Join(folder, "stock")
	stock, err := recorder.NewWithOptions(&recorder.Options{CassetteName: file, Mode: recorder.ModeRecordOnly, RealTransport: base})
	if err != nil {
		t.Fatal(err)
	}
	return stock, file + ".yaml", stock.Stop
}

// carryAll sends requests of 16 clients.
func carryAll(carrier http.RoundTripper, count int) error {
	var wait sync.WaitGroup
	failed := make(chan error, 16)
	client := &http.Client{Transport: carrier}
	for g := range 16 {
		wait.Go(func() {
			for n := g; n < count; n += 16 {
				resp, err := client.Get(fmt.Sprintf("%s/messages/%d", profile, n))
				if err != nil {
					failed <- err
					return
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
	wait.Wait()
	close(failed)
	return <-failed
}

func spent(t *testing.T, what func() error) time.Duration {
	t.Helper()
	began := time.Now()
	if err := what(); err != nil {
		t.Fatal(err)
	}
	return time.Since(began)
}
