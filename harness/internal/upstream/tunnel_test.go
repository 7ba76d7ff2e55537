package upstream

import (
	"errors"
	"net/http"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/proxy"
)

// A tunnel leads to no address that only this machine can reach, however it is written.
func TestPrivateAddressesAreRefused(t *testing.T) {
	for address, refused := range map[string]bool{
		"20.190.151.7:443":         false,
		"[2603:1006:2000::1]:443":  false,
		"10.0.0.1:443":             true,
		"172.16.0.1:443":           true,
		"192.168.1.1:443":          true,
		"127.0.0.1:443":            true,
		"169.254.169.254:80":       true,
		"100.64.0.1:443":           true,
		"0.0.0.0:443":              true,
		"[::1]:443":                true,
		"[fd00::1]:443":            true,
		"[fe80::1]:443":            true,
		"[::ffff:10.0.0.1]:443":    true,
		"[::ffff:20.190.151.7]:80": false,
		"no address":               true,
	} {
		err := refusePrivate("host.example:443", address)
		var failure *proxy.Failure
		if got := err != nil; got != refused {
			t.Errorf("%s: %v", address, err)
		} else if refused && (!errors.As(err, &failure) || failure.Status != http.StatusForbidden) {
			t.Errorf("%s: refused by %v", address, err)
		}
	}
}

// A service is https, or on this machine.
func TestService(t *testing.T) {
	for address, good := range map[string]bool{
		"https://graph.microsoft.us": true, "http://127.0.0.1:8080": true, "http://localhost": true, "http://[::1]:1": true,
		"http://graph.microsoft.us": false, "graph.microsoft.us": false, "https://": false, "://": false,
	} {
		if u, err := Service("record: --base-url", address); good != (err == nil && u != nil) {
			t.Errorf("%s: %v, %v", address, u, err)
		}
	}
	if u, err := Service("", ""); u != nil || err != nil {
		t.Errorf("no address is %v, %v", u, err)
	}
}
