package signin

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// grants answers who asks for tokens.
type grants struct{ voice }

// authorize signs the user in without asking, and sends the browser back.
func (g grants) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	redirect, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || redirect.Scheme == "" || q.Get("response_type") != "code" {
		http.Error(w, "AADSTS900144: redirect_uri and response_type=code are needed", http.StatusBadRequest)
		return
	}
	back := redirect.Query()
	back.Set("code", g.code(r, "0.A"+g.draw("code", 96), q.Get("scope")))
	if state := q.Get("state"); state != "" {
		back.Set("state", state)
	}
	redirect.RawQuery = back.Encode()
	w.Header().Set("Location", redirect.String())
	w.WriteHeader(http.StatusFound)
}

// scopeMark stands in a code of ours before its scope, and in none of the real hosts'.
const scopeMark = "~"

// code makes a code that brings the scope with it which it was asked for with.
func (g grants) code(r *http.Request, begins, scope string) string {
	code := begins + scopeMark + base64.RawURLEncoding.EncodeToString([]byte(scope))
	if g.opts.Strict != nil {
		g.opts.Strict.Issued(r, code)
	}
	return code
}

// scopeOf is the scope that a code of ours brings with it; any other brings none.
func scopeOf(code string) string {
	_, packed, _ := strings.Cut(code, scopeMark)
	scope, _ := base64.RawURLEncoding.DecodeString(packed)
	return string(scope)
}

func (v voice) draw(kind string, n int) string {
	return base64.RawURLEncoding.EncodeToString(v.opts.Draw(kind, n))
}

func (g grants) deviceCode(r *http.Request) (int, fields) {
	code := g.code(r, "D"+g.draw("device", 64), r.PostForm.Get("scope"))
	user := strings.ToUpper(fmt.Sprintf("%x", g.opts.Draw("userCode", 5))[:9])
	page := g.base(r) + "/device"
	return http.StatusOK, fields{
		"user_code": user, "device_code": code, "verification_uri": page, "expires_in": 900, "interval": 1,
		"message": "To sign in, open " + page + " and enter the code " + user + ".",
	}
}

// token answers the token endpoint. The statuses are the identity platform's: 401
// for a client that is not believed, 400 for the rest.
func (g grants) token(r *http.Request) (int, fields) {
	form := r.PostForm
	if id, secret, ok := r.BasicAuth(); ok && form.Get("client_secret") == "" {
		form.Set("client_secret", secret)
		if form.Get("client_id") == "" {
			form.Set("client_id", id)
		}
	}
	if resource := form.Get("resource"); resource != "" && form.Get("scope") == "" { // version 1
		form.Set("scope", strings.TrimSuffix(resource, "/")+"/.default")
	}
	if g.opts.Strict != nil {
		if status, code, description, number := g.opts.Strict.Refused(r); status != 0 {
			return status, g.problem(code, description, number)
		}
	}
	scope := form.Get("scope")
	switch form.Get("grant_type") {
	case "client_credentials":
		return g.clientCredentials(r)
	case "authorization_code":
		return g.granted(r, cmp.Or(scope, scopeOf(form.Get("code"))))
	case DeviceGrant, "device_code":
		return g.granted(r, cmp.Or(scopeOf(form.Get("device_code")), scope))
	case "refresh_token": // as much as is asked for, else all of the resource
		return g.granted(r, cmp.Or(scope, g.ask(r, "").Resource+"/.default"))
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		if strings.Count(form.Get("assertion"), ".") != 2 {
			return 400, g.problem("invalid_grant", "AADSTS50027: JWT token is invalid or malformed.", 50027)
		}
		return g.granted(r, scope)
	case "password":
		if form.Get("username") == "" || form.Get("password") == "" {
			return 400, g.problem("invalid_grant", "AADSTS50126: Error validating credentials due to invalid username or password.", 50126)
		}
		return g.granted(r, scope)
	}
	return 400, g.problem("unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.", 70003)
}

