package redact

import (
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
)

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

// matchedHeaders are the headers by which requests differ.
var matchedHeaders = map[string]bool{
	"Prefer": true, "Consistencylevel": true, "If-Match": true, "If-None-Match": true, "Content-Range": true, "Range": true, "Content-Type": true,
	"Accept": true,
}
