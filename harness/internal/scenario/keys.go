package scenario

import "slices"

// The keys that each mapping of a scenario may have. The published JSON Schema
// (schemas/graphvcr/scenario.json) knows the same ones; a test compares them.
var (
	scenarioKeys    = []string{"name", "description", "api", "cassette", "vars", "steps", "cleanup"}
	stepKeys        = []string{"name", "api", "as", "auth", "permissions", "request", "expect", "parts", "poll", "follow", "capture"}
	permissionsKeys = []string{"delegated", "application"}
	requestKeys     = []string{"method", "path", "url", "query", "headers", "body", "bodyFile", "text", "base64", "form", "multipart", "redirect"}
	partKeys        = []string{"name", "filename", "contentType", "body", "text", "base64", "bodyFile"}
	expectKeys      = []string{"status", "headers", "schema", "body", "text"}
	pollKeys        = []string{"until", "fail", "every", "timeout", "allow"}
	followKeys      = []string{"link", "max", "total"}
	countKeys       = []string{"min", "max"}
)

// Words that a key admits.
var (
	apiWords      = []string{"v1.0", "beta"}
	authWords     = []string{"none"}
	methodWords   = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
	redirectWords = []string{"follow", "stop"}
	typeWords     = []string{"string", "number", "integer", "boolean", "array", "object", "null"}
)

// Sends reports whether a scenario can send requests by a method.
func Sends(method string) bool { return slices.Contains(methodWords, method) }
