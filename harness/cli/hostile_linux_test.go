package cli

import (
	"bufio"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// What a command may take, whatever it is given.
const (
	mostTime   = time.Minute
	mostMemory = 500 << 20
)

// mostWork is how long of the processors, by the command itself: two seconds where nothing runs
// beside it, as with GRAPHVCR_FULL=1. A processor that others share does less in a second.
var mostWork = 3 * time.Second

func init() {
	if os.Getenv("GRAPHVCR_FULL") != "" {
		mostWork = 2 * time.Second
	}
}

// patience is how often a command is tried that took too long: whatever else runs on this
// machine makes it take longer, and the least counts.
const patience = 3

// alone is held by a command that is tried again, and shared by all others.
var alone sync.RWMutex

// leastOf runs a command until it takes no longer than one may.
func leastOf(run func() bounded) bounded {
	under := func(lock sync.Locker) bounded {
		lock.Lock()
		defer lock.Unlock()
		return run()
	}
	b := under(alone.RLocker())
	for n := 1; n < patience && b.work > mostWork; n++ {
		if again := under(&alone); again.work < b.work {
			b = again
		}
	}
	return b
}

// A bounded run is a command that has ended.
type bounded struct {
	line   string
	status int
	said   string
	work   time.Duration
	peak   int64
}

// A worst is what runs took at most, and which did.
type worst struct {
	mu        sync.Mutex
	work      time.Duration
	peak      int64
	slow, fat string
	runs      atomic.Int64
}

func (w *worst) note(name string, b bounded) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runs.Add(1)
	if b.work > w.work {
		w.work, w.slow = b.work, name+": "+b.line
	}
	if b.peak > w.peak {
		w.peak, w.fat = b.peak, name+": "+b.line
	}
}

func (w *worst) String() string {
	return fmt.Sprintf("%d runs; most processor time %v (%s); most memory %d MB (%s)", w.runs.Load(), w.work, w.slow, w.peak>>20, w.fat)
}

// runBounded runs a command in a folder. A server is interrupted once it listens, after
// whatever use does with its address.
func runBounded(t *testing.T, dir string, args []string, use func(url string)) bounded {
	t.Helper()
	costs := filepath.Join(t.TempDir(), "costs")
	if err := os.WriteFile(costs, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("graphvcr", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), costFile+"="+costs, "CI=", "NO_COLOR=1", "XDG_CONFIG_HOME="+t.TempDir())
	var stdout, stderr said // apart, since what is written to them at once mixes within lines
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(mostTime, func() { _ = cmd.Process.Signal(syscall.SIGQUIT) })
	lines := bufio.NewReaderSize(out, 1<<16)
	if args[0] == "serve" {
		line, _ := lines.ReadString('\n')
		_, _ = stdout.Write([]byte(line))
		if url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on "); ok {
			if use != nil {
				use(url)
			}
			_ = cmd.Process.Signal(os.Interrupt)
		}
	}
	_, _ = io.Copy(&stdout, lines)
	_ = cmd.Wait()
	b := bounded{line: strings.Join(args, " "), status: cmd.ProcessState.ExitCode(), said: stdout.String() + stderr.String()}
	if !late.Stop() {
		b.said = fmt.Sprintf("it hung for %v\n%s", mostTime, b.said)
		b.status = -1
	}
	b.work = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	cost, _ := os.ReadFile(costs)
	if len(cost) > 0 {
		b.work = 0
	}
	for line := range strings.Lines(string(cost)) { // of the command, and of those that it starts from itself
		var kb, ticks int64
		_, _ = fmt.Sscan(line, &kb, &ticks)
		b.peak = max(b.peak, kb<<10)
		b.work += time.Duration(ticks) * (time.Second / 100)
	}
	return b
}

var crashes = regexp.MustCompile(`(?m)^panic:|^fatal error:|^goroutine \d+ \[|runtime error:|invalid memory address|out of range \[`)

// faults are what is wrong with how a command ended, whatever it was given.
func (b bounded) faults() (faults []string) {
	switch {
	case b.status >= 0 && b.status <= 2:
	case b.status == 125 && strings.HasPrefix(b.line, "exec"):
	default:
		faults = append(faults, fmt.Sprintf("status %d", b.status))
	}
	if found := crashes.FindString(b.said); found != "" {
		faults = append(faults, "it crashed: "+found)
	}
	if b.work > mostWork {
		faults = append(faults, fmt.Sprintf("it took %v of processor time", b.work))
	}
	if b.peak > mostMemory {
		faults = append(faults, fmt.Sprintf("it took %d MB", b.peak>>20))
	}
	if len(b.said) > 16<<20 && !strings.HasPrefix(b.line, "exec") { // there it is the program that prints
		faults = append(faults, fmt.Sprintf("it printed %d MB", len(b.said)>>20))
	}
	return faults
}

// drawn reports whether a case belongs to the thinned selection: one of so many, the same
// ones on every run. GRAPHVCR_SLOW=1 draws ten times as many, and GRAPHVCR_FULL=1 all.
func drawn(of int, name string) bool {
	if raceEnabled || os.Getenv("GRAPHVCR_FULL") != "" {
		return !raceEnabled // what is measured is the command as it is built
	}
	if testkit.Slow() {
		of /= 10
	}
	h := fnv.New32a()
	_, _ = io.WriteString(h, name)
	return h.Sum32()%uint32(max(of, 1)) == 0
}

// clipped is a text of which a report shows the beginning and the end.
func clipped(text string) string {
	if len(text) > 3000 {
		return text[:2000] + "\n[...]\n" + text[len(text)-800:]
	}
	return text
}
