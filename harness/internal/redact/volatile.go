package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// What changes with every call and answers nothing is stored as a constant of its form, so
// that two recordings of an unchanged service differ in what changed.

const (
	noDate       = "Thu, 01 Jan 2026 00:00:00 GMT"
	noInstant    = "2026-01-01T00:00:00"
	noDiagnostic = `{"ServerInfo":{"DataCenter":"","Slice":"","Ring":"","ScaleUnit":"","RoleInstance":""}}`
)

// volatileHeaders are headers of answers, and requests, that change with every call.
var volatileHeaders = map[string]string{
	"Date": noDate, "Request-Id": zeroGUID, "Client-Request-Id": zeroGUID, "X-Ms-Ags-Diagnostic": noDiagnostic, "X-Ms-Request-Id": zeroGUID,
	"X-Ms-Client-Request-Id": zeroGUID, "X-Ms-Correlation-Id": zeroGUID, "Sprequestguid": zeroGUID, "Duration": "0", "X-Ms-Diagnostics": "0",
	"Sprequestduration": "0", "Spiislatency": "0", "X-Sharepointhealthscore": "0", "X-Calculatedbetarget": "REDACTED", "X-Backend-Httpstatus": "200",
	"X-Feserver": "REDACTED", "X-Beserver": "REDACTED", "X-Calculatedfetarget": "REDACTED", "Ms-Cv": "0", "X-Msedge-Ref": "REDACTED", "X-Azure-Ref": "REDACTED",
	"X-Ms-Ests-Server": "REDACTED", "X-Ms-Srs": "0", "X-Mse-Ref": "REDACTED", "Traceparent": "00-00000000000000000000000000000000-0000000000000000-00",
	"Splogid": zeroGUID, "Ms-Requestid": zeroGUID, "X-Ms-Gateway-Requestid": zeroGUID, "X-Ms-Resource-Unit": "1", "X-Request-Id": zeroGUID,
	"Return-Client-Request-Id": "true", "X-Databoundary": "NONE", "Rate-Limit-Reset": "0", "Ratelimit-Reset": "0",
}

// volatile is the constant for a text that changes with every call. Without a salt, as where
// documentation is read, only the constant itself is one.
func (p *pass) volatile(l *place.Leaf) (string, bool) {
	is, ok := p.constant(l)
	return is, ok && (len(p.r.salt) > 0 || is == l.Text)
}

func (p *pass) constant(l *place.Leaf) (string, bool) {
	switch l.Role {
	case place.Header:
		is, ok := volatileHeaders[l.Name]
		return is, ok && !p.r.keepHeaders[strings.ToLower(l.Name)]
	case place.Member:
		if !strings.EqualFold(l.Parent, "innerError") || p.r.keepHeaders[strings.ToLower(l.Name)] {
			return "", false
		}
		switch l.Name {
		case "request-id", "client-request-id":
			return zeroGUID, true
		case "date":
			return noInstant, true
		}
	}
	return "", false
}
