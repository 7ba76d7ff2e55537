package auth

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of findings about permissions.
const (
	ruleAuthExcess report.Rule = "auth.excess" // a token holds what no step asks for
	ruleAuthLacks  report.Rule = "auth.lacks"  // a token holds none of what a step asks for
	ruleAuthUnread report.Rule = "auth.unread" // a token cannot be read
	ruleAuthUnsure report.Rule = "auth.unsure" // a permission that may be granted otherwise
)

// Check compares what steps ask for with what the tokens of their identities hold:
// any one listed permission of the token's kind is enough (docs' permission tables;
// the order is advice). Identities that are not in claims are not checked, nor
// steps that list nothing or send no token. First what steps lack, in their
// order, then what is to say of each token. Whether Graph refuses, only Graph knows: findings are
// warnings and notes. The file is that of the scenario.
func Check(file string, steps []scenario.Step, claims map[string]Claims) []report.Finding {
	var found []report.Finding
	uses := map[string]*use{}
	for _, step := range steps {
		c, known := claims[step.As]
		if !known || step.Auth == "none" || step.Permissions == nil {
			continue
		}
		if uses[step.As] == nil {
			uses[step.As] = &use{claims: c, better: map[string]string{}}
		}
		if f := uses[step.As].step(step); f != nil {
			found = append(found, *f)
		}
	}
	for _, identity := range sortedKeys(uses) {
		if f := uses[identity].finding(); f != nil {
			found = append(found, *f)
		}
	}
	for i := range found {
		found[i].File = file
	}
	return found
}

// use is what steps make of a token.
type use struct {
	claims Claims
	needed []string          // permissions that a step has use for
	better map[string]string // a permission held -> the less privileged one that would do
}

func (u *use) step(step scenario.Step) *report.Finding {
	c := u.claims
	if c.Kind != Delegated && c.Kind != Application {
		return nil
	}
	f := report.Finding{Rule: ruleAuthLacks, Severity: report.Warning, Step: step.Name, Place: report.Place{Line: step.Line}}
	listed, others := listedFor(c.Kind, step.Permissions)
	switch need := needOf(c, listed); {
	case len(listed) == 0 && len(others) == 0:
		return nil
	case len(listed) == 0:
		f.Message = fmt.Sprintf("lists no %s permission, and the token is %s", c.Kind, article(c.Kind))
		f.Hint = "the request may not be supported so: name an identity of the other kind with as:, or list the permission"
	case need.held != "":
		u.needed = append(u.needed, need.held)
		if need.held != strings.TrimSuffix(listed[0], "*") {
			u.better[need.held] = listed[0]
		}
		return nil
	case need.perResource:
		f.Rule, f.Severity = ruleAuthUnsure, report.Note
		f.Message = "the token names none of " + strings.Join(listed, ", ") + "; a permission for one chat, team or channel does not always show there"
	default:
		f.Message, f.Hint = lacking(c.Kind, listed)
	}
	return &f
}

// lacking says that a token holds none of some permissions, and what to do.
func lacking(kind TokenKind, listed []string) (why, hint string) {
	return "the token lacks a permission: any one of " + strings.Join(listed, ", "),
		"grant " + listed[0] + " to the app (" + string(kind) + "), with consent, and sign in again"
}

func listedFor(kind TokenKind, p *scenario.Permissions) (listed, others []string) {
	if kind == Application {
		return p.Application, p.Delegated
	}
	return p.Delegated, p.Application
}

func article(kind TokenKind) string {
	if kind == Application {
		return "an application's"
	}
	return "a delegated one"
}

// need is how a token meets a list of permissions.
type need struct {
	held        string // the first listed that the token holds
	perResource bool   // if none: one listed may be granted without showing in the token
}

func needOf(c Claims, listed []string) need {
	var n need
	for _, name := range listed {
		plain := strings.TrimSuffix(name, "*")
		if slices.ContainsFunc(c.held(), func(held string) bool { return strings.EqualFold(held, plain) }) {
			return need{held: plain}
		}
		n.perResource = n.perResource || isPerResource(name)
	}
	return n
}

