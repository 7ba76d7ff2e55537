package signin

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// Options choose what a Host says. The zero value signs everybody in.
type Options struct {
	// URL is the address that answers speak of; "" is https and the host that was asked.
	URL string
	// GraphHost is the Graph that answers speak of; "" is the cloud's.
	GraphHost string
	// Tenant is everybody's; "" is the one that is asked for, where that is an id.
	Tenant string
	// User is who signs in; the zero value is an invented one.
	User User
	// Tokens makes the tokens; nil makes unsigned ones, which end before a client would
	// use them elsewhere.
	Tokens Tokens
	// Scopes and Roles are what tokens carry when .default is asked for and Tokens is nil.
	Scopes, Roles []string
	// KeyID names the key that Tokens are said to be signed with.
	KeyID string
	// Now is the time; nil is time.Now.
	Now func() time.Time
	// Draw makes so many bytes of a kind, fresh ones each time; nil is random.
	Draw func(kind string, n int) []byte

	// Strict does what the real hosts do besides; nil is nothing: then what a client keeps
	// of accounts and refresh tokens stays as it is.
	Strict Strict
}

// Strict refuses what the real hosts refuse, and hands out what lasts, as they do.
type Strict interface {
	// Issued is called with each code that is handed out: for an authorization, in answer to
	// GET, or for a device, in answer to POST.
	Issued(r *http.Request, code string)
	// Refused says why a request for a token is refused; the status is 0 where it is not. It
	// may complete the request's form.
	Refused(r *http.Request) (status int, code, description string, number int)
	// Granted adds to the answer to a user's sign-in.
	Granted(r *http.Request, scope string, said map[string]any)
}

// DeviceGrant is the type of the grant for a device code.
const DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// User is a person with an account.
type User struct{ ID, Name, PrincipalName string }

// Ask is what a client wants a token for.
type Ask struct {
	Tenant, ClientID string
	Resource         string   // such as https://graph.microsoft.com
	Scopes           []string // without those of OpenID; a resource's .default among them
	Renewal          bool     // it is asked for with a refresh token
}

// Tokens makes access tokens.
type Tokens interface {
	// App makes a token for an app, and says for how long.
	App(Ask) (token string, lifetime time.Duration)
	// User makes a token for the user, and says which of Ask.Scopes it grants, as they
	// were spelled, and for how long.
	User(Ask) (token string, granted []string, lifetime time.Duration)
	// Sign makes a JWT of claims.
	Sign(claims map[string]any) string
}

// Host answers as the sign-in hosts do.
type Host struct {
	voice
	mux *http.ServeMux
}

// voice is what all answers have in common.
type voice struct{ opts Options }

// New makes a Host.
func New(o Options) *Host {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Draw == nil {
		o.Draw = func(_ string, n int) []byte {
			b := make([]byte, n)
			rand.Read(b) // never fails
			return b
		}
	}
	o.User = cmp.Or(o.User, User{ID: "a0a0a0a0-0000-4000-8000-000000000001", Name: "Replayed User", PrincipalName: "user@contoso.example"})
	o.KeyID = cmp.Or(o.KeyID, "graphvcr")
	if o.Tokens == nil {
		o.Tokens = &unsigned{now: o.Now, user: o.User, scopes: o.Scopes, roles: o.Roles}
	}
	h := &Host{voice: voice{o}, mux: http.NewServeMux()}
	h.routes()
	return h
}

func (h *Host) routes() {
	about, g := discovery{h.voice}, grants{h.voice}
	for _, version := range []string{"", "/v2.0"} {
		oauth := "/{tenant}/oauth2" + version
		h.mux.HandleFunc("GET /{tenant}"+version+"/.well-known/openid-configuration", h.json(about.configuration))
		h.mux.HandleFunc("GET /{tenant}/discovery"+version+"/keys", h.json(about.keys))
		h.mux.HandleFunc("GET "+oauth+"/authorize", g.authorize)
		h.mux.HandleFunc("POST "+oauth+"/devicecode", h.json(g.deviceCode))
		h.mux.HandleFunc("POST "+oauth+"/token", h.json(g.token))
	}
	h.mux.HandleFunc("GET /oauth20_authorize.srf", g.authorize) // of graph.AccountHost, which has no tenants
	h.mux.HandleFunc("POST /oauth20_connect.srf", h.json(g.deviceCode))
	h.mux.HandleFunc("POST /oauth20_token.srf", h.json(g.token))
	h.mux.HandleFunc("GET /{tenant}/discovery/instance", h.json(about.instances))
	h.mux.HandleFunc("GET /{tenant}/userrealm/{user}", h.json(about.realm))
	h.mux.HandleFunc("GET "+graph.MachineHost+"/metadata/identity/oauth2/token", h.json(g.machineToken))
	h.mux.HandleFunc("/", h.json(func(r *http.Request) (int, fields) {
		return http.StatusNotFound, h.problem("invalid_request", "AADSTS90014: graphvcr's sign-in endpoint does not support "+r.Method+" "+r.URL.Path+".", 90014)
	}))
}

