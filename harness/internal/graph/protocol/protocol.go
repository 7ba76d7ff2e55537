package protocol

import (
	"net/http"
	"slices"
	"strings"
)

// OperationLocation is the header that says where an operation is, for print and OneNote
// (v1.0/api/printer-create).
const OperationLocation = "Operation-Location"

// NoDate and NoID stand in cassettes for the instant and the id of a call, in headers that
// differ in every answer.
const (
	NoDate = "Thu, 01 Jan 2026 00:00:00 GMT"
	NoID   = "00000000-0000-0000-0000-000000000000"
)

// IsEchoedHeader reports whether a header of an answer is that of its request: in it a client
// finds the id that it gave that (concepts/best-practices-concept).
func IsEchoedHeader(name string) bool {
	return strings.EqualFold(name, "Client-Request-Id") || strings.EqualFold(name, "X-Ms-Client-Request-Id")
}

// credentialHeaders are canonical. The auxiliary one is Azure's for a second tenant.
var credentialHeaders = [...]string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Ms-Authorization-Auxiliary"}

// CredentialHeaders lists the headers whose values give access, by their canonical names.
func CredentialHeaders() []string { return slices.Clone(credentialHeaders[:]) }

// IsCredentialHeader reports whether a header's value gives access.
func IsCredentialHeader(name string) bool {
	return slices.Contains(credentialHeaders[:], http.CanonicalHeaderKey(name))
}

// DropCredentials removes the headers whose values give access: what goes to a host
// that is not Graph's carries none.
func DropCredentials(h http.Header) {
	for name := range h {
		if IsCredentialHeader(name) {
			delete(h, name)
		}
	}
}

// operationHeaders say where the operation is that an answer began.
var operationHeaders = [...]string{"Location", OperationLocation, "Azure-Asyncoperation"}

// OperationHeaders lists the headers that say where the operation is that an answer began,
// or what it made (v1.0/api/team-post, printer-create; Azure's convention), canonical.
func OperationHeaders() []string { return slices.Clone(operationHeaders[:]) }

// IsOperationHeader reports whether a header is one of them.
func IsOperationHeader(name string) bool { return isOneOf(name, operationHeaders[:]) }

// linkHeaders are the headers that lead a client on: those, and what names what was made.
var linkHeaders = [...]string{"Location", OperationLocation, "Content-Location", "Azure-Asyncoperation"}

// LinkHeaders lists the headers that lead a client on, by their canonical names.
func LinkHeaders() []string { return slices.Clone(linkHeaders[:]) }

// IsLinkHeader reports whether a header leads a client on.
func IsLinkHeader(name string) bool { return isOneOf(name, linkHeaders[:]) }

func isOneOf(name string, names []string) bool {
	return slices.ContainsFunc(names, func(one string) bool { return strings.EqualFold(name, one) })
}

// IsThrottled reports whether a status asks the client to come again later and says
// nothing of what was asked: too many requests, overloaded, timed out on the way, or out
// of bandwidth (concepts/throttling, concepts/errors).
func IsThrottled(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusGatewayTimeout, 509:
		return true
	}
	return false
}

// TooManyRequests is the code of the error that comes with status 429
// (concepts/throttling).
const TooManyRequests = "TooManyRequests"

// tokens are the options whose values are tokens, by name in lower case without $.
var tokens = map[string]bool{
	"skiptoken": true, "deltatoken": true, "token": true, "sig": true, "tempauth": true, "tempauthtoken": true, "authtoken": true,
	"authkey": true, "access_token": true, "prooftoken": true, "sharingtoken": true, "guestaccesstoken": true, "code": true, "pwd": true,
	"subscription-key": true, "api-key": true, "api_key": true, "apikey": true, "validationtoken": true, "se": true, "skoid": true, "sktid": true,
}

// IsToken reports whether an option, by its name in lower case without $, holds a token.
func IsToken(name string) bool { return tokens[name] }
