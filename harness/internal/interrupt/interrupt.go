package interrupt

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
)

const (
	// selfEnd is how long a command may take to end by itself once it is interrupted.
	selfEnd = 700 * time.Millisecond
	// twice is how soon an interrupt follows another of the same press of keys.
	twice = time.Second
	// statusSignal and a signal's number is the status after a second signal.
	statusSignal = 128
)

// An interruption ends the process as the package says.
type interruption struct {
	talk   io.Writer
	exit   func(status int)
	mu     sync.Mutex
	status int  // where a command is ended
	ending bool // and the process with it
	held   []*Work
}

// Work is what an interrupted command has yet to finish.
type Work struct {
	What   string
	Last   func()               // before the process ends all the same; nil: nothing
	Theirs func(os.Signal) bool // signals that are not meant for the command; nil: none
}

// saving is the work of a recording, whose journal has every answer already.
var saving = Work{What: "saving what was recorded, and cleaning up; the journal has every answer (graphvcr record --recover)"}

type interruptionKey struct{}

// Context is one that ends with the first signal; stop is to be called when the command has
// ended. A command that has to be ended ends with a status; talk is where that is said.
func Context(talk io.Writer, status int, exit func(int)) (ctx context.Context, stop func()) {
	i := &interruption{talk: talk, exit: exit, status: status}
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

// During says what an interrupted command has to finish, until release is called.
func During(ctx context.Context, h Work) (release func()) {
	i, ok := ctx.Value(interruptionKey{}).(*interruption)
	if !ok {
		return func() {}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.held = append(i.held, &h)
	return func() { i.release(&h) }
}

func (i *interruption) release(h *Work) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.held = slices.DeleteFunc(i.held, func(other *Work) bool { return other == h })
}

// Saving is During for a recording. Once it was interrupted, it is held to the end of the
// command: what is left then is to report it, however slow the machine.
func Saving(ctx context.Context) (release func()) {
	saved := During(ctx, saving)
	return func() {
		if ctx.Err() == nil {
			saved()
		}
	}
}

// EndsWith sets the status of a command that has to be ended.
func EndsWith(ctx context.Context, status int) {
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
			if h := i.current(); h != nil && h.Theirs != nil && h.Theirs(s) && now.Sub(last) > twice {
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
				fmt.Fprintln(i.talk, "graphvcr: error: interrupted")
				i.end(i.status)
				return
			}
			fmt.Fprintf(i.talk, "graphvcr: interrupted: %s; a second signal ends it at once\n", h.What)
		}
	}
}

// current is what there is to finish now, nil where there is nothing.
func (i *interruption) current() *Work {
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
	for h := i.current(); h != nil; h = i.current() {
		if h.Last != nil {
			h.Last()
		}
		i.release(h)
	}
	i.exit(status)
}
