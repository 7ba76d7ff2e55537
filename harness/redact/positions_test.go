package redact_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

func (k kind) sought() string {
	if k.needle != "" {
		return k.needle
	}
	return k.value
}

func quoted(s string) string {
	text, _ := json.Marshal(s)
	return string(text)
}

func (k kind) json() string {
	if k.member == "" {
		return `{"note":` + quoted(k.value) + `}`
	}
	if k.value[0] == '{' || k.value[0] == '[' && json.Valid([]byte(k.value)) {
		return `{` + quoted(k.member) + `:` + k.value + `}`
	}
	return `{` + quoted(k.member) + `:` + quoted(k.value) + `}`
}

func interaction(method, address string) *cassette.Interaction {
	i := &cassette.Interaction{}
	i.Request.Method, i.Request.URL, i.Request.Host = method, address, "graph.microsoft.com"
	i.Request.Headers = http.Header{"Content-Type": {"application/json"}}
	i.Response.Code = 200
	i.Response.Headers = http.Header{"Content-Type": {"application/json"}}
	return i
}

const graph = "https://graph.microsoft.com/v1.0"

// bodies puts a JSON text into every place that may hold one.
func bodies(text string) map[string]*cassette.Interaction {
	all := map[string]*cassette.Interaction{}
	put := func(name string, set func(i *cassette.Interaction)) {
		i := interaction("POST", graph+"/me")
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

// positions puts a value that is recognised by its form into every other place.
func positions(v string) map[string]*cassette.Interaction {
	all := map[string]*cassette.Interaction{}
	odata := strings.ReplaceAll(v, "'", "''")
	put := func(name string, set func(i *cassette.Interaction)) {
		i := interaction("GET", graph+"/me")
		set(i)
		all[name] = i
	}
	put("path", func(i *cassette.Interaction) { i.Request.URL = graph + "/users/" + url.PathEscape(v) + "/messages" })
	put("path key", func(i *cassette.Interaction) {
		i.Request.URL = graph + "/users('" + url.PathEscape(odata) + "')/messages"
	})
	put("path, all encoded", func(i *cassette.Interaction) {
		i.Request.URL = graph + "/users(%27" + strings.ReplaceAll(url.QueryEscape(odata), "+", "%20") + "%27)"
	})
	put("filter", func(i *cassette.Interaction) {
		i.Request.URL = graph + "/users?$filter=id+eq+'" + url.QueryEscape(odata) + "'&$top=5"
	})
	put("filter, encoded", func(i *cassette.Interaction) {
		i.Request.URL = graph + "/users?%24filter=id%20eq%20%27" + url.QueryEscape(odata) + "%27"
	})
	put("option", func(i *cassette.Interaction) { i.Request.URL = graph + "/users?x=" + url.QueryEscape(v) })
	put("header", func(i *cassette.Interaction) {
		i.Request.Headers["X-Anchor"] = []string{strings.ReplaceAll(v, "\n", " ")}
	})
	put("location", func(i *cassette.Interaction) {
		i.Response.Code = 202
		i.Response.Headers["Location"] = []string{"/users('" + odata + "')/operations('" + object + "')"}
	})
	put("redirect", func(i *cassette.Interaction) {
		i.Response.Code = 302
		i.Response.Headers["Location"] = []string{"https://files.1drv.com/y4m/" + url.PathEscape(v) + "?x=" + url.QueryEscape(v)}
	})
	put("next link", func(i *cassette.Interaction) {
		i.Response.Body = `{"@odata.nextLink":` + quoted(graph+"/users/"+url.PathEscape(v)+"/messages?$skip=10") + `,"value":[]}`
	})
	put("context", func(i *cassette.Interaction) {
		i.Response.Body = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('` + strings.ReplaceAll(url.QueryEscape(odata), "+", "%20") + `')/messages/$entity"}`
	})
	put("bind", func(i *cassette.Interaction) {
		i.Request.Body = `{"user@odata.bind":` + quoted(graph+"/users('"+odata+"')") + `}`
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

func links(k kind) map[string]*cassette.Interaction {
	link := graph + "/me/messages?$top=1&" + k.member + "=" + url.QueryEscape(k.value)
	all := map[string]*cassette.Interaction{"query": interaction("GET", link)}
	all["query, encoded"] = interaction("GET", graph+"/me?"+url.QueryEscape(k.member)+"="+url.QueryEscape(k.value)+"&$top=1")
	put := func(name, body string) {
		i := interaction("GET", graph+"/me")
		i.Response.Body = body
		all[name] = i
	}
	put("next link", `{"@odata.nextLink":`+quoted(link)+`}`)
	put("message", `{"error":{"message":`+quoted("see "+link+" for more")+`}}`)
	put("nested", `{"values":`+quoted(`{"x":`+quoted(link)+`}`)+`}`)
	put("batch location", `{"responses":[{"id":"1","status":302,"headers":{"location":`+quoted(link)+`}}]}`)
	redirect := interaction("GET", graph+"/me")
	redirect.Response.Code = 302
	redirect.Response.Headers["Location"] = []string{"https://files.1drv.com/y4m?" + k.member + "=" + url.QueryEscape(k.value)}
	all["redirect"] = redirect
	return all
}
