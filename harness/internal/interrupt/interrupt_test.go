package interrupt

import (
	"bytes"
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// The law in numbers: within a second of the first signal a command that hangs has ended
// or has said what it finishes, and the second signal ends it at once.
func TestInterruption(t *testing.T) {
	const gone = -1 // until the test ends it
	for name, test := range map[string]struct {
		held    *Work
		status  int // that was asked for; 0: none
		signals []os.Signal
		apart   time.Duration
		want    int
		within  time.Duration // of the last signal
		says    string
	}{
		"a hang":                   {signals: []os.Signal{syscall.SIGTERM}, want: 2, within: time.Second, says: "graphvcr: error: interrupted\n"},
		"a hang of exec":           {status: 125, signals: []os.Signal{os.Interrupt}, want: 125, within: time.Second, says: "graphvcr: error: interrupted\n"},
		"a hang, twice":            {signals: []os.Signal{syscall.SIGINT, syscall.SIGTERM}, want: 143, within: 0},
		"saving":                   {held: &saving, signals: []os.Signal{syscall.SIGINT}, want: gone, says: "graphvcr: interrupted: saving what was recorded"},
		"saving, twice at once":    {held: &saving, signals: []os.Signal{syscall.SIGINT, syscall.SIGINT}, want: 130, within: 0},
		"saving, twice":            {held: &saving, signals: []os.Signal{syscall.SIGINT, syscall.SIGINT}, apart: time.Minute, want: 130, within: 0, says: "a second signal ends it at once\n"},
		"a program's keys":         {held: &Work{What: "x", Theirs: func(os.Signal) bool { return true }}, signals: []os.Signal{syscall.SIGINT, syscall.SIGINT}, apart: time.Minute, want: gone},
		"a program's keys, thrice": {held: &Work{What: "x", Theirs: func(os.Signal) bool { return true }}, signals: []os.Signal{syscall.SIGINT, syscall.SIGINT, syscall.SIGINT}, want: 130, within: 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var talk bytes.Buffer
				ended, at := gone, time.Time{}
				i := &interruption{talk: &talk, status: 2, exit: func(status int) { ended, at = status, time.Now() }}
				ctx, cancel := context.WithCancel(context.WithValue(t.Context(), interruptionKey{}, i))
				defer cancel()
				if test.status != 0 {
					EndsWith(ctx, test.status)
				}
				if test.held != nil {
					release := During(ctx, *test.held)
					defer release()
				}
				signals := make(chan os.Signal)
				done := make(chan struct{})
				go func() { i.watch(signals, done, cancel) }()
				defer close(done)
				for _, s := range test.signals {
					time.Sleep(test.apart)
					signals <- s
				}
				last := time.Now()
				time.Sleep(time.Hour)
				synctest.Wait()
				if ended != test.want || ended != gone && at.Sub(last) > test.within {
					t.Errorf("status %d after %v, want %d within %v", ended, at.Sub(last), test.want, test.within)
				}
				if said := talk.String(); !strings.Contains(said, test.says) || test.says == "" && said != "" {
					t.Errorf("said %q, want %q", said, test.says)
				}
			})
		})
	}
}

// What is finished is no reason to wait, and what a command leaves behind is removed.
func TestInterruptionRemoves(t *testing.T) {
	var removed []string
	i := &interruption{talk: &bytes.Buffer{}, exit: func(int) {}}
	ctx := context.WithValue(t.Context(), interruptionKey{}, i)
	During(ctx, Work{What: "a", Last: func() { removed = append(removed, "a") }})
	During(ctx, Work{What: "b", Last: func() { removed = append(removed, "b") }})()
	During(ctx, Work{What: "c", Last: func() { removed = append(removed, "c") }})
	i.end(0)
	if got := strings.Join(removed, ""); got != "ca" {
		t.Errorf("removed %q, want ca", got)
	}
}

// A recording that was interrupted is held until the command has told of it.
func TestKeepingLastsOnceInterrupted(t *testing.T) {
	i := &interruption{talk: &bytes.Buffer{}, exit: func(int) {}}
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), interruptionKey{}, i))
	Saving(ctx)()
	if i.current() != nil {
		t.Error("what ended by itself is held")
	}
	release := Saving(ctx)
	cancel()
	if release(); i.current() == nil {
		t.Error("an interrupted recording is not held while it is told of")
	}
}
