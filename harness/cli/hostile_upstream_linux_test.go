package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// head begins an answer of JSON, with further lines.
func head(status string, lines ...string) string {
	return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n" + strings.Join(append(lines, "", ""), "\r\n")
}

// whole is an answer as it should be, with further lines.
func whole(status, body string, lines ...string) string {
	return head(status, append(lines, fmt.Sprintf("Content-Length: %d", len(body)))...) + body
}

// chunked is an answer in one chunk, and what ends it.
func chunked(size, body, end string) string {
	return head("200 OK", "Transfer-Encoding: chunked") + size + "\r\n" + body + "\r\n" + end
}

func sent(text string) func(net.Conn) { return func(c net.Conn) { _, _ = io.WriteString(c, text) } }

// forever sends a beginning, and then the same again until nobody listens, or for a second.
func forever(begin, again string) func(net.Conn) {
	return func(c net.Conn) {
		_ = c.SetWriteDeadline(time.Now().Add(time.Second))
		_, err := io.WriteString(c, begin)
		again := []byte(strings.Repeat(again, 1+(64<<10)/len(again)))
		for err == nil {
			_, err = c.Write(again)
		}
	}
}

// dribbled sends a byte at a time.
func dribbled(text string) func(net.Conn) {
	return func(c net.Conn) {
		for n := range len(text) {
			if _, err := io.WriteString(c, text[n:n+1]); err != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// reset sends something and ends the connection as a failed machine does.
func reset(text string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = io.WriteString(c, text)
		_ = c.(*net.TCPConn).SetLinger(0)
	}
}

// stalled says nothing more, for a while.
func stalled(text string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = io.WriteString(c, text)
		_ = c.SetReadDeadline(time.Now().Add(time.Second))
		_, _ = c.Read(make([]byte, 1))
	}
}

// upstreams are what a service may send in the place of an answer.
func upstreams() map[string]func(net.Conn) {
	bomb, headers := string(zipped(16<<20, 64)), strings.Builder{}
	for n := range 20_000 {
		fmt.Fprintf(&headers, "X-H%d: v\r\n", n)
	}
	const here = "http://graph.microsoft.com/v1.0/groups"
	return map[string]func(net.Conn){
		"nothing":                        sent(""),
		"nothing, for a while":           stalled(""),
		"half a status line":             sent("HTTP/1.1 2"),
		"half a header":                  sent("HTTP/1.1 200 OK\r\nContent-Ty"),
		"half a header, for a while":     stalled("HTTP/1.1 200 OK\r\nContent-Ty"),
		"half a body, for a while":       stalled(head("200 OK", "Content-Length: 100") + "{"),
		"garbage":                        sent(repeated("\x00\xff\xfe garbage", 1000)),
		"garbage without end":            forever("", "\xde\xad\xbe\xef"),
		"line breaks without end":        forever("", "\r\n"),
		"a status line without end":      forever("HTTP/1.1 200 ", "O"),
		"status 000":                     sent(whole("000 None", "{}")),
		"status 099":                     sent(whole("099 None", "{}")),
		"status 999":                     sent(whole("999 None", "{}")),
		"status 1000":                    sent(whole("1000 None", "{}")),
		"status -1":                      sent(whole("-1 None", "{}")),
		"no status":                      sent("HTTP/1.1\r\n\r\n{}"),
		"no reason":                      sent(whole("200", "{}")),
		"HTTP/0.9":                       sent("<html>hello</html>"),
		"HTTP/1.0":                       sent("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{}"),
		"HTTP/2.0":                       sent("HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
		"HTTP/9.9":                       sent("HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
		"frames of HTTP/2":               sent("\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"),
		"TLS":                            sent("\x15\x03\x01\x00\x02\x02\x46"),
		"a greeting of mail":             sent("220 mail.example ESMTP\r\n"),
		"headers without end":            forever(head("200 OK")[:17], "X-A: b\r\n"),
		"a header of 9 MB":               sent(whole("200 OK", "{}", "X-Long: "+repeated("a", 9<<20))),
		"a header of 12 MB":              sent(whole("200 OK", "{}", "X-Long: "+repeated("a", 12<<20))),
		"20,000 headers":                 sent(whole("200 OK", "{}", strings.TrimSpace(headers.String()))),
		"a header without a colon":       sent(whole("200 OK", "{}", "no colon here")),
		"a header without a name":        sent(whole("200 OK", "{}", ": value")),
		"odd bytes in a header's name":   sent(whole("200 OK", "{}", "X-\x00\xff\x7f{}: v")),
		"odd bytes in a header":          sent(whole("200 OK", "{}", "X-A: \xff\xfe\x01\x7f")),
		"a folded header":                sent(whole("200 OK", "{}", "X-A: a\r\n b\r\n\tc")),
		"100 for ever":                   forever("", "HTTP/1.1 100 Continue\r\n\r\n"),
		"103 for ever":                   forever("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
		"102, then an answer":            sent("HTTP/1.1 102 Processing\r\n\r\n" + whole("200 OK", "{}")),
		"another protocol":               sent("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nxyz"),
		"too long a length":              sent(head("200 OK", "Content-Length: 100") + "{}"),
		"too short a length":             sent(head("200 OK", "Content-Length: 1") + "{}"),
		"a negative length":              sent(head("200 OK", "Content-Length: -1") + "{}"),
		"a length that is none":          sent(head("200 OK", "Content-Length: two") + "{}"),
		"a length of exabytes":           sent(head("200 OK", "Content-Length: 9223372036854775807") + "{}"),
		"a length beyond numbers":        sent(head("200 OK", "Content-Length: 99999999999999999999999") + "{}"),
		"two lengths":                    sent(head("200 OK", "Content-Length: 2", "Content-Length: 3") + "{}"),
		"a length and chunks":            sent(head("200 OK", "Content-Length: 3", "Transfer-Encoding: chunked") + "2\r\n{}\r\n0\r\n\r\n"),
		"another transfer encoding":      sent(head("200 OK", "Transfer-Encoding: gzip, chunked") + "2\r\n{}\r\n0\r\n\r\n"),
		"a chunk's size that is none":    sent(chunked("zz", "{}", "0\r\n\r\n")),
		"a chunk's size beyond numbers":  sent(chunked("ffffffffffffffffff", "{}", "0\r\n\r\n")),
		"a chunk's size that is wrong":   sent(chunked("1", "{}", "0\r\n\r\n")),
		"chunks without an end":          sent(chunked("2", "{}", "")),
		"chunks' extensions without end": forever(head("200 OK", "Transfer-Encoding: chunked")+"2;", "a=b;"),
		"chunks of a byte":               sent(chunked("1", "[", "") + repeated("1\r\n \r\n", 200_000) + "1\r\n]\r\n0\r\n\r\n"),
		"trailers":                       sent(head("200 OK", "Transfer-Encoding: chunked", "Trailer: X-T") + "2\r\n{}\r\n0\r\nX-T: a\r\nX-U: b\r\n\r\n"),
		"trailers without end":           forever(head("200 OK", "Transfer-Encoding: chunked")+"2\r\n{}\r\n0\r\n", "X-T: a\r\n"),
		"bytes behind the answer":        sent(whole("200 OK", "{}") + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"),
		"a body without end":             forever(head("200 OK"), "xxxxxxxx"),
		"a list without end":             forever(head("200 OK")+`{"value":[`, `{"id":"1"},`),
		"chunks without end":             forever(head("200 OK", "Transfer-Encoding: chunked"), "8\r\nxxxxxxxx\r\n"),
		"a bomb of gzip":                 sent(whole("200 OK", bomb, "Content-Encoding: gzip")),
		"gzip without end":               forever(head("200 OK", "Content-Encoding: gzip"), string(zipped(16<<20, 1))),
		"gzip, cut":                      sent(whole("200 OK", bomb[:1000], "Content-Encoding: gzip")),
		"gzip that is none":              sent(whole("200 OK", "{}", "Content-Encoding: gzip")),
		"gzip of gzip":                   sent(whole("200 OK", bomb[:1000], "Content-Encoding: "+repeated("gzip, ", 100)+"gzip")),
		"an unknown coding":              sent(whole("200 OK", "{}", "Content-Encoding: x-rot13")),
		"a redirect to itself":           sent(whole("302 Found", "", "Location: "+here)),
		"a redirect to a file":           sent(whole("302 Found", "", "Location: file:///etc/passwd")),
		"a redirect to another host":     sent(whole("307 Temporary Redirect", "", "Location: http://127.0.0.1:1/x")),
		"a redirect to nowhere":          sent(whole("301 Moved", "", "Location: ://%zz")),
		"a redirect without a place":     sent(whole("302 Found", "")),
		"a redirect of 1 MB":             sent(whole("302 Found", "", "Location: /"+repeated("a", 1<<20))),
		"a redirect with a line break":   sent(whole("302 Found", "", "Location: /a\rX: b\nY: c")),
		"an operation at itself":         sent(whole("202 Accepted", "", "Location: "+here, "Operation-Location: "+here)),
		"a next page that is this":       sent(whole("200 OK", `{"value":[],"@odata.nextLink":"`+here+`"}`)),
		"a next page elsewhere":          sent(whole("200 OK", `{"value":[],"@odata.nextLink":"https://evil.example/v1.0/me"}`)),
		"a next page that is a file":     sent(whole("200 OK", `{"value":[],"@odata.nextLink":"file:///etc/passwd"}`)),
		"429 for a year":                 sent(whole("429 Too Many Requests", "{}", "Retry-After: 31536000")),
		"429 for less than nothing":      sent(whole("429 Too Many Requests", "{}", "Retry-After: -1")),
		"503 for ages":                   sent(whole("503 Service Unavailable", "{}", "Retry-After: "+repeated("9", 100))),
		"503 until a day that is none":   sent(whole("503 Service Unavailable", "{}", "Retry-After: Fri, 99 Foo 0000 99:99:99 GMT")),
		"10,000 cookies":                 sent(whole("200 OK", "{}", repeated("Set-Cookie: a=b; Path=/\r\n", 9_999)+"Set-Cookie: c=d")),
		"a cookie of 4 MB":               sent(whole("200 OK", "{}", "Set-Cookie: a="+repeated("b", 4<<20))),
		"a date of the year 0":           sent(whole("200 OK", "{}", "Date: Mon, 00 Jan 0000 00:00:00 GMT")),
		"JSON, deep":                     sent(whole("200 OK", repeated(`{"a":`, deep)+"1"+repeated("}", deep))),
		"lists, deep":                    sent(whole("200 OK", repeated("[", deep)+repeated("]", deep))),
		"JSON of 30 MB":                  sent(whole("200 OK", `{"a":"`+repeated("x", 30<<20)+`"}`)),
		"JSON, cut":                      sent(whole("200 OK", `{"value":[{"id":"1`)),
		"NaN":                            sent(whole("200 OK", `{"a":NaN,"b":1e999999}`)),
		"names twice":                    sent(whole("200 OK", `{"id":"1","id":"2","ID":3}`)),
		"invalid UTF-8":                  sent(whole("200 OK", "{\"a\":\"\xff\xfe\"}")),
		"a mark of byte order":           sent(whole("200 OK", "\xef\xbb\xbf{}")),
		"UTF-16":                         sent(whole("200 OK", asUTF16(`{"a":1}`))),
		"100,000 members":                sent(whole("200 OK", manyNames(100_000))),
		"NUL":                            sent(whole("200 OK", repeated("\x00", 1000))),
		"HTML for JSON":                  sent(whole("200 OK", "<!DOCTYPE html><p>Sign in")),
		"a type of nothing":              sent("HTTP/1.1 200 OK\r\nContent-Type: ;;;/\x01\r\nContent-Length: 2\r\n\r\n{}"),
		"204 with a body":                sent(whole("204 No Content", `{"a":1}`)),
		"205 with a body":                sent(whole("205 Reset Content", `{"a":1}`)),
		"304 unasked":                    sent(head("304 Not Modified", "ETag: \"x\"", "Content-Length: 100")),
		"206 unasked":                    sent(whole("206 Partial Content", "{}", "Content-Range: bytes 5-1/-3")),
		"401 with challenges":            sent(whole("401 Unauthorized", "{}", "WWW-Authenticate: "+repeated("Bearer realm=\"", 10_000))),
		"a byte at a time":               dribbled(whole("200 OK", `{"id":"1"}`)),
		"a reset at once":                reset(""),
		"a reset in the header":          reset("HTTP/1.1 200 OK\r\nConte"),
		"a reset in the body":            reset(head("200 OK", "Content-Length: 100") + `{"id":`),
		"a reset in a chunk":             reset(chunked("ff", `{"id":`, "")),
	}
}

// hostileUpstream serves what is good at /me and /users, and else what it is told to.
func hostileUpstream(t *testing.T, bad func(net.Conn)) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				requests := bufio.NewReader(conn)
				_ = conn.SetReadDeadline(time.Now().Add(mostTime))
				for {
					req, err := http.ReadRequest(requests)
					if err != nil {
						return
					}
					if strings.Contains(req.URL.Path, "/groups") {
						bad(conn)
						return
					}
					_, _ = io.WriteString(conn, whole("200 OK", `{"id":"1"}`))
				}
			})
		}
	})
	return l.Addr().String()
}

