package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/quiet"
)

const demoDir = "graphvcr-demo"

//go:embed demo
var demoFiles embed.FS

// demoProject are the files of the demo's project, and what they are embedded as.
var demoProject = map[string]string{
	"go.mod":                    "demo/go.mod.txt",
	"README.md":                 "demo/README.md",
	"cassettes/rules.yaml":      "demo/rules.yaml",
	"scenarios/users/list.yaml": "demo/list.yaml",
}

func newDemo(std Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo [DIR]",
		Short: "See it all in a minute, without a tenant or files of your own",
		Args:  arguments(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			d := &demo{std: std, dir: demoDir}
			if len(args) > 0 {
				d.dir = args[0]
			}
			return d.run(cmd.Context())
		},
	}
	cmd.AddCommand(newDemoApp(std))
	return cmd
}

// demo is one run of the command.
type demo struct {
	std  Streams
	dir  string
	self string   // this program, as the shell would find it
	env  []string // of the commands that it runs
}

func (d *demo) run(ctx context.Context) error {
	if err := d.prepare(); err != nil {
		return err
	}
	d.say("welcome", d.dir)
	if err := d.record(ctx); err != nil {
		return err
	}
	d.say("replay", graph.URL)
	if err := d.command(ctx, statusClean, nil, d.app()...); err != nil {
		return err
	}
	d.say("break")
	if err := d.command(ctx, statusFindings, nil, append(d.app(), "--broken")...); err != nil {
		return err
	}
	d.say("broken")
	if err := d.changeService(ctx); err != nil {
		return err
	}
	d.say("summary", d.dir)
	return nil
}

// prepare makes the folder, which must be new or empty, and its files.
func (d *demo) prepare() error {
	entries, err := os.ReadDir(d.dir)
	switch {
	case err == nil && len(entries) > 0:
		return &fault.Error{Message: "demo: " + d.dir + " exists and is not empty", Hint: "remove it, or name another folder: graphvcr demo DIR"}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return &fault.Error{Message: "demo", Cause: err, Hint: "name another folder: graphvcr demo DIR"}
	}
	for name, embedded := range demoProject {
		text, err := demoFiles.ReadFile(embedded)
		if err != nil {
			return err
		}
		file := filepath.Join(d.dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, text, 0o644)); err != nil {
			return &fault.Error{Message: "demo", Cause: err, Hint: "name a folder that can be written: graphvcr demo DIR"}
		}
	}
	if d.self, err = exec.LookPath(os.Args[0]); err != nil {
		d.self, err = os.Executable()
	}
	if err == nil {
		d.self, err = filepath.Abs(d.self)
	}
	if err != nil {
		return &fault.Error{Message: "demo: find this program", Cause: err}
	}
	// The variables of the caller's own projects and jobs are none of the demo's.
	d.env = slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "GRAPHVCR_") || strings.HasPrefix(entry, "CI=")
	})
	d.env = append(d.env, "PATH="+filepath.Dir(d.self)+string(os.PathListSeparator)+os.Getenv("PATH"))
	return nil
}

func (d *demo) record(ctx context.Context) error {
	d.say("record")
	service, err := d.start(ctx, emulator.Options{Seed: 1})
	if err != nil {
		return err
	}
	defer service.Close()
	if err := d.command(ctx, statusClean, service, "record", "users/list", "--base-url", service.GraphURL()); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(d.dir, "cassettes", "users", "list.yaml"))
	if err != nil {
		return &fault.Error{Message: "demo", Cause: err}
	}
	if first := displayName.FindSubmatch(text); first != nil {
		d.say("recorded", fault.Count(len(interaction.FindAll(text, -1)), "exchange"), first[1])
	}
	return nil
}

var (
	displayName = regexp.MustCompile(`"displayName": ?"([^"]*)"`)
	interaction = regexp.MustCompile(`(?m)^ *- id: \d+$`)
)

// app is the command that runs the program against the cassette.
func (d *demo) app() []string {
	program := d.self
	if strings.TrimSuffix(filepath.Base(d.self), ".exe") == "graphvcr" {
		program = "graphvcr" // which PATH leads to
	}
	return []string{"exec", "--cassette", "users/list", "--", program, "demo", "app"}
}

func (d *demo) changeService(ctx context.Context) error {
	d.say("change")
	service, err := d.start(ctx, emulator.Options{Seed: 2, Alter: func(_ *http.Request, a *emulator.Answer) {
		a.Body = []byte(strings.ReplaceAll(string(a.Body), `"jobTitle":`, `"title":`))
	}})
	if err != nil {
		return err
	}
	defer service.Close()
	err = d.command(ctx, statusFindings, service, "drift", "users/list", "--base-url", service.GraphURL(), "--report", "text", "--report", "html=drift.html")
	if err != nil {
		return err
	}
	d.say("changed")
	return nil
}

