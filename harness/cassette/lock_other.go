//go:build !unix

package cassette

import "os"

// Other systems do not tell a journal that is being written from one that was left.
func lock(*os.File) {}

func locked(string) bool { return false }
