package check

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// elsewhere stands for the address of an exchange with another service.
const elsewhere = "elsewhere"

// The names by which tools know the parts of an exchange, without case, '_' and '-'.
var (
	statusNames  = []string{"statuscode", "status", "responsecode", "httpstatus", "code"}
	bodyNames    = []string{"body", "response", "jsonbody", "responsebody", "content", "payload", "data"}
	headerNames  = []string{"headers", "responseheaders", "rawheaders", "header"}
	answerNames  = []string{"response", "reply", "res"}
	requestNames = []string{"request", "req"}
	addressNames = []string{"url", "uri", "requesturi", "urlpath", "path"}
	methodNames  = []string{"method", "verb"}
	hostNames    = []string{"scope", "host", "baseurl"}
)

// wrapped reads an object that wraps an answer: it says the status, and holds a body or
// headers. What stands in front of the body's path is returned with it.
func wrapped(object map[string]any) (e conform.Exchange, bodyAt string, ok bool) {
	answered, asked := object, object
	if inner, name := member(object, answerNames); name != "" {
		if message, isObject := inner.(map[string]any); isObject && statusOf(message) > 0 {
			answered, bodyAt = message, step(name)
		}
	}
	if e.Status = statusOf(answered); e.Status == 0 {
		return e, "", false
	}
	body, name := member(answered, bodyNames)
	list, headers := member(answered, headerNames)
	switch body := body.(type) {
	case nil:
		if headers == "" && name == "" {
			return e, "", false
		}
	case string:
		e.Answer = conform.BodyOf(body, "")
	case map[string]any, []any:
		e.Answer = bodyOf(body)
	default:
		return e, "", false
	}
	if name != "" {
		bodyAt += step(name)
	}
	e.Header = http.Header{}
	importer.AddHeaders(e.Header, list)
	if inner, name := member(object, requestNames); name != "" {
		if message, isObject := inner.(map[string]any); isObject {
			asked = message
		}
	}
	method, _ := member(asked, methodNames)
	if e.Method, _ = method.(string); e.Method == "" {
		e.Method = http.MethodGet
	}
	e.Method = strings.ToUpper(e.Method)
	e.URL = addressIn(asked)
	return e, bodyAt, true
}

func step(name string) string {
	return strings.TrimPrefix(jsondoc.AppendPath(jsondoc.Root, name), jsondoc.Root)
}

// member is the first of some members that an object has, and its name there.
func member(object map[string]any, names []string) (value any, name string) {
	for _, wanted := range names {
		for name, value := range object {
			if plainName.Replace(strings.ToLower(name)) == wanted {
				return value, name
			}
		}
	}
	return nil, ""
}

var plainName = strings.NewReplacer("_", "", "-", "")

// statusOf is the status that an object says, or 0: what else is called status is a text.
func statusOf(object map[string]any) int {
	for _, wanted := range statusNames {
		value, _ := member(object, []string{wanted})
		text := ""
		switch value := value.(type) {
		case json.Number:
			text = string(value)
		case string:
			text, _, _ = strings.Cut(value, " ")
		}
		if status, err := strconv.Atoi(text); err == nil && len(text) == 3 && status >= 100 && status < 600 {
			return status
		}
	}
	return 0
}

// addressIn is the address of a request, as conform resolves it: "" where it says no version,
// elsewhere where it is another service's.
func addressIn(asked map[string]any) string {
	value, _ := member(asked, addressNames)
	address, _ := value.(string)
	if host, _ := member(asked, hostNames); !strings.Contains(address, "://") {
		if base, ok := host.(string); ok && strings.Contains(base, "://") {
			address = strings.TrimSuffix(base, "/") + "/" + strings.TrimPrefix(address, "/")
		}
	}
	return resolvable(address)
}

func resolvable(address string) string {
	if scheme, rest, ok := strings.Cut(address, "://"); ok {
		host, path, _ := strings.Cut(rest, "/")
		u, err := url.Parse(scheme + "://" + host)
		switch {
		case err == nil && graph.IsHost(u.Host):
		case err == nil && (u.Hostname() == "localhost" || strings.HasPrefix(u.Hostname(), "127.")):
		default:
			return elsewhere
		}
		address = "/" + path
	}
	if u, err := graphurl.Parse(address); err != nil || u.Version == "" {
		return ""
	}
	return graph.URL + address
}
