package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// What changes with every call and answers nothing is stored as a constant of its form, so
// that two recordings of an unchanged service differ in what changed.

const (
	noInstant    = "2026-01-01T00:00:00"
	noDiagnostic = `{"ServerInfo":{"DataCenter":"","Slice":"","Ring":"","ScaleUnit":"","RoleInstance":""}}`
)

// volatileHeaders are headers of answers, and requests, that change with every call.
var volatileHeaders = map[string]string{
	"Date": protocol.NoDate, "Request-Id": zeroGUID, "Client-Request-Id": zeroGUID, "X-Ms-Ags-Diagnostic": noDiagnostic, "X-Ms-Request-Id": zeroGUID,
	"X-Ms-Client-Request-Id": zeroGUID, "X-Ms-Correlation-Id": zeroGUID, "Sprequestguid": zeroGUID, "Duration": "0", "X-Ms-Diagnostics": "0",
	"Sprequestduration": "0", "Spiislatency": "0", "X-Sharepointhealthscore": "0", "X-Calculatedbetarget": "REDACTED", "X-Backend-Httpstatus": "200",
	"X-Feserver": "REDACTED", "X-Beserver": "REDACTED", "X-Calculatedfetarget": "REDACTED", "Ms-Cv": "0", "X-Msedge-Ref": "REDACTED", "X-Azure-Ref": "REDACTED",
	"X-Ms-Ests-Server": "REDACTED", "X-Ms-Srs": "0", "X-Mse-Ref": "REDACTED", "Traceparent": "00-00000000000000000000000000000000-0000000000000000-00",
	"Splogid": zeroGUID, "Ms-Requestid": zeroGUID, "X-Ms-Gateway-Requestid": zeroGUID, "X-Ms-Resource-Unit": "1", "X-Request-Id": zeroGUID,
	"Return-Client-Request-Id": "true", "X-Databoundary": "NONE", "Rate-Limit-Reset": "0", "Ratelimit-Reset": "0",
}

// volatile is what stands for a text that changes with every call: a constant, or itself
// where the rules keep it. Without a salt, as where documentation is read, only the constant
// itself is one.
func (p judge) volatile(l *place.Leaf) (string, bool) {
	is, ok := "", false
	switch {
	case l.Role == place.Header:
		is, ok = volatileHeaders[l.Name]
	case l.Role == place.Boundary && !l.Layered:
		is, ok = p.renamer().boundary(l), true
	case l.Role == place.Member && len(l.Parent) == len("innerError") && strings.EqualFold(l.Parent, "innerError"):
		switch l.Name {
		case "request-id", "client-request-id":
			is, ok = zeroGUID, true
		case "date":
			is, ok = noInstant, true
		}
	}
	if ok && p.r.keepHeaders.has(l.Name) {
		return l.Text, true
	}
	return is, ok && (len(p.r.salt) > 0 || is == l.Text)
}

// boundary is what tells parts apart instead of a text that a client made, most by chance: an
// id where it is one, else a name, unless it is made of words.
func (p renamer) boundary(l *place.Leaf) string {
	if is, _, ok := p.ids(l, l.Text); ok {
		return is
	}
	if len(l.Text) <= 40 && digitsIn(l.Text) <= 3 && isMarkupName(strings.ToLower(l.Text)) {
		return l.Text
	}
	return p.r.ledger.name("boundary", l.Text, p.suggestion(l))
}
