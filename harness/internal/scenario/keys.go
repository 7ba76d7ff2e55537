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

	// What makes a mapping under body: a matcher. Any other mapping names
	// properties.
	matcherKeys = []string{
		"equals", "oneOf", "format", "pattern", "type", "exists", "absent", "min", "max",
		"count", "each", "some", "json", "sameAs", "notBefore", "properties",
	}
	// The matchers of what is text by nature: a header, a body that is not JSON.
	textMatcherKeys = []string{
		"equals", "oneOf", "format", "pattern", "exists", "absent", "min", "max",
		"count", "json", "sameAs", "notBefore",
	}
)

// IsMatcher reports whether a key under body is one of a matcher, so that a property of that
// name is written under properties:.
func IsMatcher(key string) bool { return slices.Contains(matcherKeys, key) }

// Words that a key admits.
var (
	apiWords      = []string{"v1.0", "beta"}
	authWords     = []string{"none"}
	methodWords   = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
	redirectWords = []string{"follow", "stop"}
	typeWords     = []string{"string", "number", "integer", "boolean", "array", "object", "null"}
)
