//go:build unix

package proxy_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// The benchmark drives two servers, each in a process of its own, in turns: the reverse
// proxy in a session, and a bare net/http handler that serves the same bytes from a map.
// The client is as lean as can be (requests written beforehand, answers skipped by their
// length), since it shares the machine.

const benchConnections = 16

// bare serves answers from a map, as they are.
func bare(c *cassette.Cassette, base string) http.Handler {
	type answer struct {
		header http.Header
		body   []byte
	}
	answers := map[string]answer{}
	for n, i := range c.Interactions {
		body := []byte(strings.ReplaceAll(i.Response.Body, "https://graph.microsoft.com", base))
		header := maps.Clone(i.Response.Headers)
		header["Content-Length"] = []string{strconv.Itoa(len(body))}
		answers[benchPath(n)] = answer{header, body}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, found := answers[r.RequestURI]
		if !found {
			http.NotFound(w, r)
			return
		}
		header := w.Header()
		for name, values := range a.header {
			header[name] = values
		}
		_, _ = w.Write(a.body)
	})
}

// benchServer is what a child process does: it serves one of the two, and prints its CPU
// time and its heap when asked to.
func benchServer(spec string) error {
	kind, rest, _ := strings.Cut(spec, ":")
	var count, size int
	if _, err := fmt.Sscanf(rest, "%d:%d", &count, &size); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c := benchTape(count, size)
	base := "http://" + listener.Addr().String()
	var handler http.Handler
	if kind == "bare" {
		handler = bare(c, base+"/_graphvcr/sessions/00000000000000000000000000000000")
	} else {
		index, err := match.NewIndex(match.Rules{}, c)
		if err != nil {
			return err
		}
		handler = proxy.NewReverse(newReplay(index), proxy.Options{Open: func(proxy.SessionRequest) (proxy.Use, error) { return newReplay(index), nil }})
	}
	go func() { _ = http.Serve(listener, handler) }()
	fmt.Println(base)
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		var usage syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
			return err
		}
		fmt.Println(usage.Utime.Nano() + usage.Stime.Nano())
	}
	return nil
}

func TestMain(m *testing.M) {
	if spec := os.Getenv("GRAPHVCR_BENCH_SERVER"); spec != "" {
		if err := benchServer(spec); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(testkit.On(m).Run())
}

// A child is a server in a process of its own.
type child struct {
	url      string
	stdin    io.Writer
	out      *bufio.Reader
	conns    []net.Conn
	sessions bool
	count    int      // of interactions
	asks     [][]byte // requests, as they are sent
}

func startChild(b testing.TB, kind string, count, size int) *child {
	b.Helper()
	exe, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), fmt.Sprintf("GRAPHVCR_BENCH_SERVER=%s:%d:%d", kind, count, size))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		stdin.Close()
		_ = cmd.Wait()
	})
	c := &child{stdin: stdin, out: bufio.NewReader(stdout)}
	line, err := c.out.ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	c.url = strings.TrimSpace(line)
	c.sessions, c.count = kind != "bare", count
	c.begin(b)
	u, err := url.Parse(c.url)
	if err != nil {
		b.Fatal(err)
	}
	for range benchConnections {
		conn, err := net.Dial("tcp", u.Host)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { conn.Close() })
		c.conns = append(c.conns, conn)
	}
	return c
}

// begin writes the requests: those of a fresh session where the server has such, since by
// default no answer is given more than a thousand times in one.
func (c *child) begin(b testing.TB) {
	b.Helper()
	prefix := ""
	if c.sessions {
		status, text := ask(b, http.DefaultClient, "POST", c.url+"/_graphvcr/sessions", "")
		if status != 201 {
			b.Fatalf("%d %s", status, text)
		}
		_, after, _ := strings.Cut(text, `"url":"`+c.url)
		prefix, _, _ = strings.Cut(after, `"`)
	}
	c.asks = c.asks[:0]
	for n := range c.count {
		c.asks = append(c.asks, fmt.Appendf(nil, "GET %s%s HTTP/1.1\r\nHost: %s\r\nAccept: application/json\r\nUser-Agent: kiota-go/1.5.4\r\nClient-Request-Id: %08x-0000-4000-8000-000000000000\r\nAuthorization: Bearer x\r\n\r\n",
			prefix, benchPath(n), strings.TrimPrefix(c.url, "http://"), n))
	}
}

