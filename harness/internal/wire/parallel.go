package wire

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
)

// Parallel calls do for 0 to n-1, begun in that order, on so many goroutines (0: one a
// CPU), waits for all of them, and joins their errors in that order.
func Parallel(n, workers int, do func(i int) error) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	errs := make([]error, n)
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(workers, n) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				errs[i] = do(i)
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
