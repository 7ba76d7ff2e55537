package signin

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// discovery answers what clients ask of hosts before they sign in.
type discovery struct{ voice }

// instances says which hosts are one cloud's. The host that was asked about comes
// first; one of no known cloud is a cloud of its own.
func (d discovery) instances(r *http.Request) (int, fields) {
	asked := cmp.Or(hostOf(d.opts.URL), hostOf(r.Form.Get("authorization_endpoint")), r.Host)
	var metadata []fields
	if _, known := graph.SignInCloud(asked); !known {
		metadata = append(metadata, fields{"preferred_network": asked, "preferred_cache": asked, "aliases": []string{asked}})
	}
	for _, group := range groups() {
		metadata = append(metadata, fields{"preferred_network": group[0], "preferred_cache": group[min(1, len(group)-1)], "aliases": group})
	}
	return http.StatusOK, fields{
		"tenant_discovery_endpoint": cmp.Or(d.opts.URL, "https://"+asked) + "/" + cmp.Or(d.opts.Tenant, "common") + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata":                  metadata,
	}
}

func (d discovery) realm(r *http.Request) (int, fields) {
	_, domain, _ := strings.Cut(d.opts.User.PrincipalName, "@")
	cloud, _ := graph.SignInCloud(r.Host)
	return http.StatusOK, fields{"ver": "1.0", "account_type": "Managed", "domain_name": domain, "cloud_instance_name": cloud.Instance}
}

func (d discovery) configuration(r *http.Request) (int, fields) {
	base := d.base(r) + "/" + r.PathValue("tenant")
	oauth, keys := base+"/oauth2/v2.0", base+"/discovery/v2.0/keys"
	if !strings.Contains(r.URL.Path, "/v2.0/") {
		oauth, keys = base+"/oauth2", base+"/discovery/keys"
	}
	cloud, _ := graph.SignInCloud(r.Host)
	return http.StatusOK, fields{
		"token_endpoint":                        oauth + "/token",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"jwks_uri":                              keys,
		"response_modes_supported":              []string{"query", "fragment", "form_post"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"response_types_supported":              []string{"code", "id_token", "code id_token", "id_token token"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"issuer":                                d.issuer(r),
		"authorization_endpoint":                oauth + "/authorize",
		"device_authorization_endpoint":         oauth + "/devicecode",
		"end_session_endpoint":                  oauth + "/logout",
		"tenant_region_scope":                   "EU",
		"cloud_instance_name":                   cloud.Instance,
		"msgraph_host":                          cmp.Or(d.opts.GraphHost, cloud.Host),
	}
}

// keys lists one RSA key, to which nobody has the other half.
func (d discovery) keys(r *http.Request) (int, fields) {
	var modulus []byte
	for block := byte(0); len(modulus) < 256; block++ {
		sum := sha256.Sum256(append([]byte{block}, d.opts.KeyID...))
		modulus = append(modulus, sum[:]...)
	}
	return http.StatusOK, fields{"keys": []fields{{
		"kty": "RSA", "use": "sig", "kid": d.opts.KeyID, "x5t": d.opts.KeyID,
		"n": base64.RawURLEncoding.EncodeToString(modulus), "e": "AQAB", "issuer": d.issuer(r),
	}}}
}

// IsHost reports whether a host, with or without its port, is one that clients sign
// in with, and for which a Host can stand in.
func IsHost(host string) bool { return graph.IsSignInHost(host) || host == graph.MachineHost }

// Hosts lists the hosts that clients sign in with.
func Hosts() []string {
	return append(slices.Concat(groups()...), graph.AccountHost, graph.MachineHost)
}

// groups are the sign-in hosts that stand for one another, the preferred first.
func groups() [][]string {
	var all [][]string
	for _, c := range graph.Clouds() {
		for _, group := range c.SignIn {
			if !slices.ContainsFunc(all, func(known []string) bool { return known[0] == group[0] }) {
				all = append(all, group) // two clouds share one
			}
		}
	}
	return all
}
