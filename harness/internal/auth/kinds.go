package auth

import (
	"errors"
	"os/exec"
	"regexp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// kind is a way to sign in.
type kind struct {
	name  string
	needs []string // variables; the last one says that the kind is meant
	open  func(*signIn) (acquirer, error)
}

// kinds are in the order in which auto tries them. A variable beats az login,
// because somebody set it for this.
func kinds() []kind {
	return []kind{
		{"client-secret", []string{tenantID, clientID, clientSecret}, (*signIn).secret},
		{"client-certificate", []string{tenantID, clientID, certificatePath}, (*signIn).certificate},
		{"federated", []string{tenantID, clientID, federatedTokenFile}, (*signIn).federated},
		{"device-code", []string{clientID}, (*signIn).deviceCode},
		{"azure-cli", nil, (*signIn).azureCLI},
	}
}

// The variables are azidentity's.
const (
	tenantID            = "AZURE_TENANT_ID"
	clientID            = "AZURE_CLIENT_ID"
	clientSecret        = "AZURE_CLIENT_SECRET"
	certificatePath     = "AZURE_CLIENT_CERTIFICATE_PATH"
	certificatePassword = "AZURE_CLIENT_CERTIFICATE_PASSWORD"
	federatedTokenFile  = "AZURE_FEDERATED_TOKEN_FILE"
	authorityHost       = "AZURE_AUTHORITY_HOST"
)

const kindsHint = "the kinds are auto, none, env:NAME, client-secret, client-certificate, federated, device-code, azure-cli"

func (s *signIn) open(name string) (*Credential, error) {
	variable, static := strings.CutPrefix(name, "env:")
	switch {
	case name == "none":
		return &Credential{shown: "no token"}, nil
	case name == "auto":
		return s.auto()
	case static:
		return s.static(variable)
	}
	for _, k := range kinds() {
		if k.name == name {
			return s.ofKind(k)
		}
	}
	return nil, &fault.Error{Message: "unknown kind of sign-in" + quoted(name), Hint: kindsHint}
}

func (s *signIn) ofKind(k kind) (*Credential, error) {
	var missing []string
	for _, name := range k.needs {
		if s.Getenv(name) == "" {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return nil, &fault.Error{
			Message: s.doing(k.name) + ": not set: " + strings.Join(missing, ", "),
			Hint:    "the tenant (directory) id and the client (application) id stand on the overview page of the app registration",
		}
	}
	acquire, err := k.open(s)
	if err != nil {
		return nil, err
	}
	c := &Credential{shown: k.name, acquire: acquire}
	if k.name != "azure-cli" {
		c.shown += " (" + k.needs[len(k.needs)-1] + ") at " + s.authority.Host
	}
	return c, nil
}

// ErrNotConfigured is why auto finds no credential.
var ErrNotConfigured = errors.New("nothing is configured")

// auto is the first that is configured.
func (s *signIn) auto() (*Credential, error) {
	if variable := tokenVariable(s.identity); s.Getenv(variable) != "" {
		return s.static(variable)
	}
	for _, k := range kinds() {
		if mayBe(s.identity, k.name) && s.configured(k) {
			return s.ofKind(k)
		}
	}
	return nil, &fault.Error{Message: s.doing(""), Hint: autoHint(s.identity), Cause: ErrNotConfigured}
}

func (s *signIn) configured(k kind) bool {
	switch k.name {
	case "azure-cli":
		_, err := exec.LookPath("az")
		return err == nil
	case "device-code":
		return s.Talk != nil && s.Getenv(clientID) != ""
	}
	return s.Getenv(k.needs[len(k.needs)-1]) != ""
}

// mayBe reports whether auto uses a kind of sign-in for an identity.
func mayBe(identity, kind string) bool {
	ofUser := kind == "device-code" || kind == "azure-cli"
	return identity == "" || identity == "app" && !ofUser || identity == "user" && ofUser
}

func autoHint(identity string) string {
	hint := "set " + tokenVariable(identity)
	switch identity {
	case "":
		hint = "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or " + hint + ", or run az login; or say --auth none"
	case "app":
		hint = "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or " + hint
	case "user":
		hint = "set AZURE_CLIENT_ID (device code), or " + hint + ", or run az login"
	}
	if identity != "" {
		hint += "; " + kindVariable(identity) + " names a kind"
	}
	return hint
}

func tokenVariable(identity string) string { return variableOf("GRAPHVCR_TOKEN", identity) }

func kindVariable(identity string) string { return variableOf("GRAPHVCR_AUTH", identity) }

func variableOf(prefix, identity string) string {
	if identity == "" {
		return prefix
	}
	return prefix + "_" + strings.ToUpper(strings.ReplaceAll(identity, "-", "_"))
}

var (
	variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)
	kindName     = regexp.MustCompile(`^[a-z][a-z:_-]{0,29}$`)
)

// quoted is the name, unless it might be a token in the wrong place.
func quoted(name string) string {
	if kindName.MatchString(name) {
		return ` "` + name + `"`
	}
	return ""
}
