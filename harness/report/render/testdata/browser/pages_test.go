package browser

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/report/render"
)

const hostile = `</pre></script></template><script>document.title="owned"</script><img src=x onerror="document.title='owned'">` + "\x1b[31m\u202e"

// thousand is a run of a thousand findings, with what a body may hold to do harm.
func thousand(t *testing.T) []byte {
	s := &report.Suite{Command: "history", FailOn: report.Warning, Ordered: true}
	rules := []report.Rule{"drift.type.changed", "drift.property.lost", "drift.enum.new", "drift.link.shape"}
	side := func(name, value string) *report.Exchange {
		return &report.Exchange{
			Place: report.Place{File: name, Line: 3}, Method: "GET", URL: "https://graph.microsoft.com/v1.0/users?" + hostile, Status: 200,
			Response: report.Content{Header: map[string][]string{"Location": {hostile}}, Body: "{\n" + strings.Repeat("  \"name\": \""+value+"\",\n", 20) + "}"},
		}
	}
	old, new := side("old.yaml", "value"), side("new.yaml", hostile)
	for c := range 40 {
		told := report.Case{Name: fmt.Sprintf("2026-%02d-%02d %07x a commit %s", c/28+1, c%28+1, c*7919, hostile), File: "cassettes/users/list.yaml"}
		for f := range 25 {
			told.Findings = append(told.Findings, report.Finding{
				Rule: rules[f%4], Severity: report.Severity(f % 3), Message: fmt.Sprintf("finding %d of case %d %s", f, c, hostile),
				Value:    report.Value{Part: "GET /users", Where: "$['value'][*]['" + hostile + "']", Want: "there", Got: hostile},
				Place:    report.Place{File: "old.yaml", Line: f + 1},
				Evidence: report.Evidence{Fingerprint: fmt.Sprintf("%012x", c*100+f), Examples: []report.Example{{Old: old, New: new, OldLine: 9, NewLine: 9}}},
			})
		}
		s.Cases = append(s.Cases, told)
	}
	s.Finish()
	var page bytes.Buffer
	if err := render.Suite(&page, "html", s, render.Style{}); err != nil {
		t.Fatal(err)
	}
	return page.Bytes()
}

// A project is a copy of this repository's scenarios, cassettes and schemas, and the command.
type project struct {
	t            *testing.T
	dir, command string
}