func (g grants) clientCredentials(r *http.Request) (int, fields) {
	form := r.PostForm
	secret, assertion := form.Get("client_secret"), form.Get("client_assertion")
	switch {
	case secret == "" && assertion == "":
		return 401, g.problem("invalid_client", "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", 7000218)
	case assertion != "" && strings.Count(assertion, ".") != 2:
		return 401, g.problem("invalid_client", "AADSTS50027: JWT token is invalid or malformed.", 50027)
	case !strings.Contains(form.Get("scope"), "/.default"):
		return 400, g.problem("invalid_scope", "AADSTS1002012: The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.", 1002012)
	}
	token, lifetime := g.opts.Tokens.App(g.ask(r, form.Get("scope")))
	return http.StatusOK, tokenFields(token, lifetime)
}

// machineToken is the token of a managed identity. azidentity first asks without the
// header that a request has to bear, and reads the refusal as a sign of life.
func (g grants) machineToken(r *http.Request) (int, fields) {
	resource := strings.TrimSuffix(r.Form.Get("resource"), "/")
	if r.Header.Get("Metadata") != "true" || resource == "" {
		return 400, g.problem("bad_request_102", "Required metadata header not specified", 0)
	}
	token, lifetime := g.opts.Tokens.App(Ask{Tenant: g.tenant(r), ClientID: r.Form.Get("client_id"), Resource: resource, Scopes: []string{resource + "/.default"}})
	said := tokenFields(token, lifetime)
	seconds := int(lifetime.Seconds()) - 1
	said["expires_in"], said["ext_expires_in"] = strconv.Itoa(seconds), strconv.Itoa(seconds) // strings here
	said["expires_on"] = strconv.FormatInt(g.opts.Now().Unix()+int64(seconds), 10)
	said["resource"] = resource
	return http.StatusOK, said
}

// granted is the answer to a user's sign-in: an access token, and what goes with it. A
// strict host hands out new tokens, any other leaves the client's cache as it is.
func (g grants) granted(r *http.Request, scope string) (int, fields) {
	token, granted, lifetime := g.opts.Tokens.User(g.ask(r, scope))
	said := tokenFields(token, lifetime)
	for asked := range strings.FieldsSeq(scope) {
		switch asked {
		case "openid", "profile", "email":
			granted = append(granted, asked)
		}
	}
	said["scope"] = strings.Join(granted, " ")
	if g.opts.Strict != nil {
		g.opts.Strict.Granted(r, scope, said)
	} else {
		keep(r, said)
	}
	if said["refresh_token"] != nil && family[strings.ToLower(r.PostForm.Get("client_id"))] {
		said["foci"] = "1"
	}
	return http.StatusOK, said
}

