package planted

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// Sought is what must not be found.
func (k Kind) Sought() string {
	if k.Needle != "" {
		return k.Needle
	}
	return k.Value
}

func quoted(s string) string {
	text, _ := json.Marshal(s)
	return string(text)
}

// JSON is an object that holds the value.
func (k Kind) JSON() string {
	if k.Member == "" {
		return `{"note":` + quoted(k.Value) + `}`
	}
	if k.Value[0] == '{' || k.Value[0] == '[' && json.Valid([]byte(k.Value)) {
		return `{` + quoted(k.Member) + `:` + k.Value + `}`
	}
	return `{` + quoted(k.Member) + `:` + quoted(k.Value) + `}`
}

// Exchange is an interaction with nothing in it yet.
func Exchange(method, address string) *cassette.Interaction {
	i := &cassette.Interaction{}
	i.Request.Method, i.Request.URL, i.Request.Host = method, address, "graph.microsoft.com"
	i.Request.Headers = http.Header{"Content-Type": {"application/json"}}
	i.Response.Code = 200
	i.Response.Headers = http.Header{"Content-Type": {"application/json"}}
	return i
}

// Graph is where the requests go.
const Graph = "https://graph.microsoft.com/v1.0"

// Bodies puts a JSON text into every place that may hold one.
func Bodies(text string) map[string]*cassette.Interaction {
	all := map[string]*cassette.Interaction{}
	put := func(name string, set func(i *cassette.Interaction)) {
		i := Exchange("POST", Graph+"/me")
		set(i)
		all[name] = i
	}
	put("request body", func(i *cassette.Interaction) { i.Request.Body = text })
	put("response body", func(i *cassette.Interaction) { i.Response.Body = text })
	put("array", func(i *cassette.Interaction) { i.Response.Body = `{"value":[` + text + `,` + text + `]}` })
	put("indented", func(i *cassette.Interaction) {
		i.Response.Body = strings.ReplaceAll(strings.ReplaceAll(text, `":`, `" : `), `,"`, ",\n  \"")
	})
	put("nested string", func(i *cassette.Interaction) { i.Response.Body = `{"values":` + quoted(text) + `}` })
	put("twice nested", func(i *cassette.Interaction) {
		i.Response.Body = `{"values":` + quoted(`{"inner":`+quoted(text)+`}`) + `}`
	})
	put("cut short", func(i *cassette.Interaction) { i.Response.Body = `{"value":[` + text + `,{"id":` })
	put("batch request", func(i *cassette.Interaction) {
		i.Request.Body = `{"requests":[{"id":"1","method":"POST","url":"/me","body":` + text + `}]}`
	})
	put("batch answer", func(i *cassette.Interaction) {
		i.Response.Body = `{"responses":[{"id":"1","status":200,"headers":{},"body":` + text + `}]}`
	})
	put("encoded batch answer", func(i *cassette.Interaction) {
		i.Response.Body = `{"responses":[{"id":"1","status":200,"body":"` + base64.StdEncoding.EncodeToString([]byte(text)) + `"}]}`
	})
	put("multipart", func(i *cassette.Interaction) {
		i.Request.Headers.Set("Content-Type", "multipart/form-data; boundary=b0undary")
		i.Request.Body = "--b0undary\r\nContent-Disposition: form-data; name=\"Presentation\"\r\nContent-Type: application/json\r\n\r\n" + text + "\r\n--b0undary--\r\n"
	})
	return all
}

