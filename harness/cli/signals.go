package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

const (
	// selfEnd is how long a command may take to end by itself once it is interrupted.
	selfEnd = 700 * time.Millisecond
	// twice is how soon an interrupt follows another of the same press of keys.
	twice = time.Second
	// statusSignal and a signal's number is the status after a second signal.
	statusSignal = 128
)

// An interruption ends the process on SIGINT, SIGTERM and SIGHUP, wherever a command hangs. The
// first signal cancels the context. A command that has not ended soon after is ended,
// unless it has something to finish, which is said. A second signal ends it at once.
type interruption struct {
	talk   io.Writer
	exit   func(status int)
	mu     sync.Mutex
	status int  // where a command is ended
	ending bool // and the process with it
	held   []*hold
}

// hold is work that an interrupted command has yet to finish.
type hold struct {
	what   string
	last   func()               // before the process ends all the same; nil: nothing
	theirs func(os.Signal) bool // signals that are not meant for the command; nil: none
}

// saving is the work of a recording, whose journal has every answer already.
var saving = hold{what: "saving what was recorded, and cleaning up; the journal has every answer (graphvcr record --recover)"}

type interruptionKey struct{}

// interruptible is a context that ends with the first signal; stop is to be called when
// the command has ended.
func interruptible(talk io.Writer, exit func(int)) (ctx context.Context, stop func()) {
	i := &interruption{talk: talk, exit: exit, status: statusCouldNot}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), interruptionKey{}, i))
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signal.Notify(signals, syscall.SIGHUP)
	}
	done := make(chan struct{})
	go i.watch(signals, done, cancel)
	return ctx, func() {
		close(done)
		signal.Stop(signals)
		cancel()
		i.mu.Lock()
		ending := i.ending
		i.mu.Unlock()
		if ending { // with the status of that, not with ours
			select {}
		}
	}
}

// during says what an interrupted command has to finish, until release is called. Where
// the context has no interruption, as in a library, it does nothing.
func during(ctx context.Context, h hold) (release func()) {
	i, ok := ctx.Value(interruptionKey{}).(*interruption)
	if !ok {
		return func() {}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.held = append(i.held, &h)
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.held = slices.DeleteFunc(i.held, func(other *hold) bool { return other == &h })
	}
}

// keeping is during for a recording. Once it was interrupted, it is held to the end of the
// command: what is left then is to tell of it, however slow the machine.
func keeping(ctx context.Context) (release func()) {
	saved := during(ctx, saving)
	return func() {
		if ctx.Err() == nil {
			saved()
		}
	}
}

// endsWith sets the status of a command that has to be ended.
func endsWith(ctx context.Context, status int) {
	if i, ok := ctx.Value(interruptionKey{}).(*interruption); ok {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.status = status
	}
}

func (i *interruption) watch(signals <-chan os.Signal, done <-chan struct{}, cancel context.CancelFunc) {
	var last time.Time
	late := make(<-chan time.Time)
	interrupted := false
	for {
		select {
		case <-done:
			return
		case s := <-signals:
			now := time.Now()
			if h := i.current(); h != nil && h.theirs != nil && h.theirs(s) && now.Sub(last) > twice {
				last = now
				continue
			}
			if last = now; interrupted {
				i.end(statusSignal + int(s.(syscall.Signal)))
				return
			}
			interrupted = true
			cancel()
			late = time.After(selfEnd)
		case <-late:
			h := i.current()
			if h == nil {
				tell(i.talk, &fault.Error{Message: "interrupted"})
				i.end(i.status)
				return
			}
			fmt.Fprintf(i.talk, "graphvcr: interrupted: %s; a second signal ends it at once\n", h.what)
		}
	}
}

// current is what there is to finish now, nil where there is nothing.
func (i *interruption) current() *hold {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.held) == 0 {
		return nil
	}
	return i.held[len(i.held)-1]
}

// end ends the process.
func (i *interruption) end(status int) {
	i.mu.Lock()
	i.ending = true
	i.mu.Unlock()
	for h := i.current(); h != nil; h = i.pop() {
		if h.last != nil {
			h.last()
		}
	}
	i.exit(status)
}

// pop takes off what was to be finished last, and returns what is before it.
func (i *interruption) pop() *hold {
	i.mu.Lock()
	if len(i.held) > 0 {
		i.held = i.held[:len(i.held)-1]
	}
	i.mu.Unlock()
	return i.current()
}
