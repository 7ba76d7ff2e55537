package match

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A meaning is what a request asks for, apart from how it is spelled. Law 3: all
// spellings of a meaning have one key, and two meanings have two.
type meaning struct {
	id      string // of a user
	filter  string
	columns []string // of $select
	page    string   // of Prefer: odata.maxpagesize
	etag    string   // of If-Match
	body    string   // "", "json", "form", "multipart", "batch"
	value   string   // somewhere in the body
	header  bool     // ConsistencyLevel
}

func newMeaning(rng *rand.Rand, text string) meaning {
	text = strings.ToValidUTF8(text, "?")
	kinds := []string{"", "json", "form", "multipart", "batch"}
	m := meaning{
		id: "u" + onlyIn(text, "abcXYZ019@._#$+-éß "), filter: "x" + text, page: fmt.Sprint(rng.IntN(100)),
		etag: `W/"` + onlyIn(text, "abcXYZ019/+=") + `"`, body: kinds[rng.IntN(len(kinds))], value: text, header: rng.IntN(2) == 0,
	}
	for _, column := range []string{"id", "mail", "displayName"} {
		if rng.IntN(2) == 0 {
			m.columns = append(m.columns, column)
		}
	}
	return m
}

func onlyIn(text, alphabet string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(alphabet, r) {
			return r
		}
		return -1
	}, text)
}

// others are meanings that differ from m in one thing each.
func (m meaning) others() map[string]meaning {
	others := map[string]func(o *meaning){
		"id":      func(o *meaning) { o.id += "2" },
		"filter":  func(o *meaning) { o.filter += "2" },
		"columns": func(o *meaning) { o.columns = append(slices.Clone(o.columns), "jobTitle") },
		"page":    func(o *meaning) { o.page += "2" },
		"etag":    func(o *meaning) { o.etag = `W/"2"` + o.etag },
		"header":  func(o *meaning) { o.header = !o.header },
		"kind": func(o *meaning) {
			o.body = map[string]string{"": "json", "json": "", "form": "", "multipart": "", "batch": ""}[o.body]
		},
	}
	if r := []rune(m.id); r[0] == 'u' {
		others["letter case of id"] = func(o *meaning) { o.id = "U" + o.id[1:] }
	}
	if m.body != "" {
		others["value"] = func(o *meaning) { o.value += "2" }
	}
	all := map[string]meaning{}
	for name, change := range others {
		o := m
		change(&o)
		all[name] = o
	}
	return all
}

func (m meaning) method() string {
	if m.body == "" {
		return "GET"
	}
	return "POST"
}

// spelled writes a request in one of its spellings.
func (m meaning) spelled(t *testing.T, rng *rand.Rand) (*http.Request, []byte) {
	t.Helper()
	header := http.Header{"Authorization": {fmt.Sprint(rng.Uint64())}, "Client-Request-Id": {fmt.Sprint(rng.Uint64())}}
	header["Accept"] = []string{pick(rng, "application/json", "*/*", "application/json;odata.metadata=minimal;IEEE754Compatible=false")}
	body := m.spellBody(t, rng, header)
	if m.header {
		header[pick(rng, "ConsistencyLevel", "Consistencylevel")] = []string{pick(rng, "eventual", " Eventual ")}
	}
	header["If-Match"] = []string{m.etag}
	preferences := []string{pick(rng, "return=minimal", "Return=Minimal"), pick(rng, "odata.", "") + "maxpagesize=" + m.page}
	rng.Shuffle(2, func(i, j int) { preferences[i], preferences[j] = preferences[j], preferences[i] })
	header["Prefer"] = preferences
	if rng.IntN(2) == 0 {
		header["Prefer"] = []string{strings.Join(preferences, ",")}
	}
	if len(body) > 0 && rng.IntN(2) == 0 {
		header.Set("Content-Encoding", "gzip") // true or not
	}
	if len(body) > 0 && rng.IntN(2) == 0 {
		body = compress(t, body)
	}
	address := pick(rng, "https://graph.microsoft.com", "https://GRAPH.microsoft.com:443", "https://graph.microsoft.us") + "/v1.0" + m.spellPath(rng) + "?" + m.spellQuery(rng)
	req, err := http.NewRequest(m.method(), address, bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%q: %v", address, err)
	}
	req.Header = header
	return req, body
}

func pick(rng *rand.Rand, options ...string) string { return options[rng.IntN(len(options))] }

