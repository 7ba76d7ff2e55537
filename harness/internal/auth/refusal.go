package auth

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

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
	if audience == "" || audience == graphAppID || isLoopback(strings.TrimPrefix(host, "http://")) {
		return true
	}
	return graph.IsHost(host)
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
