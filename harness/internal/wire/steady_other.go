//go:build !linux

package wire

import "os"

// startWriting does nothing: Sync writes all.
func startWriting(*os.File, int64, int64) {}
