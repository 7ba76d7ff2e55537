package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/planted"
	"github.com/graphvcr/graphvcr/harness/report/render"
)

// A plant is a value of a kind in one place of an exchange.
type plant struct {
	kind  planted.Kind
	place string
	*cassette.Interaction
}

// plants puts every kind into every place that a scenario can send, or be answered with.
func plants() []plant {
	var all []plant
	add := func(k planted.Kind, places map[string]*cassette.Interaction) {
		for _, place := range slices.Sorted(maps.Keys(places)) {
			if place == "cut short" || place == "header" && strings.Contains(k.Value, "\n") {
				continue // no scenario judges half an answer
			}
			all = append(all, plant{k, place, places[place]})
		}
	}
	for _, k := range planted.ByForm() {
		add(k, planted.Positions(k.Value))
		add(k, planted.Bodies(k.JSON()))
	}
	for _, k := range planted.ByMember() {
		add(k, planted.Bodies(k.JSON()))
	}
	for _, k := range planted.ByOption() {
		add(k, planted.Links(k))
	}
	random := planted.NewRandom(20261129)
	for _, k := range slices.Concat(random.Secrets(), random.Values(), random.Objects()) {
		for _, p := range sample(random.Rand, k, 3) {
			sent := *p.Interaction
			if !utf8.ValidString(sent.Request.Body) || sent.Response.Headers.Get("Content-Type") == "application/json" && !json.Valid([]byte(sent.Response.Body)) {
				continue // which no scenario can send, and after which it ends
			}
			sent.Request.URL = spaced(sent.Request.URL)
			all = append(all, plant{k, p.place, &sent})
		}
	}
	return all
}

// scenarioOf sends the requests of plants, each told from the others by a header that
// nothing redacts and everything compares. JSON is YAML whose every text is in quotes.
func scenarioOf(all []plant, expect map[string]any) ([]byte, error) {
	braces := strings.NewReplacer("{", "{{", "}", "}}")
	steps := make([]any, len(all))
	for n, p := range all {
		headers := map[string]string{"X-Plant": strconv.Itoa(n), "Prefer": "plant=" + strconv.Itoa(n)}
		for name, values := range p.Request.Headers {
			headers[name] = braces.Replace(values[0])
		}
		request := map[string]any{"method": p.Request.Method, "url": braces.Replace(p.Request.URL), "headers": headers, "redirect": "stop"}
		if p.Request.Body != "" {
			request["text"] = braces.Replace(p.Request.Body)
		}
		steps[n] = map[string]any{"name": fmt.Sprintf("%d %s", n, p.place), "request": request}
		if expect != nil {
			steps[n].(map[string]any)["expect"] = expect
		}
	}
	return json.Marshal(map[string]any{"name": "Plants", "api": "v1.0", "steps": steps})
}

// A garden is a project whose one scenario sends all plants to a stand-in that answers
// them.
type garden struct {
	*standIn
	dir    string
	plants []plant

	mu       sync.Mutex
	journals map[int]string              // as it was when a plant was answered
	watch    map[int]func(*http.Request) // what else is done then
}