func (h *Host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Date", h.opts.Now().UTC().Format(http.TimeFormat))
	header.Set("Cache-Control", "no-store, no-cache")
	header.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	header.Set("X-Ms-Request-Id", h.guid("login"))
	if id := r.Header.Get("Client-Request-Id"); id != "" {
		header.Set("Client-Request-Id", id)
	}
	h.mux.ServeHTTP(w, r)
}

// fields are a JSON object.
type fields map[string]any

// maxForm bounds a request's body; real ones hold a few kilobytes.
const maxForm = 1 << 20

// json serves what a function of the request's form says.
func (h *Host) json(answer func(r *http.Request) (int, fields)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		status, said := http.StatusBadRequest, fields(nil)
		if err := r.ParseForm(); err != nil {
			said = h.problem("invalid_request", "AADSTS900144: The request body is malformed.", 900144)
		} else {
			status, said = answer(r)
		}
		body, err := json.Marshal(said)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		w.Write(body)
	}
}

func (v voice) problem(code, description string, number int) fields {
	trace := v.guid("trace")
	now := v.opts.Now().UTC().Format("2006-01-02 15:04:05Z")
	return fields{
		"error":             code,
		"error_description": description + " Trace ID: " + trace + " Correlation ID: " + trace + " Timestamp: " + now,
		"error_codes":       []int{number}, "timestamp": now, "trace_id": trace, "correlation_id": trace,
	}
}

func (v voice) guid(kind string) string {
	b := v.opts.Draw(kind, 16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// base is the address that an answer speaks of.
func (v voice) base(r *http.Request) string { return cmp.Or(v.opts.URL, "https://"+r.Host) }

// inventedTenant is whose people sign in where the client does not name its tenant.
const inventedTenant = "b0b0b0b0-0000-4000-8000-000000000001"

// tenant is the id of the tenant that a request is about.
func (v voice) tenant(r *http.Request) string {
	asked := r.PathValue("tenant")
	if guid, _ := identity.Lookup("guid"); !guid.Match(asked) {
		asked = inventedTenant // of common, organizations, consumers, or a domain
	}
	return cmp.Or(v.opts.Tenant, asked)
}

func (v voice) issuer(r *http.Request) string { return v.base(r) + "/" + v.tenant(r) + "/v2.0" }

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// unsigned makes tokens that nobody signed, for replay.
type unsigned struct {
	now           func() time.Time
	user          User
	scopes, roles []string
}

// Tokens of a replay are kept in the caches of clients, where the next live run finds
// them, and the service refuses them. MSAL and azcore do not use what ends within five
// minutes. Programs that trust expiry to the end (rclone) get theirs with a refresh
// token.
const (
	lifetime        = 299 * time.Second
	renewalLifetime = time.Minute
)

func (a Ask) lifetime() time.Duration {
	if a.Renewal {
		return renewalLifetime
	}
	return lifetime
}

// skew lets a token be used by a client whose clock is behind.
const skew = 5 * time.Minute

func (t *unsigned) claims(a Ask) map[string]any {
	now := t.now()
	return map[string]any{
		"aud": a.Resource, "iss": "https://sts.windows.net/" + a.Tenant + "/", "tid": a.Tenant, "appid": a.ClientID,
		"iat": now.Add(-skew).Unix(), "nbf": now.Add(-skew).Unix(), "exp": now.Add(a.lifetime()).Unix(),
		"app_displayname": "graphvcr stand-in", "ver": "1.0",
	}
}

func (t *unsigned) App(a Ask) (string, time.Duration) {
	c := t.claims(a)
	c["idtyp"], c["oid"], c["sub"] = "app", inventedTenant, inventedTenant
	if t.roles != nil {
		c["roles"] = t.roles
	}
	return t.Sign(c), a.lifetime()
}

func (t *unsigned) User(a Ask) (string, []string, time.Duration) {
	c := t.claims(a)
	c["idtyp"], c["oid"], c["sub"], c["upn"], c["unique_name"] = "user", t.user.ID, t.user.ID, t.user.PrincipalName, t.user.PrincipalName
	var carried []string
	for _, asked := range a.Scopes {
		name := asked[strings.LastIndexByte(asked, '/')+1:]
		if name == ".default" {
			carried = append(carried, t.scopes...)
		} else {
			carried = append(carried, name)
		}
	}
	c["scp"] = strings.Join(carried, " ")
	return t.Sign(c), a.Scopes, a.lifetime()
}

func (t *unsigned) Sign(claims map[string]any) string {
	payload, _ := json.Marshal(claims) // of strings and numbers: cannot fail
	const header = `{"alg":"none","typ":"JWT"}`
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode(payload) + "."
}