// Positions puts a value that is recognised by its form into every other place.
func Positions(v string) map[string]*cassette.Interaction {
	all := map[string]*cassette.Interaction{}
	odata := strings.ReplaceAll(v, "'", "''")
	put := func(name string, set func(i *cassette.Interaction)) {
		i := Exchange("GET", Graph+"/me")
		set(i)
		all[name] = i
	}
	put("path", func(i *cassette.Interaction) { i.Request.URL = Graph + "/users/" + url.PathEscape(v) + "/messages" })
	put("path key", func(i *cassette.Interaction) {
		i.Request.URL = Graph + "/users('" + url.PathEscape(odata) + "')/messages"
	})
	put("path, all encoded", func(i *cassette.Interaction) {
		i.Request.URL = Graph + "/users(%27" + strings.ReplaceAll(url.QueryEscape(odata), "+", "%20") + "%27)"
	})
	put("filter", func(i *cassette.Interaction) {
		i.Request.URL = Graph + "/users?$filter=id+eq+'" + url.QueryEscape(odata) + "'&$top=5"
	})
	put("filter, encoded", func(i *cassette.Interaction) {
		i.Request.URL = Graph + "/users?%24filter=id%20eq%20%27" + url.QueryEscape(odata) + "%27"
	})
	put("option", func(i *cassette.Interaction) { i.Request.URL = Graph + "/users?x=" + url.QueryEscape(v) })
	put("header", func(i *cassette.Interaction) {
		i.Request.Headers["X-Anchor"] = []string{strings.ReplaceAll(v, "\n", " ")}
	})
	put("location", func(i *cassette.Interaction) {
		i.Response.Code = 202
		i.Response.Headers["Location"] = []string{"/users('" + odata + "')/operations('" + Object + "')"}
	})
	put("redirect", func(i *cassette.Interaction) {
		i.Response.Code = 302
		i.Response.Headers["Location"] = []string{"https://files.1drv.com/y4m/" + url.PathEscape(v) + "?x=" + url.QueryEscape(v)}
	})
	put("next link", func(i *cassette.Interaction) {
		i.Response.Body = `{"@odata.nextLink":` + quoted(Graph+"/users/"+url.PathEscape(v)+"/messages?$skip=10") + `,"value":[]}`
	})
	put("context", func(i *cassette.Interaction) {
		i.Response.Body = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('` + strings.ReplaceAll(url.QueryEscape(odata), "+", "%20") + `')/messages/$entity"}`
	})
	put("bind", func(i *cassette.Interaction) {
		i.Request.Body = `{"user@odata.bind":` + quoted(Graph+"/users('"+odata+"')") + `}`
	})
	put("error message", func(i *cassette.Interaction) {
		i.Response.Body = `{"error":{"code":"Request_ResourceNotFound","message":` + quoted("Resource '"+v+"' does not exist, or "+v+" is not allowed.") + `}}`
	})
	put("form", func(i *cassette.Interaction) {
		i.Request.Headers.Set("Content-Type", "application/x-www-form-urlencoded")
		i.Request.Body = "a=b&x=" + url.QueryEscape(v)
		i.Request.Form = url.Values{"x": {v}}
	})
	put("multipart", func(i *cassette.Interaction) {
		i.Request.Headers.Set("Content-Type", "multipart/form-data; boundary=b0undary")
		i.Request.Body = "--b0undary\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n" + v + "\r\n--b0undary--\r\n"
	})
	put("batch url", func(i *cassette.Interaction) {
		i.Request.Body = `{"requests":[{"id":"1","method":"GET","url":` + quoted("/users/"+url.PathEscape(v)) + `}]}`
	})
	put("text", func(i *cassette.Interaction) {
		i.Response.Headers.Set("Content-Type", "text/plain")
		i.Response.Body = "who: " + v + "\n"
	})
	put("member name", func(i *cassette.Interaction) {
		i.Response.Body = `{"assignments":{` + quoted(v) + `:{"orderHint":" !"}}}`
	})
	return all
}

// Links puts a value that an option tells into links of all kinds.
func Links(k Kind) map[string]*cassette.Interaction {
	link := Graph + "/me/messages?$top=1&" + k.Member + "=" + url.QueryEscape(k.Value)
	all := map[string]*cassette.Interaction{"query": Exchange("GET", link)}
	all["query, encoded"] = Exchange("GET", Graph+"/me?"+url.QueryEscape(k.Member)+"="+url.QueryEscape(k.Value)+"&$top=1")
	put := func(name, body string) {
		i := Exchange("GET", Graph+"/me")
		i.Response.Body = body
		all[name] = i
	}
	put("next link", `{"@odata.nextLink":`+quoted(link)+`}`)
	put("message", `{"error":{"message":`+quoted("see "+link+" for more")+`}}`)
	put("nested", `{"values":`+quoted(`{"x":`+quoted(link)+`}`)+`}`)
	put("batch location", `{"responses":[{"id":"1","status":302,"headers":{"location":`+quoted(link)+`}}]}`)
	redirect := Exchange("GET", Graph+"/me")
	redirect.Response.Code = 302
	redirect.Response.Headers["Location"] = []string{"https://files.1drv.com/y4m?" + k.Member + "=" + url.QueryEscape(k.Value)}
	all["redirect"] = redirect
	return all
}

// Spellings lists everything that a cassette file would hold of an interaction, in every
// spelling that it may be read in.
func Spellings(i *cassette.Interaction) string {
	dump, _ := json.Marshal(i)
	texts := []string{string(dump), i.Request.URL, i.Request.Body, i.Response.Body}
	for n := range 4 {
		for _, t := range slices.Clone(texts) {
			if u, err := url.PathUnescape(t); err == nil && n < 2 && u != t {
				texts = append(texts, u)
			}
			if strings.Contains(t, `\`) && n < 3 {
				texts = append(texts, strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\u0026`, "&", `\/`, "/", `\u003c`, "<", `\u003e`, ">").Replace(t))
			}
		}
		if len(texts) > 200 {
			break
		}
	}
	for _, m := range regexp.MustCompile(`[A-Za-z0-9+/]{24,}={0,2}`).FindAllString(string(dump), -1) {
		if plain, err := base64.StdEncoding.DecodeString(m); err == nil {
			texts = append(texts, string(plain))
		}
	}
	return strings.ToLower(strings.Join(texts, "\n"))
}
