package cli

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// shellLines are the lines of a page's fenced blocks that are marked as sh, without comments.
func shellLines(page string) []string {
	var lines []string
	fence := ""
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```") && fence == "":
			fence = line
		case line == "```":
			fence = ""
		case fence == "```sh":
			line, _, _ = strings.Cut(line, "  #")
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// fieldsOf are the words of a command line; single quotes are all that it may quote with.
func fieldsOf(line string) []string {
	var all []string
	quoted := false
	for n, part := range strings.Split(line, "'") {
		if quoted = n%2 == 1; quoted {
			all = append(all, part)
			continue
		}
		all = append(all, strings.Fields(part)...)
	}
	return all
}

// pageProject is a copy of the shipped project, under git where the page needs it, with a
// changed service to record.
func pageProject(t *testing.T, page string) (graph *emulator.Emulator) {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"cassettes", "scenarios", "schemas"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join("..", "..", part))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.test\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "scenarios", "users", "select.yaml")); err != nil { // one is drafted in its place
		t.Fatal(err)
	}
	graph, err := emulator.Start(t.Context(), emulator.Options{Seed: 3, Alter: func(_ *http.Request, a *emulator.Answer) {
		a.Body = bytes.ReplaceAll(a.Body, []byte(`"displayName":`), []byte(`"shownName":`))
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { graph.Close() })
	for name, value := range map[string]string{
		"CI": "", "GRAPHVCR_SALT": "", "GRAPHVCR_TOKEN": graph.UserToken(), "HOME": dir, "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1",
	} {
		t.Setenv(name, value)
	}
	t.Chdir(dir)
	if !strings.Contains(page, "HEAD") {
		return graph
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-q", "-m", "first"}} {
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Skipf("git %v: %v: %s", args, err, out)
		}
	}
	return graph
}

// globbed replaces patterns by the files that they match, as a shell does.
func globbed(args []string) []string {
	var all []string
	for _, arg := range args {
		if found, err := filepath.Glob(arg); err == nil && len(found) > 0 {
			all = append(all, found...)
		} else {
			all = append(all, arg)
		}
	}
	return all
}

// runLine runs a command line of a page, and returns its exit status and what it said. What
// would go to Microsoft's Graph goes to the given one.
func runLine(t *testing.T, line string, graph *emulator.Emulator) (status int, said string) {
	t.Helper()
	args := fieldsOf(line)
	if args[0] != "graphvcr" {
		t.Fatalf("%s: a page marks as sh what the test can run: lines of graphvcr", line)
	}
	args = globbed(args[1:])
	if at := slices.Index(args, "--auth"); at >= 0 {
		args = slices.Delete(args, at, at+2)
	}
	if args[0] == "record" || args[0] == "drift" {
		args = append(args, "--base-url", graph.GraphURL())
	}
	if at := slices.Index(args, "--"); at >= 0 {
		if _, err := exec.LookPath(args[at+1]); err != nil {
			t.Skipf("%s: %v", line, err)
		}
	}
	var out bytes.Buffer
	status = Run(t.Context(), args, Streams{In: strings.NewReader(""), Out: &out, Err: &out})
	return status, out.String()
}

// Each command line of a help topic, and of README.md, does what the page says of it: its
// flags and files are right, and nothing that it names is missing. A finding (status 1) may be
// what it shows. What changes nothing is run once, on whatever page it stands first; a quick
// run takes the first lines of each page.
func TestHelpTopics(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{"README": string(readme)}
	for _, topic := range topics {
		pages[topic] = topicText(topic)
		if !strings.Contains(pages["README"], topic) {
			t.Errorf("README.md does not list the topic %s", topic)
		}
	}
	ran := map[string]bool{}
	for _, name := range append(slices.Clone(topics), "README") {
		t.Run(name, func(t *testing.T) {
			page := pages[name]
			lines := shellLines(page)
			if len(lines) == 0 {
				t.Error("it shows no command")
			}
			graph := pageProject(t, page)
			for _, line := range lines[:min(len(lines), testkit.Sized(len(lines), 3))] {
				if ran[line] && isReading(line) {
					continue
				}
				ran[line] = true
				if status, said := runLine(t, line, graph); status > statusFindings {
					t.Errorf("%s: exit status %d\n%s", line, status, said)
				}
			}
		})
	}
}

// isReading reports whether a command line changes nothing that a later one could need.
func isReading(line string) bool {
	return slices.Contains([]string{"replay", "lint", "diff", "exec", "whatif"}, fieldsOf(line)[1])
}

// The topics fit a terminal of 92 columns, code aside.
func TestTopicsFit(t *testing.T) {
	for _, topic := range topics {
		for line := range strings.Lines(plainText(topicText(topic))) {
			if long := len([]rune(strings.TrimRight(line, "\n"))); long > 92 && !strings.HasPrefix(line, "    ") {
				t.Errorf("%s, %d columns: %s", topic, long, line)
			}
		}
	}
}

// Whatever a flag takes, the shell proposes it, or knows that there is nothing to propose.
func TestEveryFlagIsCompleted(t *testing.T) {
	root := newRoot(Streams{})
	var each func(cmd *cobra.Command)
	each = func(cmd *cobra.Command) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			switch f.Value.Type() {
			case "bool", "int", "duration":
				return
			}
			if _, ok := cmd.GetFlagCompletionFunc(f.Name); !ok {
				t.Errorf("%s --%s: nothing is proposed", cmd.CommandPath(), f.Name)
			}
		})
		for _, sub := range cmd.Commands() {
			if sub.Name() != "completion" && sub.Name() != "help" {
				each(sub)
			}
		}
	}
	each(root)
}

// The list of commands fits a terminal of 80 columns, and the commands' own helps nearly, long
// addresses aside.
func TestHelpFits(t *testing.T) {
	root := newRoot(Streams{})
	for _, c := range append(root.Commands(), root) {
		most := 100
		if c == root {
			most = 80
		}
		var text bytes.Buffer
		c.SetOut(&text)
		if err := c.Help(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(text.String()) {
			if long := len([]rune(strings.TrimRight(line, "\n"))); long > most && !strings.HasPrefix(line, "  graphvcr ") && !strings.Contains(line, "https://") {
				t.Errorf("%s --help, %d columns: %s", c.CommandPath(), long, line)
			}
		}
	}
}