// askMain is a client that asks for what its arguments name, and waits a while for each.
func askMain() {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, url := range os.Args[1:] {
		fmt.Println(url, ask(client, url))
	}
}

func ask(client *http.Client, url string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 1500*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err.Error()
	}
	resp, err := client.Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	return fmt.Sprintf("%s, %d bytes, %v", resp.Status, n, err)
}

// TestHostileUpstream: whatever a service sends, what came before and after it is saved, and
// the command ends soon, in little memory.
func TestHostileUpstream(t *testing.T) {
	var most worst
	all := upstreams()
	t.Cleanup(func() { t.Logf("%d kinds of upstreams; %s", len(all), &most) })
	if len(all) < 60 {
		t.Errorf("%d kinds of upstreams, want 60", len(all))
	}
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		for _, door := range slices.Sorted(maps.Keys(hostileDoors)) {
			if name := kind + "/" + door; drawn(thinned/2, name) {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					var dir string
					var saved map[string][]string
					b := leastOf(func() (b bounded) {
						dir = hostileProject(t)
						b, saved = hostileDoors[door](t, dir, hostileUpstream(t, all[kind]))
						return b
					})
					most.note(t.Name(), b)
					faults := b.faults()
					for file, path := range saved {
						if !holds(filepath.Join(dir, file), path) {
							faults = append(faults, fmt.Sprintf("%s does not hold %s", file, path))
						}
					}
					if left, _ := filepath.Glob(filepath.Join(dir, "cassettes", "*.journal")); len(left) > 0 {
						faults = append(faults, fmt.Sprintf("%q is left behind", left))
					}
					if len(faults) > 0 {
						t.Errorf("graphvcr %s: %s (status %d, %v, %d MB)\n%s", b.line, strings.Join(faults, "; "), b.status, b.work, b.peak>>20, clipped(b.said))
					}
				})
			}
		}
	}
}

