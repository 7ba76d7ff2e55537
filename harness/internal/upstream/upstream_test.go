package upstream

import "testing"

func TestConnectTo(t *testing.T) {
	u, err := Open(Options{ConnectTo: []string{"Graph.microsoft.com=127.0.0.1:1", "files.example:8443=[::1]", "b.example=127.0.0.2"}})
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]string{
		"graph.microsoft.com:443": "127.0.0.1:1",
		"GRAPH.microsoft.com:80":  "127.0.0.1:1",
		"files.example:8443":      "[::1]:8443",
		"files.example:443":       "files.example:443",
		"b.example:99":            "127.0.0.2:99",
		"evil.b.example:99":       "evil.b.example:99",
	} {
		if got, _ := u.placeOf(addr); got != want {
			t.Errorf("%s is at %s, want %s", addr, got, want)
		}
	}
	for _, bad := range []string{"", "x", "=x", "x=", "https://x=y", "x=u@y"} {
		if _, err := Open(Options{ConnectTo: []string{bad}}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
