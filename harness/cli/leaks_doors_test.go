package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/planted"
)

// What the command's environment holds that neither a program nor a file may.
var handed = []planted.Kind{
	{Name: "the token", Value: "opaque-token-of-the-recorder"},
	{Name: "the salt", Value: strings.Repeat("7c", 32)},
}

// command is graphvcr in the field's folder, its temporary files there too.
func (f *field) command(t *testing.T, args ...string) (cmd *exec.Cmd, said *bytes.Buffer) {
	t.Helper()
	cmd = graphvcr(t, f.dir, args[0], args[1:]...)
	cmd.Env = append(cmd.Env, "TMPDIR="+filepath.Join(f.dir, "tmp"), "NO_COLOR=1", "CI=", "GRAPHVCR_TOKEN="+handed[0].Value, "GRAPHVCR_SALT="+handed[1].Value)
	said = &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = said, said
	t.Cleanup(func() {
		if cmd.Process != nil && cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return cmd, said
}

// live are the flags by which a door reaches the service and writes all its reports.
func (f *field) live(mode string) []string {
	return append([]string{"--mode", mode, "--cassette", "plants", "--connect-to", "graph.microsoft.com=" + f.address, "--upstream-ca", f.trust, "--auth", "none"}, f.reports()...)
}

// reports are the flags that write all reports.
func (f *field) reports() (flags []string) {
	for _, kind := range reportKinds {
		flags = append(flags, "--report", kind+"="+filepath.Join(f.dir, "report."+kind))
	}
	return flags
}

// serve starts graphvcr serve, and reads where it listens from the lines that it prints.
func (f *field) serve(t *testing.T, flags ...string) (cmd *exec.Cmd, said *bytes.Buffer, lines *bufio.Reader, base string) {
	t.Helper()
	cmd, said = f.command(t, append([]string{"serve"}, flags...)...)
	cmd.Stdout = nil
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines = bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	base, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		t.Fatalf("serve said %q: %v\n%s", line, err, said)
	}
	return cmd, said, lines, base
}

// served sends all plants through graphvcr serve; kill ends it by SIGKILL at that plant.
func (f *field) served(t *testing.T, mode string, kill int) (texts []string) {
	t.Helper()
	cmd, said, lines, base := f.serve(t, f.live(mode)...)
	f.killAt(t, kill, cmd)
	answered, err := sow(f.seeds(), base, &http.Transport{DisableCompression: true})
	if kill < 0 && (err != nil || answered != len(f.plants)) {
		t.Fatalf("%d of %d were answered: %v\n%.3000s", answered, len(f.plants), err, said)
	}
	if kill < 0 {
		_ = cmd.Process.Signal(os.Interrupt)
	}
	rest, _ := io.ReadAll(lines)
	err = cmd.Wait()
	return append(texts, said.String(), string(rest), f.ended(t, kill, err))
}

// executed has a program under graphvcr exec send all plants.
func (f *field) executed(t *testing.T, mode string, kill int) (texts []string) {
	t.Helper()
	environment := filepath.Join(t.TempDir(), "environment")
	cmd, said := f.command(t, append(append([]string{"exec"}, f.live(mode)...), "--", "sow", f.sown, environment)...)
	f.killAt(t, kill, cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	env, envErr := os.ReadFile(environment)
	if envErr != nil {
		t.Fatalf("%v\n%.3000s", envErr, said)
	}
	for _, found := range planted.NewSearch(handed).In(string(env)) {
		t.Errorf("the program's environment holds %s", found)
	}
	return append(texts, said.String(), f.ended(t, kill, err))
}

func (f *field) killAt(t *testing.T, n int, cmd *exec.Cmd) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at, f.do = n, func() {
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Error(err)
		}
	}
}

// ended checks how a command ended, and recovers what a killed one left.
func (f *field) ended(t *testing.T, kill int, err error) string {
	t.Helper()
	if kill < 0 {
		if err != nil {
			t.Errorf("it ended in %v", err)
		}
		return ""
	}
	if err == nil {
		t.Error("it was not killed")
	}
	journal, err := os.ReadFile(filepath.Join(f.dir, "cassettes", "plants.yaml.journal"))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(journal, []byte("\n")); n < kill/2 {
		t.Errorf("the journal holds %d lines, at plant %d", n, kill)
	}
	cmd, said := f.command(t, "record", "--recover")
	if err := cmd.Run(); err != nil {
		t.Fatalf("recover: %v\n%s", err, said)
	}
	return string(journal) + said.String()
}

