package auth

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	tenant = "11111111-2222-3333-4444-555555555555"
	client = "66666666-7777-8888-9999-000000000000"
	secret = "q~8Q.invented-secret-that-nobody-uses"
)

// jwt is an unsigned token with the claims.
func jwt(claims map[string]any) string {
	all := map[string]any{"aud": "https://graph.microsoft.com", "tid": tenant, "exp": time.Now().Add(time.Hour).Unix()}
	maps.Copy(all, claims)
	payload, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"typ":"JWT","alg":"none"}`)) + "." + enc(payload) + "." + enc(bytes.Repeat([]byte{7}, 64))
}

// A signInHost is a token endpoint that hands one token out.
type signInHost struct {
	token  string
	refuse string // an error's description instead
	busy   int    // how many times the user has not entered the code yet

	mu    sync.Mutex
	asked []asked
}

// asked is one request.
type asked struct {
	host, path string
	form       url.Values
}

func (h *signInHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, asked{r.Host, r.URL.Path, r.PostForm})
	status, answer := h.answer(r)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(answer)
}

func (h *signInHost) answer(r *http.Request) (int, map[string]any) {
	scheme := "http"
	if r.TLS != nil || r.URL.Scheme == "https" {
		scheme = "https"
	}
	base := scheme + "://" + r.Host + "/" + strings.Split(r.URL.Path, "/")[1]
	switch {
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		return 200, map[string]any{
			"issuer": base + "/v2.0", "authorization_endpoint": base + "/oauth2/v2.0/authorize",
			"token_endpoint": base + "/oauth2/v2.0/token",
		}
	case h.refuse != "":
		return 400, map[string]any{"error": "invalid_client", "error_description": h.refuse}
	case strings.HasSuffix(r.URL.Path, "/devicecode"):
		return 200, map[string]any{
			"user_code": "ABCD", "device_code": "device-code-secret", "verification_uri": base, "expires_in": 900,
			"interval": 1, "message": "open the page and enter ABCD",
		}
	case h.busy > 0:
		h.busy--
		return 400, map[string]any{"error": "authorization_pending", "error_description": "AADSTS70016: pending"}
	}
	return 200, map[string]any{
		"token_type": "Bearer", "expires_in": 3600, "scope": r.PostForm.Get("scope"), "access_token": h.token,
		"id_token": jwt(map[string]any{"oid": "o", "sub": "s", "aud": client}), "client_info": "eyJ1aWQiOiJ1IiwidXRpZCI6InQifQ",
	}
}

// tokenRequests are the forms that the token endpoint got.
func (h *signInHost) tokenRequests() []url.Values {
	h.mu.Lock()
	defer h.mu.Unlock()
	var forms []url.Values
	for _, a := range h.asked {
		if strings.HasSuffix(a.path, "/token") {
			forms = append(forms, a.form)
		}
	}
	return forms
}

// direct serves a request of a client with a handler, without any network.
type direct struct{ http.Handler }

func (d direct) RoundTrip(req *http.Request) (*http.Response, error) {
	got := req.Clone(req.Context())
	if got.Host == "" {
		got.Host = got.URL.Host
	}
	if got.Body == nil {
		got.Body = http.NoBody
	}
	rec := httptest.NewRecorder()
	d.ServeHTTP(rec, got)
	resp := rec.Result()
	resp.Request = req
	return resp, nil
}

// vars is an environment.
type vars map[string]string

func (v vars) get(name string) string { return v[name] }

// with adds to the variables that every registered app has.
func app(more vars) vars {
	v := vars{tenantID: tenant, clientID: client}
	maps.Copy(v, more)
	return v
}

// files writes a certificate with its key and a token of another issuer.
func files(t *testing.T) (certificate, token string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	return write(t, "cert.pem", string(text)), write(t, "token", federatedToken+"\n")
}

const federatedToken = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.c2ln"

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