// isPerResource knows the names of resource-specific consent (ChannelMessage.Read.Group),
// which stand in neither claim of older tokens, and which documentation marks with a
// star (docs' permission tables).
func isPerResource(name string) bool {
	ends := []string{".Chat", ".Group", ".Channel", "*"}
	return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(name, end) })
}

// finding is about the token: that it cannot be read, or that it holds more than
// the steps need.
func (u *use) finding() *report.Finding {
	c := u.claims
	if c.Kind != Delegated && c.Kind != Application {
		return &report.Finding{Rule: ruleAuthUnread, Severity: report.Note,
			Message: "the token is opaque: whether it holds what the steps need was not checked"}
	}
	var said []string
	for _, name := range sortedKeys(u.better) {
		said = append(said, name+" where "+u.better[name]+" would do")
	}
	for _, name := range c.held() {
		if !slices.ContainsFunc(u.needed, func(needed string) bool { return strings.EqualFold(needed, name) }) {
			said = append(said, name)
		}
	}
	if said == nil {
		return nil
	}
	const most = 12
	if more := len(said) - most; more > 0 {
		said = append(said[:most], fmt.Sprintf("%d more", more))
	}
	return &report.Finding{Rule: ruleAuthExcess, Severity: report.Note,
		Message: "beyond the least privileged that the steps list, the token holds " + strings.Join(said, ", "),
		Hint:    "an app for recordings that holds only what is needed cannot do more by mistake"}
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// Explain says why Graph refused a request with 401 or 403, as far as the token of
// its identity shows, and what to do. body is the answer's, needs are the step's
// permissions or nil. For any other status both are "".
func Explain(status int, body []byte, c Claims, needs *scenario.Permissions) (why, hint string) {
	code := errorCode(body)
	switch status {
	case http.StatusUnauthorized:
		why, hint = unauthorized(c)
	case http.StatusForbidden:
		why, hint = forbidden(c, needs)
	default:
		return "", ""
	}
	if code != "" {
		why += " (" + code + ")"
	}
	return why, hint
}

func unauthorized(c Claims) (why, hint string) {
	switch {
	case c.Kind == "":
		return "Graph requires a token, and none was sent",
			"choose a sign-in with --auth, or let the step expect the 401"
	case !c.Expires.IsZero() && time.Now().After(c.Expires):
		return "the token has expired", "sign in again; azure-cli, device-code and client-secret renew their tokens"
	case !isForGraph(c.audience):
		return "the token is for another service than Microsoft Graph",
			"get a token for https://graph.microsoft.com, or for the Graph of the tenant's national cloud"
	}
	return "Graph did not accept the token",
		"sign in again; check that AZURE_TENANT_ID is the tenant and --base-url the cloud that hold the data"
}

func forbidden(c Claims, needs *scenario.Permissions) (why, hint string) {
	const others = "check the user's role, licence and membership, and the tenant's policies"
	if needs == nil || c.Kind != Delegated && c.Kind != Application {
		return "Graph did not allow the request",
			others + "; permissions listed by the step would be compared with the token's"
	}
	listed, _ := listedFor(c.Kind, needs)
	switch n := needOf(c, listed); {
	case len(listed) == 0:
		return "Graph did not allow the request, and the step lists no " + string(c.Kind) + " permission",
			"name an identity of the other kind with as:"
	case n.held != "":
		return "Graph did not allow the request, although the token holds " + n.held, others
	case n.perResource:
		return "Graph did not allow the request, and the token names none of " + strings.Join(listed, ", "),
			"install the app in that chat or team, with its resource-specific permission, or grant " + listed[0]
	}
	return lacking(c.Kind, listed)
}

// graphAppID is Graph's own application id, an audience as good as its address.
const graphAppID = "00000003-0000-0000-c000-000000000000"

// isForGraph knows the audiences of every cloud; a test server's is its own address, so
// that only another service's name decides.
func isForGraph(audience string) bool {
	host := strings.TrimSuffix(strings.TrimPrefix(audience, "https://"), "/")
	return audience == "" || audience == graphAppID || graph.IsHost(host) ||
		isLoopback(strings.TrimPrefix(host, "http://"))
}

func errorCode(body []byte) string {
	var answer struct {
		Error struct{ Code string }
	}
	if json.Unmarshal(body, &answer) != nil || len(answer.Error.Code) > 80 {
		return ""
	}
	return conceal(firstLine(answer.Error.Code), nil)
}

// A TokenKind says on whose behalf a token is.
type TokenKind string

const (
	Delegated   TokenKind = "delegated"   // of an app for a user; its permissions are scopes
	Application TokenKind = "application" // of an app alone; its permissions are roles
	Unknown     TokenKind = "unknown"     // a token that cannot be read, or none
)

// Claims are what a token says of itself, but for whose it is; nobody has verified it.
type Claims struct {
	Kind     TokenKind
	Scopes   []string  // scp, sorted
	Roles    []string  // roles, sorted
	Expires  time.Time // zero when unknown
	audience string    // the service that it is for; "" when unknown
}

// ReadClaims reads a token without verifying it. What is no JWT (the opaque EwA...
// tokens of consumer accounts, concepts/auth/auth-concepts; an encrypted token) is
// of Unknown kind.
func ReadClaims(token string) Claims {
	var said map[string]any
	if parts := strings.Split(token, "."); len(parts) == 3 {
		payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
		if err != nil || json.Unmarshal(payload, &said) != nil {
			said = nil
		}
	}
	c := Claims{Kind: kindOf(said), Scopes: namesIn(said["scp"]), Roles: namesIn(said["roles"])}
	c.audience, _ = said["aud"].(string)
	if seconds, ok := said["exp"].(float64); ok && seconds > 0 && seconds < 1e11 {
		c.Expires = time.Unix(int64(seconds), 0)
	}
	return c
}

// kindOf goes by idtyp where the token has it, by scp, which only delegated tokens
// have, by roles, and for an app without a single role by sub, which is then its
// object id (I).
func kindOf(said map[string]any) TokenKind {
	text := func(name string) string { s, _ := said[name].(string); return s }
	switch {
	case text("idtyp") == "app":
		return Application
	case text("idtyp") == "user", len(namesIn(said["scp"])) > 0, text("upn") != "":
		return Delegated
	case len(namesIn(said["roles"])) > 0:
		return Application
	case text("oid") != "" && text("oid") == text("sub"):
		return Application
	}
	return Unknown
}

// namesIn reads a list of names and a text of names alike.
func namesIn(claim any) []string {
	var names []string
	switch claim := claim.(type) {
	case string:
		names = strings.Fields(claim)
	case []any:
		for _, item := range claim {
			if name, ok := item.(string); ok {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Auth is what a cassette keeps of the token; nil when the kind is unknown.
func (c Claims) Auth() *cassette.Auth {
	if c.Kind != Delegated && c.Kind != Application {
		return nil
	}
	return &cassette.Auth{Kind: string(c.Kind), Scopes: slices.Clone(c.Scopes), Roles: slices.Clone(c.Roles)}
}

// held are the permissions of the token's kind, those of signing in aside.
func (c Claims) held() []string {
	if c.Kind == Application {
		return c.Roles
	}
	return slices.DeleteFunc(slices.Clone(c.Scopes), func(name string) bool {
		return slices.Contains([]string{"openid", "profile", "email", "offline_access"}, strings.ToLower(name))
	})
}

// String says the kind and the permissions.
func (c Claims) String() string {
	return strings.Join(append([]string{string(cmp.Or(c.Kind, Unknown))}, c.held()...), " ")
}