// hostileDoors are how a service is recorded; each tells which cassettes hold the paths of
// what was good.
var hostileDoors = map[string]func(t *testing.T, dir, address string) (bounded, map[string][]string){
	"record, a path": func(t *testing.T, dir, address string) (bounded, map[string][]string) {
		return runBounded(t, dir, []string{"record", "GET", "/groups", "--base-url", "http://" + address, "--auth", "none"}, nil), nil
	},
	"record, scenarios": recordScenarios,
	"record, again": func(t *testing.T, dir, address string) (bounded, map[string][]string) {
		recordScenarios(t, dir, address)
		return recordScenarios(t, dir, address)
	},
	"serve": func(t *testing.T, dir, address string) (bounded, map[string][]string) {
		args := []string{"serve", "--mode", "record", "--cassette", "new", "--listen", "127.0.0.1:0", "--upstream", "http://" + address, "--auth", "none"}
		return runBounded(t, dir, args, func(url string) {
			out, err := exec.Command("ask", url+"/v1.0/me", url+"/v1.0/groups", url+"/v1.0/users").CombinedOutput()
			t.Logf("%v %s", err, clipped(string(out)))
		}), map[string][]string{"cassettes/new.yaml": {"/v1.0/me", "/v1.0/users"}}
	},
	"exec": func(t *testing.T, dir, address string) (bounded, map[string][]string) {
		const service = "http://graph.microsoft.com/v1.0"
		args := []string{"exec", "--mode", "record", "--cassette", "new", "--connect-to", "graph.microsoft.com:80=" + address, "--", "ask", service + "/me", service + "/groups", service + "/users"}
		return runBounded(t, dir, args, nil), map[string][]string{"cassettes/new.yaml": {"/v1.0/me", "/v1.0/users"}}
	},
}

// recordScenarios records one of what is good, one of what is not, and another of what is good.
func recordScenarios(t *testing.T, dir, address string) (bounded, map[string][]string) {
	for _, name := range []string{"a-me", "b-groups", "c-users"} {
		text := fmt.Sprintf("name: %s\napi: v1.0\nsteps:\n  - request: {method: GET, path: /%s}\n    expect: {status: 200}\n", name, name[2:])
		if err := os.WriteFile(filepath.Join(dir, "scenarios", name+".yaml"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return runBounded(t, dir, []string{"record", "a-me", "b-groups", "c-users", "--base-url", "http://" + address, "--auth", "none"}, nil),
		map[string][]string{"cassettes/a-me.yaml": {"/v1.0/me"}, "cassettes/c-users.yaml": {"/v1.0/users"}}
}

// holds reports whether a cassette holds answers to requests for all the paths.
func holds(file string, paths []string) bool {
	c, err := cassette.Load(file)
	if err != nil {
		return false
	}
	for _, path := range paths {
		if !slices.ContainsFunc(c.Interactions, func(i *cassette.Interaction) bool {
			return strings.HasSuffix(i.Request.URL, path) && i.Response.Code == http.StatusOK
		}) {
			return false
		}
	}
	return true
}
