package planted

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// Sought is what must not be found.
func (k Kind) Sought() string {
	return cmp.Or(k.Needle, k.Value)
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

// sent and answered put bodies into requests and into responses, by the names of their places.
func sent(all map[string]*cassette.Interaction, bodies map[string]string) {
	for name, body := range bodies {
		all[name] = Exchange("POST", Graph+"/me")
		all[name].Request.Body = body
	}
}

func answered(all map[string]*cassette.Interaction, bodies map[string]string) {
	for name, body := range bodies {
		all[name] = Exchange("GET", Graph+"/me")
		all[name].Response.Body = body
	}
}

// Bodies puts a JSON text into every place that may hold one.
func Bodies(text string) map[string]*cassette.Interaction {
	all := map[string]*cassette.Interaction{}
	sent(all, map[string]string{
		"request body":  text,
		"batch request": `{"requests":[{"id":"1","method":"POST","url":"/me","body":` + text + `}]}`,
		"multipart":     parted("Content-Disposition: form-data; name=\"Presentation\"\r\nContent-Type: application/json", text),
	})
	all["multipart"].Request.Headers.Set("Content-Type", "multipart/form-data; boundary=b0undary")
	encoded := base64.StdEncoding.EncodeToString([]byte(text))
	answered(all, map[string]string{
		"response body":        text,
		"array":                `{"value":[` + text + `,` + text + `]}`,
		"indented":             strings.NewReplacer(`":`, `" : `, `,"`, ",\n  \"").Replace(text),
		"nested string":        `{"values":` + quoted(text) + `}`,
		"twice nested":         `{"values":` + quoted(`{"inner":`+quoted(text)+`}`) + `}`,
		"cut short":            `{"value":[` + text + `,{"id":`,
		"batch answer":         `{"responses":[{"id":"1","status":200,"headers":{},"body":` + text + `}]}`,
		"encoded batch answer": `{"responses":[{"id":"1","status":200,"body":"` + encoded + `"}]}`,
	})
	return all
}

// parted is the one part of a body of many.
func parted(header, body string) string {
	return "--b0undary\r\n" + header + "\r\n\r\n" + body + "\r\n--b0undary--\r\n"
}

// Positions puts a value that is recognised by its form into every other place.
func Positions(v string) map[string]*cassette.Interaction {
	all := map[string]*cassette.Interaction{}
	odata := strings.ReplaceAll(v, "'", "''")
	path, query := url.PathEscape(v), url.QueryEscape(v)
	escaped := strings.ReplaceAll(url.QueryEscape(odata), "+", "%20")
	for name, address := range map[string]string{
		"path":              "/users/" + path + "/messages",
		"path key":          "/users('" + url.PathEscape(odata) + "')/messages",
		"path, all encoded": "/users(%27" + escaped + "%27)",
		"filter":            "/users?$filter=id+eq+'" + url.QueryEscape(odata) + "'&$top=5",
		"filter, encoded":   "/users?%24filter=id%20eq%20%27" + url.QueryEscape(odata) + "%27",
		"option":            "/users?x=" + query,
	} {
		all[name] = Exchange("GET", Graph+address)
	}
	all["header"] = Exchange("GET", Graph+"/me")
	all["header"].Request.Headers["X-Anchor"] = []string{strings.ReplaceAll(v, "\n", " ")}
	for name, link := range map[string]string{
		"location": "/users('" + odata + "')/operations('" + Object + "')",
		"redirect": "https://files.1drv.com/y4m/" + path + "?x=" + query,
	} {
		all[name] = redirect(link)
	}
	all["location"].Response.Code = 202
	message := "Resource '" + v + "' does not exist, or " + v + " is not allowed."
	answered(all, map[string]string{
		"next link":     `{"@odata.nextLink":` + quoted(Graph+"/users/"+path+"/messages?$skip=10") + `,"value":[]}`,
		"context":       `{"@odata.context":"` + Graph + `/$metadata#users('` + escaped + `')/messages/$entity"}`,
		"error message": `{"error":{"code":"Request_ResourceNotFound","message":` + quoted(message) + `}}`,
		"text":          "who: " + v + "\n",
		"member name":   `{"assignments":{` + quoted(v) + `:{"orderHint":" !"}}}`,
	})
	all["text"].Response.Headers.Set("Content-Type", "text/plain")
	sent(all, map[string]string{
		"bind":      `{"user@odata.bind":` + quoted(Graph+"/users('"+odata+"')") + `}`,
		"form":      "a=b&x=" + query,
		"multipart": parted(`Content-Disposition: form-data; name="x"`, v),
		"batch url": `{"requests":[{"id":"1","method":"GET","url":` + quoted("/users/"+path) + `}]}`,
	})
	all["form"].Request.Headers.Set("Content-Type", "application/x-www-form-urlencoded")
	all["form"].Request.Form = url.Values{"x": {v}}
	all["multipart"].Request.Headers.Set("Content-Type", "multipart/form-data; boundary=b0undary")
	return all
}

func redirect(link string) *cassette.Interaction {
	i := Exchange("GET", Graph+"/me")
	i.Response.Code = 302
	i.Response.Headers["Location"] = []string{link}
	return i
}

// Links puts a value that an option tells into links of all kinds.
func Links(k Kind) map[string]*cassette.Interaction {
	option := url.QueryEscape(k.Value)
	link := Graph + "/me/messages?$top=1&" + k.Member + "=" + option
	all := map[string]*cassette.Interaction{
		"query":          Exchange("GET", link),
		"query, encoded": Exchange("GET", Graph+"/me?"+url.QueryEscape(k.Member)+"="+option+"&$top=1"),
		"redirect":       redirect("https://files.1drv.com/y4m?" + k.Member + "=" + option),
	}
	answered(all, map[string]string{
		"next link":      `{"@odata.nextLink":` + quoted(link) + `}`,
		"message":        `{"error":{"message":` + quoted("see "+link+" for more") + `}}`,
		"nested":         `{"values":` + quoted(`{"x":`+quoted(link)+`}`) + `}`,
		"batch location": `{"responses":[{"id":"1","status":302,"headers":{"location":` + quoted(link) + `}}]}`,
	})
	return all
}

// Tables puts a value into the cells of reports, in every column, behind cells that shift
// it, and where no column is. A value that is JSON stands in no cell.
func Tables(k Kind) map[string]*cassette.Interaction {
	all := map[string]*cassette.Interaction{}
	if k.Value[0] == '{' || k.Value[0] == '[' {
		return all
	}
	put := func(name, kind, body string) {
		i := Exchange("GET", Graph+"/reports/getTeamsUserActivityUserDetail(period='D7')")
		i.Response.Headers.Set("Content-Type", kind)
		i.Response.Body = body
		all["table: "+name] = i
	}
	const columns, plain = 4, "text/csv"
	cell := cellOf(k.Value, ',')
	for n := range columns {
		put(fmt.Sprintf("column %d", n), plain, tableOf(",", "\r\n", n, k.column(), cell))
		put(fmt.Sprintf("column %d of tabs", n), "text/tab-separated-values", tableOf("\t", "\n", n, k.column(), cellOf(k.Value, '\t')))
		put(fmt.Sprintf("column %d of semicolons", n), plain, tableOf(";", "\n", n, k.column(), cellOf(k.Value, ';')))
	}
	last := columns - 1
	table := tableOf(",", "\r\n", last, k.column(), cell)
	behind := func(first string) string { return strings.ReplaceAll(table, "2026-01-02,", first+",") }
	put("behind a comma in quotes", plain, behind(`"Berg, Anna"`))
	put("behind a line break in quotes", plain, behind("\"Berg\r\nAnna\""))
	put("behind quotes in quotes", plain, behind(`"the ""other"", Anna"`))
	put("behind a space and quotes", plain, behind(` "Berg, Anna"`))
	put("behind a bare comma", plain, behind("Berg, Anna"))
	put("behind a bare quote", plain, behind(`5" disk`))
	put("below a title", plain, "Usage of July\r\nAll users, by name\r\n"+table)
	put("behind a mark", plain, "\ufeff"+table)
	put("as octets", "application/octet-stream", "\ufeff\"Report Refresh Date\","+strings.TrimPrefix(tableOf(",", "\n", last, k.column(), cell), "Report Refresh Date,"))
	if k.Member == "" {
		for name, body := range map[string]string{
			"beyond the columns":   "a,b\nx,y,z," + cell + "\n",
			"in a short row":       "a,b,c,d\n" + cell + "\n",
			"among the columns":    "a," + cell + ",b\n1,2,3\n",
			"in a title":           "for " + strings.ReplaceAll(k.Value, "\n", " ") + " only\nReport Refresh Date,Display Name\n2026-01-02,x\n",
			"in a text in quotes":  "a,b\n1,\"see, " + k.Value + ", and\"\n",
			"behind quotes":        "a,b\n1,\"say \"\"" + k.Value + "\"\" again\"\n",
			"behind an open quote": "a,b\n\"1," + k.Value,
		} {
			put(name, plain, body)
		}
	}
	return all
}

// column is how a report names the column of a kind: User Principal Name.
func (k Kind) column() string {
	if k.Member == "" {
		return "Column"
	}
	var b strings.Builder
	for n, c := range k.Member {
		if n > 0 && c >= 'A' && c <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return strings.ToUpper(b.String()[:1]) + b.String()[1:]
}

// tableOf is a report of two rows and four columns, of which column n has the value.
func tableOf(comma, end string, n int, column, cell string) string {
	names, row := []string{"Report Refresh Date", "Is Deleted", "Used", "Period"}, []string{"2026-01-02", "False", "7", "30"}
	names[n] = column
	other := strings.Join(row, comma)
	row[n] = cell
	return strings.Join(names, comma) + end + strings.Join(row, comma) + end + other + end
}

func cellOf(value string, comma rune) string {
	if strings.ContainsAny(value, "\"\r\n"+string(comma)) {
		return `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	}
	return value
}