// start starts a service whose links name Graph's own host, as Graph's do.
func (d *demo) start(ctx context.Context, o emulator.Options) (*emulator.Emulator, error) {
	o.Hosts.Graph = graph.URL
	service, err := emulator.Start(ctx, o)
	if err != nil {
		return nil, &fault.Error{Message: "demo: listen on loopback", Cause: err}
	}
	return service, nil
}

// command shows a command line and runs it in the demo's folder. Another exit status
// than the wanted one ends the demo.
func (d *demo) command(ctx context.Context, want int, service *emulator.Emulator, args ...string) error {
	fmt.Fprintf(d.std.Out, "\n$ %s\n", shown(args))
	cmd := exec.CommandContext(ctx, d.self, args...)
	cmd.Dir, cmd.Env = d.dir, d.env
	if service != nil {
		cmd.Env = append(slices.Clip(d.env), "GRAPHVCR_TOKEN="+service.AppToken("User.Read.All"))
	}
	cmd.Stdout, cmd.Stderr = d.std.Out, d.std.Out // one story, in its order
	err := cmd.Run()
	var ended *exec.ExitError
	if ctx.Err() != nil || err != nil && !errors.As(err, &ended) || cmd.ProcessState.ExitCode() != want {
		return &fault.Error{
			Message: fmt.Sprintf("demo: graphvcr %s: ended with exit status %d, want %d", args[0], cmd.ProcessState.ExitCode(), want), Cause: err,
			Hint: "this is a fault of graphvcr or of this machine's set-up: please report it with what was printed",
		}
	}
	return nil
}

// shown is a command line as it is shown: continued before its reports where it would be wider
// than a terminal.
func shown(args []string) string {
	line := "graphvcr " + strings.Join(args, " ")
	if len(line) > width {
		line = strings.Replace(line, " --report", " \\\n    --report", 1)
	}
	return line
}

// width is that of the terminal which texts are written for.
const width = 80

// say prints a part of demo/story.txtar.
func (d *demo) say(part string, args ...any) {
	text, _ := demoFiles.ReadFile("demo/story.txtar")
	for _, f := range txtar.Parse(text).Files {
		if f.Name == part {
			fmt.Fprintf(d.std.Out, string(f.Data), args...)
		}
	}
}

// newDemoApp is the program that the demo tests: a client of Graph that lists users. It
// runs only under graphvcr exec, so that it reaches nothing but a cassette.
func newDemoApp(std Streams) *cobra.Command {
	broken := false
	cmd := &cobra.Command{
		Use:   "app",
		Short: "List the users of Microsoft Graph: the program that the demo tests",
		Args:  arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			client, err := proxied()
			if err != nil {
				return err
			}
			users, pages, first, err := listUsers(client, broken)
			if err != nil {
				fmt.Fprintf(std.Err, "demo app: %v\n", err)
				return statusError(statusFindings)
			}
			_, err = fmt.Fprintf(std.Out, "demo app: %d users on %d pages; the first is %s\n", users, pages, first)
			return err
		},
	}
	cmd.Flags().BoolVar(&broken, "broken", false, "count pages with $skip instead of following @odata.nextLink")
	return cmd
}

// proxied is a client whose requests go where graphvcr exec says.
func proxied() (*http.Client, error) {
	proxy, err := url.Parse(os.Getenv("GRAPHVCR_PROXY"))
	if err != nil || proxy.Host == "" {
		return nil, &fault.Error{Message: "demo app: it runs under graphvcr exec only", Hint: "graphvcr exec --cassette users/list -- graphvcr demo app"}
	}
	pem, err := os.ReadFile(os.Getenv("GRAPHVCR_CA"))
	if err != nil {
		return nil, &fault.Error{Message: "demo app: read the proxy's certificate", Cause: err}
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	transport := quiet.New(&http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots}})
	return &http.Client{Transport: transport}, nil
}

const listed = graph.URL + "/v1.0/users?$select=id,displayName,jobTitle&$top=5"

func listUsers(client *http.Client, broken bool) (users, pages int, first string, err error) {
	for next := listed; next != ""; pages++ {
		page, err := get(client, next)
		if err != nil {
			return 0, 0, "", err
		}
		elements, _ := page["value"].([]any)
		users += len(elements)
		if first == "" && len(elements) > 0 {
			user, _ := elements[0].(map[string]any)
			first, _ = user["displayName"].(string)
		}
		if next, _ = page[odata.NextLink].(string); broken && next != "" {
			next = fmt.Sprintf("%s&$skip=%d", listed, users)
		}
	}
	return users, pages, first, nil
}

func get(client *http.Client, address string) (page map[string]any, err error) {
	resp, err := client.Get(address)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s", address, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(&page); err != nil {
		return nil, fmt.Errorf("GET %s: %w", address, err)
	}
	return page, nil
}
