package harness

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
)

// tester is what a session needs of a test; every testing.TB is one.
type tester interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Failed() bool
	Skipped() bool
	Cleanup(func())
	TempDir() string
}

// program stands for the test of a session outside tests. What would fail a test is kept
// for close; nothing ends the goroutine.
type program struct {
	mu      sync.Mutex
	failed  []error
	cleanup []func()
}

func (p *program) Helper()             {}
func (p *program) Name() string        { return "" }
func (p *program) Skipped() bool       { return false }
func (p *program) Logf(string, ...any) {}

func (p *program) Errorf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = append(p.failed, fmt.Errorf(format, args...))
}

func (p *program) Fatalf(format string, args ...any) { p.Errorf(format, args...) }

func (p *program) Failed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.failed) > 0
}

func (p *program) Cleanup(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cleanup = append(p.cleanup, f)
}

func (p *program) TempDir() string {
	dir, err := os.MkdirTemp("", "graphvcr-")
	if err != nil {
		p.Errorf("%w", err)
		return ""
	}
	p.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// close runs what was left for the end, last first, once, and returns what went wrong.
func (p *program) close() error {
	p.mu.Lock()
	cleanup := p.cleanup
	p.cleanup = nil
	p.mu.Unlock()
	for _, f := range slices.Backward(cleanup) {
		f()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	err := errors.Join(p.failed...)
	p.failed = nil
	return err
}

// inPart reports whether go test was asked to leave out subtests of a test, or may have been:
// -run or -skip names more levels than the test's name has.
func inPart(test string) bool {
	for _, name := range []string{"test.run", "test.skip"} {
		if f := flag.Lookup(name); f != nil && levels(f.Value.String()) > 1+strings.Count(test, "/") {
			return true
		}
	}
	return false
}

// levels are the most that an alternative of a pattern of -run names: a slash parts levels
// and a bar alternatives, unless they stand in brackets.
func levels(pattern string) int {
	if pattern == "" {
		return 0
	}
	most, now, depth, class := 1, 1, 0, false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == '/' && depth <= 0:
			now++
			most = max(most, now)
		case c == '|' && depth <= 0:
			now = 1
		}
	}
	return most
}
