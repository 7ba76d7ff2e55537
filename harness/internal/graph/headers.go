package graph

import (
	"net/http"
	"slices"
	"strings"
)

// OperationLocation is the header that says where an operation is, for print and OneNote
// (v1.0/api/printer-create).
const OperationLocation = "Operation-Location"

// credentialHeaders are canonical. The auxiliary one is Azure's for a second tenant.
var credentialHeaders = [...]string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Ms-Authorization-Auxiliary"}

// CredentialHeaders lists the headers whose values give access, by their canonical names.
func CredentialHeaders() []string { return slices.Clone(credentialHeaders[:]) }

// IsCredentialHeader reports whether a header's value gives access.
func IsCredentialHeader(name string) bool {
	return slices.Contains(credentialHeaders[:], http.CanonicalHeaderKey(name))
}

// linkHeaders are the headers that lead a client on (v1.0/api/team-post, printer-create;
// Azure's convention for operations).
var linkHeaders = [...]string{"Location", "Operation-Location", "Content-Location", "Azure-Asyncoperation"}

// LinkHeaders lists the headers that lead a client on, by their canonical names.
func LinkHeaders() []string { return slices.Clone(linkHeaders[:]) }

// IsLinkHeader reports whether a header leads a client on.
func IsLinkHeader(name string) bool {
	for _, link := range linkHeaders {
		if len(name) == len(link) && strings.EqualFold(name, link) {
			return true
		}
	}
	return false
}
