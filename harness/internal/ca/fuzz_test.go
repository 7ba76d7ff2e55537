package ca

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// FuzzAuthority: whatever lies in the place of the authority's key, it is read or refused.
func FuzzAuthority(f *testing.F) {
	dir := f.TempDir()
	if _, err := Open(dir); err != nil {
		f.Fatal(err)
	}
	file := filepath.Join(dir, keyFile)
	good, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good[:len(good)/2])
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		testkit.Bounded(t, len(text), func() {
			if a, err := load(dir); err == nil && a == nil {
				t.Error("neither an authority nor an error")
			}
		})
	})
}