func newProject(t *testing.T) *project {
	t.Helper()
	root, err := filepath.Abs("../../../../..")
	if err != nil {
		t.Fatal(err)
	}
	p := &project{t: t, dir: t.TempDir(), command: filepath.Join(t.TempDir(), "graphvcr")}
	build := exec.Command("go", "build", "-o", p.command, "./cmd/graphvcr")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"scenarios", "cassettes", "schemas"} {
		if err := os.CopyFS(filepath.Join(p.dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *project) environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=n", "GIT_AUTHOR_EMAIL=n@example.com", "GIT_COMMITTER_NAME=n", "GIT_COMMITTER_EMAIL=n@example.com"}
}

// page runs the command, whose page is page.html.
func (p *project) page(args ...string) []byte {
	p.t.Helper()
	cmd := exec.Command(p.command, args...)
	cmd.Dir, cmd.Env = p.dir, p.environment()
	out, err := cmd.CombinedOutput()
	page, missing := os.ReadFile(filepath.Join(p.dir, "page.html"))
	if missing != nil {
		p.t.Fatalf("graphvcr %q: %v, %v\n%s", args, err, missing, out)
	}
	return page
}

func (p *project) git(args ...string) {
	p.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = p.dir, p.environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		p.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
}

func (p *project) edit(file, old, new string) {
	p.t.Helper()
	file = filepath.Join(p.dir, file)
	text, err := os.ReadFile(file)
	if err != nil {
		p.t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(old)) {
		p.t.Fatalf("%s holds no %q", file, old)
	}
	p.write(file, strings.Replace(string(text), old, new, 1))
}

func (p *project) write(file, text string) {
	p.t.Helper()
	if !filepath.IsAbs(file) {
		file = filepath.Join(p.dir, file)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// run is a replay of 24 scenarios, of which three fail: a value, a property that is missing, a
// request that has no answer.
func (p *project) run() []byte {
	p.edit("scenarios/users/select.yaml", "mail: {absent: true}", "mail: {type: string}")
	p.edit("scenarios/teams/create-chat.yaml", "        status: succeeded", "        status: done")
	p.edit("scenarios/users/list-pages.yaml", `$select: "id,displayName"`, `$select: "id,displayName,mail"`)
	return p.page("replay", "--report", "html=page.html")
}

// recording is a cassette of an emulated service, before or after it changed.
func recording(changed bool) string {
	const base = "https://graph.microsoft.com/v1.0"
	sunset, office, code, status, day := "", `"officeLocation":"place%d"`, "Request_ResourceNotFound", 200, "01"
	if changed {
		sunset, office, code, status, day = "        Sunset: ['Sat, 01 May 2027 00:00:00 GMT']\n", `"preferredDataLocation":"EUR%.0d"`, "ResourceNotFound", 206, "28"
	}
	user := func(n int) string {
		id := 0x87d349ed + n
		if changed {
			id = 0x87d349ed + 13*n
		}
		return fmt.Sprintf(`{"id":"%08x-44d7-43e1-9a83-5f2406dee5%02d","displayName":"Name %d","jobTitle":"Pilot","mail":"user%02d@contoso.example","mobilePhone":null,`+office+`,"preferredLanguage":"en-US","surname":"S"}`, id, n, n, n, n)
	}
	list := ""
	for n := range 5 {
		list += user(n) + ","
	}
	var b strings.Builder
	fmt.Fprintf(&b, "---\nversion: 2\ngraphvcr: {format: 2, interactions: 5, origin: emulator, recorded-at: 2026-11-%sT10:00:00Z}\ninteractions:\n", day)
	for n, i := range []struct {
		url, header, body string
		status            int
	}{
		{"/users?$top=5", "", `{"@odata.context":"` + base + `/$metadata#users","value":[` + strings.TrimSuffix(list, ",") + `]}`, 200},
		{"/users/87d349ed-44d7-43e1-9a83-5f2406dee5bd", sunset, user(7), 200},
		{"/users/00000000-44d7-43e1-9a83-5f2406dee5bd", "", `{"error":{"code":"` + code + `","message":"no"}}`, 404},
		{"/users/delta", "", `{"@odata.deltaLink":"` + base + `/users/delta?$deltatoken=` + strings.Repeat("a", 40) + `","value":[]}`, status},
		{"/me/manager", "", `{"error":{"code":"Request_ResourceNotFound","message":"no"}}`, 404},
	} {
		fmt.Fprintf(&b, "  - id: %d\n    request: {method: GET, url: %q, headers: {}, body: '', form: {}}\n    response:\n      code: %d\n      status: ''\n      headers:\n        Content-Type: [application/json]\n%s      body: %q\n      duration: 10ms\n",
			n, base+i.url, i.status, i.header, i.body)
	}
	return b.String()
}

// drift is five changes from one recording to the next.
func (p *project) drift() []byte {
	p.write("old.yaml", recording(false))
	p.write("new.yaml", recording(true))
	return p.page("diff", "old.yaml", "new.yaml", "--report", "html=page.html")
}

// history is a cassette in three commits, the last of which changed its behaviour.
func (p *project) history() []byte {
	p.git("init", "-q")
	for n, text := range []string{recording(false), strings.Replace(recording(false), "Name 1", "Name 9", 1), recording(true)} {
		p.write("cassettes/people.yaml", text)
		p.git("add", "cassettes/people.yaml")
		p.git("commit", "-q", "-m", fmt.Sprintf("Record people, %d", n+1), "--date", fmt.Sprintf("2026-11-0%dT10:00:00Z", n+1))
	}
	return p.page("history", "cassettes/people.yaml", "--report", "html=page.html")
}

// metadata is the step of 2025-07-29 in Graph's metadata.
func (p *project) metadata() []byte {
	const folder = "/v1.0-Prod.2025-07-"
	corpus, err := filepath.Abs("../../../../../../shared/corpus/metadata/history")
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := os.Stat(corpus + folder + "29.csdl"); err != nil {
		p.t.Skip("there is no corpus of metadata: ", err)
	}
	return p.page("diff", "--csdl", corpus+folder+"09.csdl", corpus+folder+"29.csdl", "--report", "html=page.html")
}

// cassette is what one of this repository's holds.
func (p *project) cassette() []byte { return p.page("view", "users/lifecycle", "--html", "page.html") }

// long is a cassette of a thousand interactions.
func (p *project) long() []byte {
	var b strings.Builder
	b.WriteString("---\nversion: 2\ngraphvcr: {format: 2, interactions: 1000, origin: emulator}\ninteractions:\n")
	body := `{"value":[` + strings.Repeat(`{"id":"87d349ed-44d7-43e1-9a83-5f2406dee5bd","displayName":"Adele Vance","mail":"a@contoso.example"},`, 20) + `{}]}`
	for n := range 1000 {
		fmt.Fprintf(&b, "  - id: %d\n    request: {method: GET, url: 'https://graph.microsoft.com/v1.0/users/%d/messages', headers: {}, body: '', form: {}}\n    response:\n      code: 200\n      status: ''\n      headers: {Content-Type: [application/json]}\n      body: %q\n      duration: 10ms\n", n, n, body)
	}
	p.write("long.yaml", b.String())
	return p.page("view", "long.yaml", "--html", "page.html")
}

// serve starts a server, and returns its address and that of its page.
func (p *project) serve(cassettes ...string) (base, page string) {
	p.t.Helper()
	args := []string{"serve"}
	for _, name := range cassettes {
		args = append(args, "--cassette", name)
	}
	cmd := exec.Command(p.command, args...)
	cmd.Dir, cmd.Env = p.dir, p.environment()
	said, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			p.t.Error(err)
		}
		_ = cmd.Wait() // its misses are findings
	})
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if at, found := strings.CutPrefix(lines.Text(), "graphvcr: requests are shown at "); found {
			base, _, _ = strings.Cut(at, "/_graphvcr/")
			return base, at
		}
	}
	p.t.Fatal("serve names no page")
	return "", ""
}

// best times something until it is quick enough, five times at most, since the machine may be
// busy with others.
func best(limit time.Duration, do func() time.Duration) time.Duration {
	took := time.Hour
	for range 5 {
		if took = min(took, do()); took <= limit {
			break
		}
	}
	return took
}
