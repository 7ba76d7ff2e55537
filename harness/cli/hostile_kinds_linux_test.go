package cli

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"unicode/utf16"
)

// notFiles are what may lie in a file's place.
var notFiles = map[string]func(t *testing.T, file string) error{
	"a link to a device without end": func(_ *testing.T, file string) error { return os.Symlink("/dev/zero", file) },
	"a pipe":                         func(_ *testing.T, file string) error { return syscall.Mkfifo(file, 0o666) },
	"a folder":                       func(_ *testing.T, file string) error { return os.Mkdir(file, 0o777) },
	"a link to itself":               func(_ *testing.T, file string) error { return os.Symlink(file, file) },
	"a link to nothing":              func(_ *testing.T, file string) error { return os.Symlink("nothing", file) },
	"no permission":                  func(_ *testing.T, file string) error { return os.WriteFile(file, []byte("version: 2\n"), 0) },
	"a socket": func(t *testing.T, file string) error {
		fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
		if err != nil {
			return err
		}
		t.Cleanup(func() { syscall.Close(fd) })
		dir, err := os.Open(file[:strings.LastIndexByte(file, '/')])
		if err != nil {
			return err
		}
		defer dir.Close() // a socket's name is short
		return syscall.Bind(fd, &syscall.SockaddrUnix{Name: fmt.Sprintf("/proc/self/fd/%d%s", dir.Fd(), file[strings.LastIndexByte(file, '/'):])})
	},
}

// A syntax is what the texts of a file are written in.
type syntax string

const (
	inYAML syntax = "yaml"
	inJSON syntax = "json"
	inXML  syntax = "xml"
	inText syntax = "text"
)

const deep = 10_000

func repeated(text string, times int) string { return strings.Repeat(text, times) }

