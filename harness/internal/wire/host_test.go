package wire_test

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.8.9.1": true, "::1": true, "[::1]": true,
		"": false, "10.0.0.1": false, "graph.microsoft.com": false, "localhost.example": false, "127.0.0.1.example": false, "127.0.0.1:80": false,
	} {
		if got := wire.IsLoopback(host); got != want {
			t.Errorf("%q: %t, want %t", host, got, want)
		}
	}
}
