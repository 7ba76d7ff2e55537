package testkit

import (
	"runtime"
	"testing"
	"time"
)

// What reading an input of a fuzz target may take: its length accounts for the rest.
const (
	boundedTime   = 5 * time.Second // of a busy machine
	boundedMemory = 64 << 20        // allocated in all, whether garbage by then or not
	perByte       = 4 << 10
)

// Bounded runs what reads a hostile input of so many bytes, and fails where that takes long,
// or allocates much. Nothing else may run beside it.
func Bounded(t testing.TB, size int, read func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	read()
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	if took > boundedTime {
		t.Errorf("%d bytes took %v", size, took)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > boundedMemory+perByte*uint64(size) {
		t.Errorf("%d bytes took %d MB", size, taken>>20)
	}
}

// Least is how long something takes at least, of three runs or of as many as it needs to stay
// within a limit: a machine that is busy once is not busy thrice.
func Least(limit time.Duration, run func()) time.Duration {
	least := time.Hour
	for n := 0; n < 3 && least > limit; n++ {
		began := time.Now()
		run()
		least = min(least, time.Since(began))
	}
	return least
}