// spoiled are what may have happened to a text, or stand in its place. A change that is
// impossible in a syntax returns the text as it is.
var spoiled = map[string]func(text string, in syntax) string{
	"empty":                func(string, syntax) string { return "" },
	"white space":          func(string, syntax) string { return repeated(" \n", 1<<20) },
	"tabs":                 func(string, syntax) string { return repeated("\t\n", 1<<20) },
	"a line of 8 MB":       func(text string, _ syntax) string { return text + repeated("x", 8<<20) },
	"NUL behind it":        func(text string, _ syntax) string { return text + repeated("\x00", 1<<20) },
	"NUL within":           func(text string, _ syntax) string { return text[:len(text)/2] + "\x00" + text[len(text)/2:] },
	"NUL alone":            func(string, syntax) string { return repeated("\x00", 1<<20) },
	"UTF-16":               func(text string, _ syntax) string { return asUTF16(text) },
	"a mark of byte order": func(text string, _ syntax) string { return "\ufeff" + text },
	"invalid UTF-8": func(text string, _ syntax) string {
		return text[:len(text)/2] + "\xff\xfe\xc0\x80" + text[len(text)/2:]
	},
	"twice": func(text string, _ syntax) string { return text + text },
	"marks of a merge": func(text string, _ syntax) string {
		return "<<<<<<< ours\n" + text + "=======\n" + text + ">>>>>>> theirs\n"
	},
	"CR LF":                  func(text string, _ syntax) string { return strings.ReplaceAll(text, "\n", "\r\n") },
	"CR":                     func(text string, _ syntax) string { return strings.ReplaceAll(text, "\n", "\r") },
	"indented by tabs":       func(text string, _ syntax) string { return strings.ReplaceAll(text, "\n ", "\n\t") },
	"cut after a byte":       func(text string, _ syntax) string { return text[:1] },
	"cut at a quarter":       func(text string, _ syntax) string { return text[:len(text)/4] },
	"cut in the middle":      func(text string, _ syntax) string { return text[:len(text)/2] },
	"cut at three quarters":  func(text string, _ syntax) string { return text[:len(text)*3/4] },
	"cut before the last":    func(text string, _ syntax) string { return text[:len(text)-2] },
	"a second document":      func(text string, _ syntax) string { return text + "\n---\n" + text },
	"many documents":         func(text string, _ syntax) string { return text + repeated("\n---\na: 1\n", 50_000) },
	"lists, deep":            func(string, syntax) string { return repeated("[", deep) + repeated("]", deep) },
	"lists, deep and open":   func(string, syntax) string { return repeated("[", 1<<20) },
	"objects, deep":          func(string, syntax) string { return repeated(`{"a":`, deep) + "1" + repeated("}", deep) },
	"objects, deep and open": func(string, syntax) string { return repeated(`{"a": `, 200_000) },
	"blocks, deep":           func(string, syntax) string { return repeated("- ", deep) + "a\n" },
	"keys of keys":           func(string, syntax) string { return repeated("? ", deep) + "a\n" },
	"steps, deep": func(string, syntax) string {
		var b strings.Builder
		for n := range 2_000 {
			fmt.Fprintf(&b, "%*sa:\n", n, "")
		}
		return b.String()
	},
	"elements, deep":     func(string, syntax) string { return repeated("<a>", deep) + repeated("</a>", deep) },
	"elements, open":     func(string, syntax) string { return repeated("<a b='c'>", 200_000) },
	"entities":           func(text string, _ syntax) string { return entities + text },
	"aliases":            func(string, syntax) string { return aliases("a", "[", "]") },
	"aliases as keys":    func(string, syntax) string { return "a: &a {b: 1}\n" + repeated("? *a\n: *a\n", 1000) },
	"merged aliases":     func(string, syntax) string { return "a: &a {b: 1}\nc: {<<: [" + repeated("*a, ", 100_000) + "*a]}\n" },
	"an alias of itself": func(string, syntax) string { return "a: &a [*a, *a]\n" },
	"an alias above":     func(text string, _ syntax) string { return "x: &all\n  y: *all\n" + text },
	"aliases beside it":  func(text string, in syntax) string { return beside(text, aliases("x", "[", "]"), in) },
	"no such alias":      func(text string, _ syntax) string { return text + "\nx: *nowhere\n" },
	"many anchors":       func(text string, _ syntax) string { return text + "\nx: [" + repeated("&a 1, ", 100_000) + "1]\n" },
	"unknown tags":       func(text string, _ syntax) string { return text + "\nx: !!python/object/apply:os.system ['true']\n" },
	"a member twice":     func(text string, in syntax) string { return beside(text, "version: 1\nversion: 2\n", in) },
	"100,000 members":    func(text string, in syntax) string { return beside(text, numbered(100_000), in) },
	"a huge number":      func(text string, in syntax) string { return numbers(text, "1e999999") },
	"a long number":      func(text string, in syntax) string { return numbers(text, repeated("9", 1<<20)) },
	"a negative number":  func(text string, in syntax) string { return numbers(text, "-1") },
	"NaN":                func(text string, in syntax) string { return numbers(text, ".nan") },
	"base 60":            func(text string, in syntax) string { return numbers(text, "190:20:30") },
	"lists in place":     func(text string, in syntax) string { return strings.ReplaceAll(text, ": ", ": [") },
	"a list of it":       func(text string, _ syntax) string { return "[" + text + "]" },
	"a text of it":       func(text string, _ syntax) string { quoted, _ := json.Marshal(text); return string(quoted) },
	"null":               func(string, syntax) string { return "null\n" },
	"a number":           func(string, syntax) string { return "1e999999\n" },
	"a date":             func(string, syntax) string { return "0000-00-00T00:00:00Z\n" },
	"a page of HTML":     func(string, syntax) string { return "<!DOCTYPE html><html><body>Sign in" + repeated("<div>", deep) },
	"a program":          func(string, syntax) string { return "\x7fELF\x02\x01\x01" + repeated("\x00\xff", 10_000) },
	"an archive":         func(string, syntax) string { return string(zipped(16<<20, 1)) },
	"open quotes":        func(text string, _ syntax) string { return text + "\n\"" + repeated("a\n", 1<<20) },
	"100,000 quotes":     func(text string, _ syntax) string { return text + repeated(`"\"`, 100_000) },
	"a comment of 8 MB":  func(text string, _ syntax) string { return "#" + repeated("c", 8<<20) + "\n" + text },
	"escapes":            func(text string, _ syntax) string { return text + `"` + repeated(`\u0000\ud800\x00`, 100_000) + `"` },
	"100,000 fences":     func(text string, _ syntax) string { return text + repeated("```http\nGET /me\n```\n", 30_000) },
	"100,000 annotations": func(text string, _ syntax) string {
		return text + repeated("<!-- {\"blockType\": \"request\" ", 30_000)
	},
	"a wide table": func(text string, _ syntax) string {
		return text + "\n" + repeated("|a", 100_000) + "|\n" + repeated("|-", 100_000) + "|\n"
	},
}