func tokenFields(token string, lifetime time.Duration) fields {
	seconds := int(lifetime.Seconds()) - 1
	return fields{"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}
}

// ask reads what a token is wanted for. Scopes of Graph need not name it.
func (g grants) ask(r *http.Request, scope string) Ask {
	cloud, _ := graph.SignInCloud(r.Host)
	a := Ask{Tenant: g.tenant(r), ClientID: r.PostForm.Get("client_id"), Resource: "https://" + cloud.Host, Renewal: r.PostForm.Get("grant_type") == "refresh_token"}
	for asked := range strings.FieldsSeq(scope) {
		switch asked {
		case "openid", "profile", "email", "offline_access":
			continue
		}
		if slash := strings.LastIndexByte(asked, '/'); slash > 0 {
			a.Resource = strings.TrimSuffix(asked[:slash], "/")
		}
		a.Scopes = append(a.Scopes, asked)
	}
	return a
}

// keep adds to an answer what leaves a client's cache as it is. MSAL puts what it is
// answered in place of what it has. What comes without client_info belongs to no account.
func keep(r *http.Request, said fields) {
	sent := r.PostForm.Get("refresh_token")
	if r.PostForm.Get("grant_type") != "refresh_token" || sent == "" {
		return // whoever signs in for the first time has nothing that could be kept
	}
	said["refresh_token"] = sent
	if uid, utid, ok := namedAccount(r.Header.Get("X-AnchorMailbox")); ok && r.PostForm.Get("client_info") == "1" {
		info, _ := json.Marshal(fields{"uid": uid, "utid": utid}) // of strings: cannot fail
		said["client_info"] = base64.RawURLEncoding.EncodeToString(info)
	}
}

// namedAccount is the account that MSAL names for the routing of a request:
// "Oid:UID@UTID".
func namedAccount(mailbox string) (uid, utid string, ok bool) {
	const prefix = "oid:"
	if len(mailbox) < len(prefix) || !strings.EqualFold(mailbox[:len(prefix)], prefix) {
		return "", "", false
	}
	uid, utid, ok = strings.Cut(mailbox[len(prefix):], "@")
	return uid, utid, ok && uid != "" && utid != ""
}

// family are Microsoft's own apps whose refresh tokens are good for each other ("foci"
// in their answers), as far as they are known.
var family = map[string]bool{
	"00b41c95-dab0-4487-9791-b9d2c32c80f2": true, // Office 365 Management
	"04b07795-8ddb-461a-bbee-02f9e1bf7b46": true, // Azure CLI, and azidentity's own
	"0ec893e0-5785-4de6-99da-4ed124e5296c": true, // Office UWP PWA
	"1950a258-227b-4e31-a9cf-717495945fc2": true, // Azure PowerShell
	"1fec8e78-bce4-4aaf-ab1b-5451cc387264": true, // Teams
	"22098786-6e16-43cc-a27d-191a01a1e3b5": true, // To-Do
	"26a7ee05-5602-4d76-a7ba-eae8b7b67941": true, // Windows Search
	"27922004-5251-4030-b22d-91ecd9a37ea4": true, // Outlook Mobile
	"2d7f3606-b07d-41d1-b9d2-0d0c9296a6e8": true, // Bing Search for Edge
	"4813382a-8fa7-425e-ab75-3b753aab3abb": true, // Authenticator
	"4e291c71-d680-4d0e-9640-0a3358e31177": true, // Power Apps
	"57336123-6e14-4acc-8dcf-287b6088aa28": true, // Whiteboard
	"57fcbcfa-7cee-4eb1-8b25-12d2030b4ee0": true, // Power Automate
	"66375f6b-983f-4c2c-9701-d680650f588f": true, // Planner
	"844cca35-0656-46ce-b636-13f48b0eecbd": true, // Stream
	"872cd9fa-d31f-45e0-9eab-6e460a02d1f1": true, // Visual Studio
	"87749df4-7ccf-48f8-aa87-704bad0e0e16": true, // Teams, device administration
	"9ba1a5c7-f17a-4de9-a1f1-6178c8d51223": true, // Intune Company Portal
	"a40d7d7d-59aa-447e-a655-679a4107e548": true, // Accounts Control
	"a569458c-7f2b-45cb-bab9-b7dee514d112": true, // Yammer
	"ab9b8c07-8f02-4f72-87fa-80105867a763": true, // OneDrive's sync engine
	"af124e86-4e96-495a-b70a-90f90ab96707": true, // OneDrive on iOS
	"b26aadf8-566f-4478-926f-589f601d9c74": true, // OneDrive
	"be1918be-3fe3-4be9-b32b-b542fc27f02e": true, // Compliance Drive
	"c0d2a505-13b8-4ae0-aa9e-cddd5eab0b12": true, // Power BI
	"cab96880-db5b-4e15-90a7-f3f1d62ffe39": true, // Defender
	"cf36b471-5b44-428c-9ce7-313bf84528de": true, // Bing Search
	"d326c1ce-6cc6-4de2-bebc-4591e5e13ef0": true, // SharePoint
	"d3590ed6-52b3-4102-aeff-aad2292ab01c": true, // Office
	"d7b530a4-7680-4c23-a8bf-c52c121d2e87": true, // Edge, new tab page
	"dd47d17a-3194-4d86-bfd5-c6ae6f5651e3": true, // Defender for mobile devices
	"e9b154d0-7658-433b-bb25-6b8e0a8a7c59": true, // Outlook Lite
	"e9c51622-460d-4d3d-952d-966a5b1da34c": true, // Edge
	"eb539595-3fe1-474e-9c1d-feb3625d1be5": true, // Tunnel
	"ecd6b820-32c2-49b6-98a6-444530e5a77a": true, // Edge
	"f05ff7c9-f75a-4acd-a3b5-f4b6a870245d": true, // SharePoint on Android
	"f44b1140-bc5e-48c6-8dc0-5cf5a53c0e34": true, // Edge
}
