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

// echoedHeaders are those in which a client finds the id that it gave its request
// (concepts/best-practices-concept), canonical.
var echoedHeaders = [...]string{"Client-Request-Id", "X-Ms-Client-Request-Id"}

// IsEchoedHeader reports whether a header of an answer is that of its request.
func IsEchoedHeader(name string) bool { return isOneOf(name, echoedHeaders[:]) }

// credentialHeaders are canonical. The auxiliary one is Azure's for a second tenant.
var credentialHeaders = [...]string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Ms-Authorization-Auxiliary"}

// CredentialHeaders lists the headers whose values give access, by their canonical names.
func CredentialHeaders() []string { return slices.Clone(credentialHeaders[:]) }

// IsCredentialHeader reports whether a header's value gives access.
func IsCredentialHeader(name string) bool {
	return slices.Contains(credentialHeaders[:], http.CanonicalHeaderKey(name))
}

// DropCredentials takes the headers away whose values give access: what goes to a host
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