const entities = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>`

func asUTF16(text string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, unit := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(unit))
		b.WriteByte(byte(unit >> 8))
	}
	return b.String()
}

// aliases unfold into ten billion.
func aliases(name, open, end string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s0: &%s0 lol\n", name, name)
	for n := range 10 {
		fmt.Fprintf(&b, "%s%d: &%s%d %s%s*%s%d%s\n", name, n+1, name, n+1, open, repeated(fmt.Sprintf("*%s%d, ", name, n), 9), name, n, end)
	}
	return b.String()
}

func numbered(n int) string {
	var b strings.Builder
	for n := range n {
		fmt.Fprintf(&b, "m%d: %d\n", n, n)
	}
	return b.String()
}

// beside adds lines of YAML to a document, as members of JSON where it is JSON.
func beside(text, lines string, in syntax) string {
	if in != inJSON || strings.ContainsAny(lines, "&*") {
		return text + "\n" + lines
	}
	var b strings.Builder
	for line := range strings.Lines(lines) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		fmt.Fprintf(&b, "%q: %s,\n", name, value)
	}
	return strings.Replace(text, "{", "{"+b.String(), 1)
}

// numbers puts another in the place of every number behind a colon.
func numbers(text, number string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		at := strings.Index(line, ": ")
		if at < 0 || at+2 >= len(line) || line[at+2] < '0' || line[at+2] > '9' || b.Len() > 4<<20 {
			b.WriteString(line)
			continue
		}
		rest := strings.TrimLeft(line[at+2:], "0123456789")
		b.WriteString(line[:at+2] + number + rest)
	}
	return b.String()
}

// zipped is gzip of so many zeros, so many times.
func zipped(zeros, times int) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(make([]byte, zeros))
	_ = w.Close()
	return bytes.Repeat(b.Bytes(), times)
}

// A swap is an exchange as any file may hold it.
type swap struct {
	url, sent, body string
	status          int
	type_           string
	headers         [][2]string
	date            string
}

var swaps = map[string]func(*swap){
	"a bomb of gzip": func(s *swap) {
		s.body = string(zipped(16<<20, 64))
		s.headers = [][2]string{{"Content-Encoding", "gzip"}}
	},
	"gzip of gzip": func(s *swap) {
		s.body = "\x1f\x8b\x08\x00"
		s.headers = [][2]string{{"Content-Encoding", repeated("gzip, ", 1000) + "gzip"}}
	},
	"gzip, cut": func(s *swap) {
		z := zipped(1<<20, 1)
		s.body = string(z[:len(z)/2])
		s.headers = [][2]string{{"Content-Encoding", "gzip"}}
	},
	"base64 of a bomb": func(s *swap) {
		s.body = `{"contentBytes":"` + base64.StdEncoding.EncodeToString(zipped(16<<20, 64)) + `"}`
	},
	"base64 of 8 MB":     func(s *swap) { s.body = `{"contentBytes":"` + repeated("QUFB", 2<<20) + `"}` },
	"base64 in base64":   func(s *swap) { s.body = `{"contentBytes":"` + matryoshka(24) + `"}` },
	"JSON in JSON":       func(s *swap) { s.body = jsonInJSON(16) },
	"JSON in JSON, open": func(s *swap) { s.body = `{"a":"` + repeated(`{\"a\":\"`, 100_000) + `"}` },
	"escapes in escapes": func(s *swap) { s.body = `{"a":"%` + repeated("25", 200_000) + `41"}` },
	"a deep body":        func(s *swap) { s.body = repeated(`{"a":`, deep) + "1" + repeated("}", deep) },
	"a deep list":        func(s *swap) { s.body = `{"value":` + repeated("[", deep) + repeated("]", deep) + "}" },
	"100,000 objects":    func(s *swap) { s.body = `{"value":[` + repeated(`{"id":"1","a":null},`, 100_000) + `{}]}` },
	"100,000 names":      func(s *swap) { s.body = manyNames(100_000) },
	"100,000 ids":        func(s *swap) { s.body = manyIDs(50_000) },
	"100,000 links": func(s *swap) {
		s.body = `{"value":[` + repeated(`{"webUrl":"https://contoso.sharepoint.com/a","x@odata.nextLink":"https://graph.microsoft.com/v1.0/me?$skiptoken=x"},`, 20_000) + `{}]}`
	},
	"names twice":           func(s *swap) { s.body = `{"id":"1",` + repeated(`"id":"2",`, 100_000) + `"id":{}}` },
	"a number without end":  func(s *swap) { s.body = `{"n":` + repeated("9", 1<<20) + `}` },
	"1e999999":              func(s *swap) { s.body = `{"n":1e999999,"m":-1e-999999,"o":1e+99999999999999999999}` },
	"NaN in it":             func(s *swap) { s.body = `{"n":NaN,"m":Infinity}` },
	"no UTF-8":              func(s *swap) { s.body = "{\"a\":\"\xff\xfe\xc0\",\"\xff\":1}" },
	"lone surrogates":       func(s *swap) { s.body = `{"a":"` + repeated(`\ud800`, 100_000) + `"}` },
	"NUL in it":             func(s *swap) { s.body = `{"a":"` + repeated(`\u0000`, 100_000) + `"}` + "\x00" },
	"8 MB of at signs":      func(s *swap) { s.body = `{"mail":"` + repeated("@", 8<<20) + `"}` },
	"addresses without end": func(s *swap) { s.body = `{"mail":"` + repeated("a@b.c", 400_000) + `"}` },
	"4 MB of digits":        func(s *swap) { s.body = `{"tel":"` + repeated("0123456789", 400_000) + `"}` },
	"4 MB of hexadecimals":  func(s *swap) { s.body = `{"id":"` + repeated("00000000-0000-", 300_000) + `"}` },
	"a token of 4 MB":       func(s *swap) { s.body = `{"access_token":"eyJ0eXAi.` + repeated("eyJ0eXAiOiJKV1Qi.", 250_000) + `"}` },
	"4 MB of percents":      func(s *swap) { s.body = `{"a":"` + repeated("%25", 1_300_000) + `"}` },
	"4 MB of dots":          func(s *swap) { s.body = `{"host":"` + repeated("a.", 2_000_000) + `"}` },
	"4 MB of slashes":       func(s *swap) { s.body = `{"webUrl":"https://` + repeated("/", 4_000_000) + `"}` },
	"links in a link":       func(s *swap) { s.body = `{"webUrl":"` + repeated("https://a.sharepoint.com/", 150_000) + `"}` },
	"HTML, deep":            func(s *swap) { s.type_, s.body = "text/html", repeated("<div a='b'>", 100_000) },
	"XML, deep":             func(s *swap) { s.type_, s.body = "application/xml", repeated("<a>", deep)+repeated("</a>", deep) },
	"entities of XML":       func(s *swap) { s.type_, s.body = "application/xml", entities+"<x>&b;</x>" },
	"a form of 100,000":     func(s *swap) { s.type_, s.body = "application/x-www-form-urlencoded", repeated("a=b&", 100_000) },
	"100,000 parts": func(s *swap) {
		s.type_, s.body = "multipart/mixed; boundary=b", repeated("--b\r\nContent-Type: application/json\r\n\r\n{}\r\n", 100_000)+"--b--\r\n"
	},
	"parts in parts": func(s *swap) {
		s.type_, s.body = "multipart/mixed; boundary=b", repeated("--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n", deep)
	},
	"a boundary of 1 MB": func(s *swap) {
		s.type_, s.body = "multipart/mixed; boundary="+repeated("b", 1<<20), "--"+repeated("b", 1<<20)+"\r\n\r\n"
	},
	"a batch of 10,000": func(s *swap) {
		s.url += "/$batch"
		s.body = `{"responses":[` + repeated(`{"id":"1","status":200,"body":{}},`, 10_000) + `{"id":"1"}]}`
	},
	"batches in batches": func(s *swap) {
		s.url += "/$batch"
		s.body = repeated(`{"responses":[{"id":"1","status":200,"body":`, 3000) + "{}" + repeated("}]}", 3000)
	},
	"events":                    func(s *swap) { s.type_, s.body = "text/event-stream", repeated("data: {\"a\":1}\n\n", 100_000) },
	"a type of 1 MB":            func(s *swap) { s.type_ = repeated("a/b;", 1<<18) },
	"a charset that is none":    func(s *swap) { s.type_ = "application/json; charset=utf-32; charset=x" },
	"an address of 1 MB":        func(s *swap) { s.url += "/" + repeated("a", 1<<20) },
	"an address of 100,000":     func(s *swap) { s.url += repeated("/a", 100_000) },
	"an option of 1 MB":         func(s *swap) { s.url += "?$filter=" + repeated("a", 1<<20) },
	"100,000 options":           func(s *swap) { s.url += "?" + repeated("$expand=a&", 100_000) },
	"deep expand":               func(s *swap) { s.url += "?$expand=" + repeated("a($expand=", deep) + "b" + repeated(")", deep) },
	"deep filter":               func(s *swap) { s.url += "?$filter=" + repeated("(", deep) + "a eq 1" + repeated(")", deep) },
	"escapes in an address":     func(s *swap) { s.url += "/%" + repeated("25", 100_000) + "41" },
	"deep keys":                 func(s *swap) { s.url += "/a" + repeated("('a", deep) },
	"a bad escape":              func(s *swap) { s.url += "/%zz" },
	"line breaks in an address": func(s *swap) { s.url += "/a\r\nHost: x" },
	"no host":                   func(s *swap) { s.url = "https:///v1.0/me" },
	"another scheme":            func(s *swap) { s.url = "file:///etc/passwd" },
	"a port that is none":       func(s *swap) { s.url = "https://graph.microsoft.com:99999999/v1.0/me" },
	"a host of 1 MB":            func(s *swap) { s.url = "https://" + repeated("a.", 1<<19) + "com/v1.0/me" },
	"a header of 1 MB":          func(s *swap) { s.headers = [][2]string{{"X-Long", repeated("a", 1<<20)}} },
	"100,000 headers":           func(s *swap) { s.headers = manyHeaders(100_000) },
	"one header 100,000 times":  func(s *swap) { s.headers = sameHeaders(100_000, "Set-Cookie", "a=b; Path=/") },
	"line breaks in headers":    func(s *swap) { s.headers = [][2]string{{"X-A\r\nX-B", "a\r\nX-C: d"}, {"", "x"}, {"\x00", "\x00"}} },
	"a negative length":         func(s *swap) { s.headers = [][2]string{{"Content-Length", "-5"}, {"Content-Length", "1e9"}} },
	"Retry-After of ages":       func(s *swap) { s.status = 429; s.headers = [][2]string{{"Retry-After", repeated("9", 1000)}} },
	"status 99999":              func(s *swap) { s.status = 99999 },
	"status 0":                  func(s *swap) { s.status = 0 },
	"status -1":                 func(s *swap) { s.status = -1 },
	"status 1e18":               func(s *swap) { s.status = 1_000_000_000_000_000_000 },
	"status 101":                func(s *swap) { s.status = 101 },
	"204 with a body":           func(s *swap) { s.status = 204 },
	"the year 0":                func(s *swap) { s.date = "0000-00-00T00:00:00Z"; s.body = `{"createdDateTime":"0000-00-00T00:00:00Z"}` },
	"the year 99999": func(s *swap) {
		s.date = "99999-01-01T00:00:00Z"
		s.body = `{"createdDateTime":"99999-12-31T23:59:60.999999999999999999999Z"}`
	},
	"a next page to itself": func(s *swap) { s.body = `{"value":[],"@odata.nextLink":"` + s.url + `"}` },
	"a next page of data": func(s *swap) {
		s.body = `{"value":[],"@odata.nextLink":"data:text/plain,` + repeated("a", 1<<20) + `"}`
	},
	"a redirect to itself": func(s *swap) { s.status = 302; s.headers = [][2]string{{"Location", s.url}} },
	"a deep request":       func(s *swap) { s.sent = repeated(`{"a":`, deep) + "1" + repeated("}", deep) },
	"a request of 8 MB":    func(s *swap) { s.sent = `{"a":"` + repeated("x", 8<<20) + `"}` },
}

func matryoshka(times int) string {
	text := `{"mail":"a@b.example"}`
	for range times {
		text = base64.StdEncoding.EncodeToString([]byte(text))
	}
	return text
}

func jsonInJSON(times int) string {
	text := `{"id":"1"}`
	for range times {
		inner, _ := json.Marshal(text)
		text = `{"a":` + string(inner) + `}`
	}
	return text
}

func manyNames(n int) string {
	var b strings.Builder
	b.WriteString(`{"a":1`)
	for n := range n {
		fmt.Fprintf(&b, `,"n%d":"v%d"`, n, n)
	}
	return b.String() + "}"
}

func manyIDs(n int) string {
	var b strings.Builder
	b.WriteString(`{"value":[{}`)
	for n := range n {
		fmt.Fprintf(&b, `,{"id":"%08x-1d0a-4c4e-9a3b-0123456789ab","mail":"u%d@contoso.com"}`, n, n)
	}
	return b.String() + "]}"
}

func manyHeaders(n int) (headers [][2]string) {
	for n := range n {
		headers = append(headers, [2]string{fmt.Sprintf("X-H%d", n), "v"})
	}
	return headers
}

func sameHeaders(n int, name, value string) (headers [][2]string) {
	for range n {
		headers = append(headers, [2]string{name, value})
	}
	return headers
}
