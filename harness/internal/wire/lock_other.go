//go:build !unix && !windows

package wire

import "os"

// Lock lets everybody pass: other systems do not distinguish a file that is being written from one
// that was left.
func Lock(*os.File) bool { return true }

// Locked reports false.
func Locked(string) bool { return false }