// holdsNone looks for every plant in what is left in the folder and in what was said, and
// has lint and redact look at the cassettes, of which it returns the interactions' number.
func (f *field) holdsNone(t *testing.T, texts ...string) (interactions int) {
	t.Helper()
	size, told := 0, map[string]bool{}
	look := func(where, text string) {
		size += len(text)
		for _, found := range append(f.search.In(text), planted.NewSearch(handed).In(text)...) {
			if at := where + found[:strings.Index(found, ":")]; !told[at] && len(told) < 20 {
				told[at] = true
				t.Errorf("%s holds %s", where, found)
			}
		}
	}
	for _, text := range texts {
		look("what was said", text)
	}
	err := filepath.WalkDir(f.dir, func(file string, entry os.DirEntry, err error) error {
		if err != nil && file != f.dir && errors.Is(err, fs.ErrNotExist) {
			return nil // the guard of a killed exec removes its folder meanwhile
		}
		if err != nil || entry.IsDir() {
			return err
		}
		name, _ := filepath.Rel(f.dir, file)
		look("the name of a file", name)
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		look(name, string(text))
		if c, loadErr := cassette.Load(file); loadErr == nil && len(c.Interactions) > 0 {
			interactions += len(c.Interactions)
			for _, i := range c.Interactions {
				dump, _ := json.Marshal(i)
				look(name, string(dump)+"\n"+i.Request.Body+"\n"+i.Response.Body)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kinds in %d places; looked in %d KB", len(f.kinds), len(f.plants), size>>10)
	f.agree(t)
	return interactions
}

// agree has lint and redact judge what was saved: they find nothing to replace.
func (f *field) agree(t *testing.T) {
	t.Helper()
	lint, said := f.command(t, "lint", "cassettes", "--report", "json")
	if err := lint.Run(); err != nil {
		t.Errorf("lint: %v", err)
	}
	for _, leak := range regexp.MustCompile(`"rule": "leak\.(?:`+f.sealed+`)[^}]*`).FindAllString(said.String(), 5) {
		t.Errorf("lint finds in what was saved: %s", leak)
	}
	again, said := f.command(t, "redact", "cassettes", "--dry-run")
	if err := again.Run(); err != nil || strings.Contains(said.String(), "replaced ") {
		t.Errorf("redact would replace more: %v\n%.2000s", err, said)
	}
}

// TestDoorsLeakNothing: whatever a client sends and is answered, through serve and exec, live
// or as a spy, of a recording that ends, is killed or recovered: nothing of it is left in a
// file, a stream, a report, or a program's environment.
func TestDoorsLeakNothing(t *testing.T) {
	seed := seedOf(t)
	t.Setenv("GRAPHVCR_SALT", handed[1].Value)
	for name, door := range map[string]func(*field, *testing.T, string, int) []string{"serve": (*field).served, "exec": (*field).executed} {
		t.Run(name, func(t *testing.T) {
			f := newField(t, newCrop(t, seed))
			texts := door(f, t, "record", -1)
			if n := f.holdsNone(t, texts...); n != len(f.plants) {
				t.Errorf("%d interactions of %d are recorded", n, len(f.plants))
			}
		})
		t.Run(name+" killed", func(t *testing.T) {
			f := newField(t, newCrop(t, seed+1))
			texts := door(f, t, "record", len(f.plants)/2)
			if n := f.holdsNone(t, texts...); n < len(f.plants)/2-1 {
				t.Errorf("%d interactions were recovered of %d", n, len(f.plants)/2)
			}
		})
		t.Run(name+" as a spy", func(t *testing.T) {
			first := newCrop(t, seed+2)
			first.plants = first.plants[:len(first.plants)/4]
			f := newField(t, first)
			texts := door(f, t, "record", -1)
			added := newField(t, newCrop(t, seed+3))
			added.dir = f.dir
			texts = append(texts, door(added, t, "spy", -1)...)
			f.holdsNone(t, texts...)
			added.holdsNone(t, texts...)
		})
	}
}

// TestMissesTellNoSecret: a request that no cassette answers is told to its client, in reports
// and on stderr, without the credentials in it.
func TestMissesTellNoSecret(t *testing.T) {
	seed := seedOf(t)
	t.Setenv("GRAPHVCR_SALT", handed[1].Value)
	recorded := newSecretCrop(t, seed)
	f := newField(t, recorded)
	f.served(t, "record", -1)
	other := newField(t, newMissCrop(t, seed+1))
	other.dir = f.dir
	cmd, said, lines, base := f.serve(t, append([]string{"--cassette", "plants", "--listen", "127.0.0.1:0"}, f.reports()...)...)
	seeds := other.seeds()
	for n := range seeds { // none is recorded so
		seeds[n].URL = strings.Replace(seeds[n].URL, "/v1.0/", "/beta/x"+strconv.Itoa(n)+"/", 1)
	}
	heard := &listening{base: http.DefaultTransport}
	if _, err := sow(seeds, base, heard); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Process.Signal(os.Interrupt)
	rest, _ := io.ReadAll(lines)
	_ = cmd.Wait()
	if heard.misses != len(seeds) {
		t.Errorf("%d of %d requests are misses", heard.misses, len(seeds))
	}
	other.holdsNone(t, heard.bodies.String(), said.String(), string(rest))
}

// listening keeps what a client is told.
type listening struct {
	base   http.RoundTripper
	bodies bytes.Buffer
	misses int
}

func (l *listening) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	l.bodies.Write(append(text, '\n'))
	if resp.StatusCode == http.StatusNotImplemented {
		l.misses++
	}
	resp.Body = io.NopCloser(bytes.NewReader(text))
	return resp, err
}