func (m meaning) spellPath(rng *rand.Rand) string {
	if m.body == "batch" {
		return pick(rng, "/$batch", "/%24batch")
	}
	users := pick(rng, "/users", "/Users", "/%75sers")
	if rng.IntN(2) == 0 {
		users += "('" + escaped(rng, strings.ReplaceAll(m.id, "'", "''")) + "')"
	} else {
		users += "/" + escaped(rng, m.id)
	}
	return users + pick(rng, "/delta", "/delta()", "/microsoft.graph.delta", "/Delta")
}

// escaped percent-encodes what it must, and of the rest some.
func escaped(rng *rand.Rand, text string) string {
	var out strings.Builder
	for _, c := range []byte(text) {
		raw := strings.IndexByte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~@$!*,", c) >= 0
		switch {
		case raw && rng.IntN(4) > 0:
			out.WriteByte(c)
		case rng.IntN(2) == 0:
			fmt.Fprintf(&out, "%%%02x", c)
		default:
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}

func (m meaning) spellQuery(rng *rand.Rand) string {
	filter := escaped(rng, m.filter)
	if rng.IntN(2) == 0 {
		filter = strings.ReplaceAll(filter, "%20", "+")
	}
	options := []string{pick(rng, "$filter", "%24filter", "filter", "$Filter") + "=" + filter}
	if len(m.columns) > 0 {
		columns := slices.Clone(m.columns)
		rng.Shuffle(len(columns), func(i, j int) { columns[i], columns[j] = columns[j], columns[i] })
		options = append(options, pick(rng, "$select", "select", "%24select")+"="+strings.Join(columns, pick(rng, ",", "%2C", "%2c")))
	}
	rng.Shuffle(len(options), func(i, j int) { options[i], options[j] = options[j], options[i] })
	return strings.Join(options, "&")
}

func compress(t *testing.T, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func (m meaning) spellBody(t *testing.T, rng *rand.Rand, header http.Header) []byte {
	t.Helper()
	value := string(jsondoc.Canonical(nil, m.value))
	switch m.body {
	case "json":
		header.Set("Content-Type", pick(rng, "application/json", "Application/JSON; charset=utf-8"))
		return []byte(object(rng, `"value":`+value, `"n" : `+pick(rng, "1", "1.0", "10e-1"), `"a":`+object(rng, `"x":null`, `"y":[1,2]`)))
	case "form":
		header.Set("Content-Type", "application/x-www-form-urlencoded")
		fields := []string{"value=" + escaped(rng, m.value), "scope=a" + pick(rng, "+", "%20") + "b"}
		rng.Shuffle(2, func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
		return []byte(strings.Join(fields, "&"))
	case "multipart":
		return m.spellMultipart(t, rng, header)
	case "batch":
		header.Set("Content-Type", "application/json")
		ids := []string{fmt.Sprint(rng.Uint64()), fmt.Sprint(rng.Uint64()), fmt.Sprint(rng.Uint64())}
		parts := []string{
			object(rng, `"id":"`+ids[0]+`"`, `"method":"GET"`, `"url":"`+pick(rng, "/me?$top=1&$select=id", "me?select=id&%24top=1")+`"`, pick(rng, `"body":null`, `"dependsOn":[]`, `"headers":{"accept":"application/json"}`)),
			object(rng, `"id":"`+ids[1]+`"`, `"method":"POST"`, `"url":"/users"`, `"body":`+object(rng, `"v":`+value, `"w":1`), `"headers":{"Content-Type":"application/json"}`),
			object(rng, `"id":"`+ids[2]+`"`, `"method":"GET"`, `"url":"/me?$top=1&$select=id"`, `"dependsOn":["`+ids[1]+`"]`),
		}
		rng.Shuffle(3, func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		return []byte(`{"requests":[` + strings.Join(parts, " , ") + `]}`)
	}
	return nil
}

func object(rng *rand.Rand, members ...string) string {
	rng.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return "{ " + strings.Join(members, ",\n") + "}"
}

func (m meaning) spellMultipart(t *testing.T, rng *rand.Rand, header http.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	names := []string{"Presentation", "image"}
	rng.Shuffle(2, func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names {
		part := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf("form-data; name=%q", name)}, "Content-Type": {"image/png"}}
		text := "\x89PNG"
		if name == "Presentation" {
			part.Set("Content-Type", "application/json")
			text = object(rng, `"value":`+string(jsondoc.Canonical(nil, m.value)), `"n":1`)
		}
		p, err := w.CreatePart(part)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	header.Set("Content-Type", w.FormDataContentType())
	return out.Bytes()
}

// FuzzKey is law 3.
func FuzzKey(f *testing.F) {
	for seed, text := range []string{"", "a b", "100%", "O'Neil", "a+b/c", "é#$@x.com", "{\"", "a&b=c;d", "\x00\n", "2^53+1", "\u2028", "%41", "''"} {
		for i := range uint64(4) {
			f.Add(uint64(seed)*4+i, text)
		}
	}
	x, err := NewIndex(Rules{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, seed uint64, text string) {
		rng := rand.New(rand.NewPCG(seed, 3))
		m := newMeaning(rng, text)
		first, body := m.spelled(t, rng)
		want := x.KeyOf(first, body)
		for range 5 {
			req, body := m.spelled(t, rng)
			got := x.KeyOf(req, body)
			if got != want {
				t.Fatalf("two keys for one meaning %+v:\n%s\n%+v\n%s\n%+v", m, first.URL, want, req.URL, got)
			}
			recorded := savedAndLoaded(req, body)
			again, err := x.recorded(recorded)
			if err != nil || again.key != want {
				t.Fatalf("recorded, %s has another key: %v\n%+v\n%+v", req.URL, err, want, again.key)
			}
		}
		for name, other := range m.others() {
			if m.body == "batch" && name == "id" || m.body == "batch" && name == "letter case of id" {
				continue // $batch has no id in its path
			}
			req, body := other.spelled(t, rng)
			if got := x.KeyOf(req, body); got == want {
				t.Fatalf("another %s has the same key: %+v and %+v: %+v", name, m, other, got)
			}
		}
	})
}

// savedAndLoaded is what a cassette holds of a request.
func savedAndLoaded(req *http.Request, body []byte) *cassette.Interaction {
	return &cassette.Interaction{Request: cassette.Request{
		Method: req.Method, URL: req.URL.String(), Host: req.Host, Headers: req.Header, Body: string(inflate(req.Header, body)),
	}}
}

// TestKeySurvivesFile is law 3 with a real file in between.
func TestKeySurvivesFile(t *testing.T) {
	x := newIndex(t, Rules{})
	recording := &cassette.Cassette{Meta: cassette.Meta{Format: 1, Origin: cassette.Recorded}}
	var want []Key
	for seed, text := range []string{"a", "", "O'Neil + 100%", "\ttab\nline\u2028", " é#", "{\"a\":", "---\n- x: |\n"} {
		for n := range uint64(20) {
			rng := rand.New(rand.NewPCG(uint64(seed), n))
			req, body := newMeaning(rng, text).spelled(t, rng)
			key := x.KeyOf(req, body)
			want = append(want, key)
			one := savedAndLoaded(req, body)
			one.ID, one.Response.Code = len(recording.Interactions), 200
			recording.Interactions = append(recording.Interactions, one)
		}
	}
	file := filepath.Join(t.TempDir(), "recording.yaml")
	if err := recording.Save(file, nil); err != nil {
		t.Fatal(err)
	}
	loaded, err := cassette.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, interaction := range loaded.Interactions {
		got, err := x.recorded(interaction)
		if err != nil || got.key != want[i] {
			t.Errorf("%s: %v\ngot  %+v\nwant %+v", interaction.Request.URL, err, got.key, want[i])
		}
	}
}

// FuzzVerbatim holds the two ways to look up a request against each other: the
// quick one may say that it does not know, and never anything else than the sure one.
func FuzzVerbatim(f *testing.F) {
	f.Add("/v1.0/users('a')?$top=1&x=;", "odata.maxpagesize=2", "GET")
	f.Add("/v1.0/users/%24a%23b@c?", "", "")
	f.Add("/beta/drives/b!1/items/root:/a%2Fb:/content?a=b&a=c#f", "return=minimal, return=minimal", "HEAD")
	f.Add("//?%zz", "x", "get")
	f.Fuzz(func(t *testing.T, path, preference, method string) {
		address, err := url.Parse("https://graph.microsoft.com" + path)
		if err != nil {
			t.Skip()
		}
		one := func(prefer, body string) *cassette.Interaction {
			return &cassette.Interaction{
				Request:  cassette.Request{Method: method, URL: address.String(), Headers: http.Header{"Prefer": {prefer}}},
				Response: cassette.Response{Code: 200, Body: body},
			}
		}
		recording := &cassette.Cassette{Interactions: []*cassette.Interaction{one(preference, "a"), one("other", "b"), one(preference, "c")}}
		x, err := NewIndex(Rules{}, recording)
		if err != nil {
			t.Skip()
		}
		for _, prefer := range []string{preference, "other", preference + "x", ""} {
			req := &http.Request{Method: method, URL: address, Header: http.Header{"Prefer": {prefer}}}
			live := x.live(req, nil)
			if quick, sure := x.verbatim[x.spelled(req, nil)], x.byKey[live.key]; quick != nil && quick != sure {
				t.Fatalf("%s %s, Prefer %q: by spelling %v, by key %v", method, address, prefer, quick, sure)
			}
		}
	})
}
