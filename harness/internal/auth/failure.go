package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// shorten makes an error of azidentity into one for people: the sign-in host's own
// words without traces, a hint for the common ones, and none of the secrets. It wraps
// nothing but a context's end: azidentity's errors carry whole requests.
func shorten(ctx context.Context, doing string, err error, secrets ...string) *fault.Error {
	if ctx.Err() != nil {
		return &fault.Error{Message: doing, Cause: context.Cause(ctx)}
	}
	text := err.Error()
	return &fault.Error{Message: doing + ": " + firstLine(conceal(signInWords(text), secrets)), Hint: hintFor(text)}
}

// signInWords is the description in a token endpoint's answer (RFC 6749, 5.2),
// else the whole text.
func signInWords(text string) string {
	from, to := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if from < 0 || to < from {
		return text
	}
	var answer struct {
		Error       string
		Description string `json:"error_description"`
	}
	if json.Unmarshal([]byte(text[from:to+1]), &answer) != nil {
		return text
	}
	return cmp.Or(answer.Description, answer.Error, text)
}

// firstLine drops azidentity's link, Entra's trace ids, and what goes on for too long.
func firstLine(text string) string {
	for _, end := range []string{"Trace ID:", "To troubleshoot,", "------"} {
		text, _, _ = strings.Cut(text, end)
	}
	text = strings.Join(strings.Fields(text), " ")
	const most = 300
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}

// credentialLike is longer than any id and shaped like no host or path: tokens,
// assertions, secrets that were echoed.
var credentialLike = regexp.MustCompile(`[A-Za-z0-9_~+=-]{37,}(\.[A-Za-z0-9_=-]+)*|eyJ[A-Za-z0-9_.-]+|EwA[A-Za-z0-9_+/=-]{8,}`)

func conceal(text string, secrets []string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.NewReplacer(s, "[secret]", url.QueryEscape(s), "[secret]").Replace(text)
		}
	}
	return credentialLike.ReplaceAllString(text, "[secret]")
}

var entraCode = regexp.MustCompile(`AADSTS(\d+)`)

// hintFor knows the failures that people meet while they set an app up (Entra's
// reference of error codes).
func hintFor(text string) string {
	if m := entraCode.FindStringSubmatch(text); m != nil {
		return entraHints[m[1]]
	}
	for _, h := range localHints {
		if strings.Contains(text, h.sign) {
			return h.hint
		}
	}
	return ""
}

var localHints = [...]struct{ sign, hint string }{
	{"az login", "run az login (az cloud set first for a national cloud)"},
	{"executable not found", "install the Azure CLI, or choose another kind of sign-in"},
	{"authorization_declined", "the sign-in was declined; run again to get a new code"},
	{"expired_token", "the device code was not entered in time; run again to get a new one"},
	{"invalid tenantID", "AZURE_TENANT_ID is a GUID or a domain such as contoso.onmicrosoft.com"},
	{"x509:", "the sign-in host's certificate is not trusted; for a test service or a proxy, name its CA"},
	{"no such host", "check the network, and AZURE_AUTHORITY_HOST if it is set"},
	{"connection refused", "check the network, and AZURE_AUTHORITY_HOST if it is set"},
}

const (
	register = "check AZURE_TENANT_ID and AZURE_CLIENT_ID, and that the app is registered in that tenant's cloud"
	interact = "sign in as the user with device-code or azure-cli, and complete what is asked for there"
)

// entraHints are by Entra's codes of errors.
var entraHints = map[string]string{
	"50034":   "the account is not in this tenant: check AZURE_TENANT_ID",
	"50059":   "set AZURE_TENANT_ID",
	"50076":   interact,
	"50079":   interact,
	"50105":   "assign the user to the enterprise application, or turn the requirement for an assignment off",
	"53003":   "a conditional access policy blocks this sign-in: ask the tenant's administrator",
	"65001":   "nobody has consented to the app's permissions: grant them under API permissions, with admin consent where needed",
	"70011":   "grant the app at least one permission of Microsoft Graph",
	"70020":   "the device code was not entered in time; run again to get a new one",
	"70021":   "no federated credential of the app matches: compare issuer, subject and audience with the token's",
	"700016":  register,
	"700027":  "upload the certificate to the app registration; check that it has not expired",
	"700211":  "no federated credential of the app matches the token's issuer",
	"700212":  "no federated credential of the app matches the token's audience (api://AzureADTokenExchange)",
	"700213":  "no federated credential of the app matches the token's subject",
	"700024":  "the federated token has expired: have a new one written",
	"7000215": "AZURE_CLIENT_SECRET has to be the secret's value, not its id; values show only when a secret is made",
	"7000216": "the app has to prove itself: use client-secret, client-certificate or federated",
	"7000218": "turn on \"Allow public client flows\" under Authentication in the app registration, or sign in another way",
	"7000222": "the client secret has expired: make a new one under Certificates & secrets",
	"90002":   register,
	"900023":  register,
}