// cpu is the server's time so far.
func (c *child) cpu(b testing.TB) time.Duration {
	b.Helper()
	if _, err := io.WriteString(c.stdin, "cpu\n"); err != nil {
		b.Fatal(err)
	}
	line, err := c.out.ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return time.Duration(n)
}

// drive sends so many requests over all connections at a time.
func (c *child) drive(b testing.TB, requests int) {
	var group sync.WaitGroup
	for i, conn := range c.conns {
		group.Go(func() {
			r := bufio.NewReaderSize(conn, 256<<10)
			for n := range requests / len(c.conns) {
				if _, err := conn.Write(c.asks[(n*len(c.conns)+i)*7919%len(c.asks)]); err != nil {
					b.Error(err)
					return
				}
				if err := skipAnswer(r); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}

// skipAnswer reads an answer of status 200 and drops it.
func skipAnswer(r *bufio.Reader) error {
	length := -1
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		switch {
		case first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")):
			return fmt.Errorf("answered %q", line)
		case bytes.HasPrefix(line, []byte("Content-Length: ")):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(line[16:]))); err != nil {
				return err
			}
		case len(line) == 2:
			if length < 0 {
				return fmt.Errorf("no length")
			}
			_, err := r.Discard(length)
			return err
		}
	}
}

// BenchmarkServe prints, for answers of a size and cassettes of a length, our requests a
// second and CPU time a request, and both as shares of the bare handler's.
func BenchmarkServe(b *testing.B) {
	for _, s := range []struct {
		name        string
		count, size int
	}{{"100x1.3KB", 100, 1300}, {"10000x1.3KB", 10_000, 1300}, {"100x100KB", 100, 100_000}} {
		b.Run(s.name, func(b *testing.B) {
			ours, floor := startChild(b, "ours", s.count, s.size), startChild(b, "bare", s.count, s.size)
			round := max(10_000_000/(s.size+1000), 16)
			for _, c := range []*child{ours, floor} {
				c.drive(b, max(round, s.count)) // each answer once, so that both are warm
			}
			var took, spent [2][]float64
			b.ResetTimer()
			for n := 0; n < b.N || n < 9; n++ {
				for i, c := range []*child{ours, floor} {
					c.begin(b)
					before, began := c.cpu(b), time.Now()
					c.drive(b, round)
					took[i] = append(took[i], time.Since(began).Seconds()/float64(round))
					spent[i] = append(spent[i], float64(c.cpu(b)-before)/float64(round))
				}
			}
			b.ReportMetric(median(ratios(took[1], took[0])), "x-bare-throughput")
			b.ReportMetric(median(ratios(spent[0], spent[1])), "x-bare-cpu")
			b.ReportMetric(1/median(took[0]), "req/s")
			b.ReportMetric(median(spent[0]), "cpu-ns/req")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// ratios are those of neighbours in time, which share what else the machine does.
func ratios(a, b []float64) []float64 {
	all := make([]float64, len(a))
	for i := range a {
		all[i] = a[i] / b[i]
	}
	return all
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// BenchmarkReady prints how long it takes until 10,000 interactions can be answered, as a
// share of the time that loading the cassette takes and of that for reading the bytes.
func BenchmarkReady(b *testing.B) {
	file := filepath.Join(b.TempDir(), "bench.yaml")
	if err := benchTape(10_000, 1300).Save(file, nil); err != nil {
		b.Fatal(err)
	}
	var bytesRead, loaded, ready []float64
	for n := 0; n < b.N || n < 5; n++ {
		began := time.Now()
		if _, err := os.ReadFile(file); err != nil {
			b.Fatal(err)
		}
		bytesRead = append(bytesRead, time.Since(began).Seconds())
		began = time.Now()
		c, err := cassette.Load(file)
		if err != nil {
			b.Fatal(err)
		}
		loaded = append(loaded, time.Since(began).Seconds())
		index, err := match.NewIndex(match.Rules{}, c)
		if err != nil {
			b.Fatal(err)
		}
		reverse := proxy.NewReverse(newReplay(index), proxy.Options{})
		ready = append(ready, time.Since(began).Seconds())
		reverse.End(b.Context())
	}
	b.ReportMetric(median(ready)*1000, "ready-ms")
	b.ReportMetric(median(ready)/median(loaded), "x-load")
	b.ReportMetric(median(ready)/median(bytesRead), "x-readfile")
	b.ReportMetric(0, "ns/op")
}