func newGarden(t *testing.T, plants []plant, expect map[string]any) *garden {
	t.Helper()
	g := &garden{dir: t.TempDir(), plants: plants, journals: map[int]string{}, watch: map[int]func(*http.Request){}}
	g.standIn = startStandIn(t, emulator.Options{Alter: g.answer}, nil, nil)
	text, err := scenarioOf(g.plants, expect)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"scenarios/plants.yaml": string(text), "go.mod": "module example.test\n"} {
		file := filepath.Join(g.dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

func (g *garden) answer(r *http.Request, a *emulator.Answer) {
	n, err := strconv.Atoi(r.Header.Get("X-Plant"))
	if err != nil {
		return
	}
	p := g.plants[n].Interaction
	a.Status, a.Header, a.Body = p.Response.Code, p.Response.Headers.Clone(), []byte(p.Response.Body)
	g.mu.Lock()
	defer g.mu.Unlock()
	if n%400 == 399 {
		text, _ := os.ReadFile(g.cassette() + ".journal")
		g.journals[n] = string(text)
	}
	if do := g.watch[n]; do != nil {
		do(r)
	}
}

func (g *garden) cassette() string { return filepath.Join(g.dir, "cassettes", "plants.yaml") }

var reportKinds = render.Kinds()

// record runs the command and returns what it left of texts: its streams and reports.
func (g *garden) record(t *testing.T, status int, started func(*exec.Cmd)) map[string]string {
	t.Helper()
	args := []string{"record", "plants"}
	for _, kind := range reportKinds {
		args = append(args, "--report", kind+"="+filepath.Join(g.dir, "report."+kind))
	}
	cmd := g.command(t, args...)
	cmd.Dir = g.dir
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if started != nil {
		started(cmd)
	}
	err := cmd.Wait()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) || cmd.ProcessState.ExitCode() != status {
		t.Fatalf("record: %v, want status %d\n%.3000s\n%.3000s", err, status, talk.String(), out.String())
	}
	left := map[string]string{"stdout": out.String(), "stderr": talk.String()}
	for _, kind := range reportKinds {
		text, err := os.ReadFile(filepath.Join(g.dir, "report."+kind))
		if err != nil {
			t.Fatal(err)
		}
		left["report "+kind] = string(text)
	}
	return left
}

var (
	base64d = regexp.MustCompile(`[A-Za-z0-9+/]{24,}={0,2}`)
	escapes = strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\u0026`, "&", `\/`, "/", `\u003c`, "<", `\u003e`, ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&")
)

// spelled is a text as it stands and with what is encoded in it decoded, in lower case.
func spelled(text string) string {
	all := []string{text}
	for range 3 {
		text = percentDecoded(escapes.Replace(text))
		all = append(all, text)
	}
	for _, word := range base64d.FindAllString(all[0], -1) {
		if plain, err := base64.StdEncoding.DecodeString(word); err == nil {
			all = append(all, string(plain))
		}
	}
	return strings.ToLower(strings.Join(all, "\n"))
}

// percentDecoded decodes what can be, and leaves the rest.
func percentDecoded(text string) string {
	before, after, found := strings.Cut(text, "%")
	var out strings.Builder
	for ; found; before, after, found = strings.Cut(after, "%") {
		out.WriteString(before)
		if code, err := strconv.ParseUint(after[:min(2, len(after))], 16, 8); err == nil && len(after) >= 2 {
			out.WriteByte(byte(code))
			after = after[2:]
		} else {
			out.WriteByte('%')
		}
	}
	return out.String() + before
}

// holdsNone looks for every plant in texts, in every spelling.
func (g *garden) holdsNone(t *testing.T, texts map[string]string) {
	t.Helper()
	for where, text := range texts {
		spellings := spelled(text)
		seen := map[string]bool{}
		for _, p := range g.plants {
			needle := strings.ToLower(p.kind.Sought())
			if !seen[needle] && containsWord(spellings, needle) {
				t.Errorf("%s holds a planted %s: %s", where, p.kind.Name, around(spellings, needle))
			}
			seen[needle] = true
		}
	}
}

// containsWord reports whether a needle stands in a text, and not within a longer word
// or number if it is as short as to be found in one by chance.
func containsWord(text, needle string) bool {
	for at := 0; ; {
		k := strings.Index(text[at:], needle)
		if k < 0 {
			return false
		}
		start, end := at+k, at+k+len(needle)
		if len(needle) > 6 || !isWordByte(text, start-1) && !isWordByte(text, end) {
			return true
		}
		at = end
	}
}

func isWordByte(text string, i int) bool {
	if i < 0 || i >= len(text) {
		return false
	}
	c := text[i]
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '.'
}

func around(text, needle string) string {
	k := strings.Index(text, needle)
	return text[max(0, k-260):min(len(text), k+len(needle)+40)]
}

// Nothing that is planted anywhere reaches a file, a stream or a report of the command.
func TestRecordLeaksNothing(t *testing.T) {
	g := newGarden(t, plants(), nil)
	left := g.record(t, 1, nil) // so many values are not told apart on replay, which is told
	text, err := os.ReadFile(g.cassette())
	if err != nil {
		t.Fatal(err)
	}
	left["cassette"] = string(text)
	g.mu.Lock()
	defer g.mu.Unlock()
	for n, journal := range g.journals {
		if journal == "" {
			t.Errorf("there was no journal at plant %d", n)
		}
		left[fmt.Sprintf("journal at plant %d", n)] = journal
	}
	g.holdsNone(t, left)
	kinds := map[string]bool{}
	for _, p := range g.plants {
		kinds[p.kind.Name] = true
	}
	t.Logf("%d kinds in %d places; looked in %d texts of %d KB", len(kinds), len(g.plants), len(left), size(left)>>10)
	if len(kinds) < 60 {
		t.Errorf("%d kinds, want 60", len(kinds))
	}
}

func size(texts map[string]string) (n int) {
	for _, text := range texts {
		n += len(text)
	}
	return n
}

// Nor does it where every step fails, which is told with what was got, and the recording
// is interrupted and recovered.
func TestInterruptedRecordLeaksNothing(t *testing.T) {
	const last = 380
	var some []plant // of every kind
	for n, p := range plants() {
		if n%4 == 0 {
			some = append(some, p)
		}
	}
	g := newGarden(t, some, map[string]any{
		"status": 299, "headers": map[string]any{"Location": "x", "X-Anchor": "x"},
		"body": map[string]any{"note": "x", "values": "x", "@odata.nextLink": "x", "error": map[string]any{"message": "x"}},
	})
	started := make(chan *exec.Cmd, 1)
	g.mu.Lock()
	g.watch[last] = func(r *http.Request) {
		if err := (<-started).Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		<-r.Context().Done()
	}
	g.mu.Unlock()
	left := g.record(t, 2, func(cmd *exec.Cmd) { started <- cmd })
	journal, err := os.ReadFile(g.cassette() + ".journal")
	if err != nil {
		t.Fatal(err)
	}
	left["journal"] = string(journal)
	recover := g.command(t, "record", "--recover")
	recover.Dir = g.dir
	out, err := recover.CombinedOutput()
	if err != nil {
		t.Fatalf("recover: %v\n%s", err, out)
	}
	left["recovery"] = string(out)
	c, err := cassette.Load(g.cassette())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Interactions) != last {
		t.Errorf("%d interactions were recovered of %d", len(c.Interactions), last)
	}
	text, err := os.ReadFile(g.cassette())
	if err != nil {
		t.Fatal(err)
	}
	left["recovered cassette"] = string(text)
	g.holdsNone(t, left)
	t.Logf("looked in %d texts of %d KB", len(left), size(left)>>10)
}
