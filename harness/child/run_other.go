//go:build !unix

package child

import "os"

// The console sends Ctrl-C to all of its programs itself.
var forwarded = []os.Signal{os.Interrupt}

func sentToAll(os.Signal) bool { return true }

func bySignal(*os.ProcessState) int { return 0 }
