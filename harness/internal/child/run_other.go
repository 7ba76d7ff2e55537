//go:build !unix

package child

import "os"

// The console sends Ctrl-C to all of its programs itself.
var forwarded = []os.Signal{os.Interrupt}

// SentToAll reports whether a signal came to the program too.
func SentToAll(os.Signal) bool { return true }

func bySignal(*os.ProcessState) int { return 0 }

// A Guard is nothing here.
type Guard struct{}

// NewGuard returns none.
func NewGuard(string) *Guard { return nil }

// Watch does nothing.
func (*Guard) Watch(int) {}

// Release does nothing.
func (*Guard) Release() {}
