package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/ca"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/interrupt"
	"github.com/graphvcr/graphvcr/harness/internal/live"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
	"github.com/graphvcr/graphvcr/harness/internal/session"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
)

type serveFlags struct {
	client            clientFlags
	report            reportFlags
	listen, tlsListen string
	faults            []string
	idle              time.Duration
	hosts, origins    []string
	log               bool
	ca                string
	page              bool
}

func newServe(std Streams, dirs *projectFlags) *cobra.Command {
	var opts serveFlags
	cmd := &cobra.Command{
		Use:   "serve --cassette NAME...",
		Short: "Serve cassettes to clients in any language, or record them",
		Long:  "  " + strings.ReplaceAll(proxy.FaultHelp, "\n", "\n  ") + "\n",
		Args:  arguments(cobra.NoArgs),
		RunE: opts.report.on(std, dirs, func(ctx context.Context, t *task) (*report.Suite, error) {
			return opts.run(ctx, std, t.project)
		}),
	}
	flags := cmd.Flags()
	opts.client.register(flags)
	flags.StringVar(&opts.client.base, "upstream", "", "`URL` of the service to record (default https://graph.microsoft.com)")
	flags.StringVar(&opts.listen, "listen", "127.0.0.1:0", "`address` to serve http at; none for no http")
	flags.StringVar(&opts.tlsListen, "tls-listen", "", "`address` to serve https at")
	flags.StringArrayVar(&opts.faults, "fault", nil, "`fault` to inject on replay; repeatable")
	flags.StringArrayVar(&opts.hosts, "host", nil, "`name` under which the server may be addressed, besides its own address; repeatable")
	flags.StringArrayVar(&opts.origins, "cors", nil, "`ORIGIN` whose pages may use the server: https://app.example; repeatable")
	flags.BoolVar(&opts.log, "log", false, "print a line for each request to stderr: method, address, status, time")
	flags.StringVar(&opts.ca, "ca", "", caUsage)
	flags.BoolVar(&opts.page, "page", false, "show requests on a page also where other machines reach the server")
	flags.DurationVar(&opts.idle, "session-idle", proxy.DefaultIdle, "how long a session lasts that is not used")
	opts.report.register(flags)
	return cmd
}

// How long requests under way may take to end once serving has: none of a replay is worth
// the wait.
const (
	replayEnd = 250 * time.Millisecond
	recordEnd = 5 * time.Second
)

// run serves until the context ends.
func (f *serveFlags) run(ctx context.Context, std Streams, p *project.Project) (*report.Suite, error) {
	switch {
	case f.idle <= 0:
		return nil, &fault.Error{Message: fmt.Sprintf("serve: --session-idle %v is not above 0", f.idle)}
	case len(f.client.Cassettes) == 0:
		return nil, &fault.Error{Message: "serve: no cassette given", Hint: "graphvcr serve --cassette NAME"}
	}
	how, err := f.client.open(ctx, std, "serve")
	if err != nil {
		return nil, err
	}
	faults, err := parseFaults("serve", f.faults, how.Mode)
	if err != nil {
		return nil, err
	}
	doors, err := f.open()
	if err != nil {
		return nil, err
	}
	defer doors.close()
	own, err := session.Open(p, how)
	if err != nil {
		return nil, err
	}
	open := opener{project: p, defaults: how}
	options := proxy.Options{Open: open.session, Idle: f.idle, Faults: faults, Names: doors.names, Beyond: doors.beyond, Origins: f.origins}
	if base := how.Live.BaseURL; base != nil && !wire.IsLoopback(base.Hostname()) {
		options.Graph = base.Host
	}
	if !doors.beyond || f.page {
		doors.page = showing(&options, f.client.Cassettes)
		doors.pagePath = options.PagePath
	}
	reverse := proxy.NewReverse(own, options)
	underWay := replayEnd
	if how.Mode != session.Replay {
		defer interrupt.Saving(ctx)()
		underWay = recordEnd
	}
	handler := http.Handler(reverse)
	if f.log {
		lines := log.New(std.Err, "graphvcr: ", 0)
		handler = proxy.Logged(reverse, func(line string) { lines.Print(visible.Text(line)) })
	}
	contacts, err := doors.serve(ctx, std, handler, reach(how), underWay)
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), underWay)
	defer cancel()
	suite := &report.Suite{Command: "serve", Cases: reverse.End(patience)}
	for _, b := range contacts.Broken() {
		suite.Cases[0].Findings = append(suite.Cases[0].Findings, report.Finding{
			Rule: ruleServeHandshake, Severity: report.Warning, Message: b.String(),
			Hint: "the client has to trust " + doors.authority.File() + ": graphvcr ca shows how for each runtime",
		})
	}
	return suite, err
}

// reach is what whoever reaches the server can do.
func reach(o session.Options) string {
	switch {
	case o.Mode == session.Replay:
		return "read the cassettes"
	case o.Live.SignedIn:
		return "read and write in the tenant with your token, and what they do is recorded"
	}
	return "send requests to the service from here, and what they do is recorded"
}

// parseFaults reads the faults to inject, which are for replay.
func parseFaults(command string, texts []string, mode session.Mode) (proxy.Faults, error) {
	var all proxy.Faults
	for _, text := range texts {
		one, err := proxy.ParseFault(text)
		if err != nil {
			return nil, &fault.Error{Message: command + ": --fault", Cause: err, Hint: "graphvcr serve --help lists the faults"}
		}
		all = append(all, one)
	}
	if len(all) > 0 && mode != session.Replay {
		return nil, &fault.Error{Message: command + ": --fault is for replay: a recording keeps what the service answers", Hint: "leave out --fault, or record first and replay with it"}
	}
	return all, nil
}

// An opener begins the sessions that clients ask for.
type opener struct {
	project  *project.Project
	defaults session.Options // those of the server itself
}

func (o opener) session(asked proxy.SessionRequest) (proxy.Use, error) {
	refused := func(status int, message string) error {
		return &proxy.Failure{Status: status, Code: "graphvcr.session", Message: message}
	}
	options := o.defaults
	var err error
	options.Mode, err = session.ParseMode(cmp.Or(asked.Mode, string(options.Mode)))
	if err != nil {
		return nil, refused(http.StatusBadRequest, err.Error()+": "+fault.Hint(err))
	}
	if options.Mode != session.Replay && options.Live.Carrier == nil {
		return nil, refused(http.StatusConflict, "this server replays only: start it with --mode record or --mode spy")
	}
	if len(asked.Cassettes) > 0 {
		options.Cassettes = asked.Cassettes
	}
	options.Inputs = asked.Inputs
	for _, name := range options.Cassettes {
		// Whoever asks is not who started the server: no file but a cassette is for them.
		if err := o.project.Dirs.PlainName(name); err != nil && !slices.Contains(o.defaults.Cassettes, name) {
			return nil, refused(http.StatusBadRequest, fmt.Sprintf("%v: %s", err, fault.Hint(err)))
		}
	}
	s, err := session.Open(o.project, options)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, refused(http.StatusConflict, err.Error())
	case err != nil:
		return nil, refused(http.StatusBadRequest, err.Error())
	}
	return s, nil
}

// doors are the listeners.
type doors struct {
	listeners []net.Listener
	urls      [][]string // by listener
	names     []string   // that clients may use beside loopback's
	beyond    bool       // other machines reach it
	authority *ca.Authority
	page      *live.Page // nil: none
	pagePath  string     // which nobody can guess
}

func (f *serveFlags) open() (*doors, error) {
	d := &doors{names: f.hosts}
	for _, host := range f.hosts {
		if err := hosts.Check(host); err != nil && !hosts.IsHere(host) || strings.ContainsAny(host, ":*") {
			return nil, &fault.Error{Message: fmt.Sprintf("serve: --host %q is not the name of a host", host), Hint: "a name without scheme and port: --host graphvcr.test"}
		}
	}
	for _, origin := range f.origins {
		if err := proxy.CheckOrigin(origin); err != nil {
			return nil, &fault.Error{Message: "serve: --cors", Cause: err, Hint: "e.g. --cors https://app.example"}
		}
	}
	if f.ca != "" && f.tlsListen == "" {
		return nil, &fault.Error{Message: "serve: --ca is for https, and no https address is given", Hint: "add --tls-listen 127.0.0.1:8443"}
	}
	if f.listen != "" && f.listen != "none" {
		if err := d.listen("http", f.listen); err != nil {
			return nil, err
		}
	}
	if f.tlsListen != "" {
		var err error
		if d.authority, err = openCA(f.ca); err == nil {
			err = d.listen("https", f.tlsListen)
		}
		if err != nil {
			d.close()
			return nil, err
		}
	}
	if len(d.listeners) == 0 {
		return nil, &fault.Error{Message: "serve: there is no address to serve at", Hint: "leave out --listen, or add --tls-listen 127.0.0.1:8443"}
	}
	return d, nil
}

func (d *doors) listen(scheme, address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return &fault.Error{Message: "serve", Cause: err, Hint: "choose another port, or 0 for any that is free: 127.0.0.1:0"}
	}
	d.listeners = append(d.listeners, l)
	host, _, _ := net.SplitHostPort(address)
	if !wire.IsLoopback(host) {
		d.beyond = true
		d.names = append(d.names, host)
	}
	d.urls = append(d.urls, urlsOf(scheme, l.Addr().(*net.TCPAddr), d.names))
	return nil
}

// urlsOf are addresses of a listener as a client may use them, the first by its number: of all
// interfaces that is loopback's.
func urlsOf(scheme string, at *net.TCPAddr, names []string) []string {
	ip := at.IP
	if ip.IsUnspecified() {
		ip = net.IPv4(127, 0, 0, 1)
	}
	port := strconv.Itoa(at.Port)
	urls := []string{scheme + "://" + net.JoinHostPort(ip.String(), port)}
	for _, name := range names {
		if name != "" && net.ParseIP(name) == nil {
			urls = append(urls, scheme+"://"+net.JoinHostPort(name, port))
		}
	}
	return urls
}

func (d *doors) close() {
	for _, l := range d.listeners {
		l.Close()
	}
}

// serve answers until the context ends, and then lets requests under way end.
func (d *doors) serve(ctx context.Context, std Streams, handler http.Handler, reach string, underWay time.Duration) (*proxy.Handshakes, error) {
	lines := log.New(&firstLines{std: std}, "graphvcr: ", 0)
	contacts := &proxy.Handshakes{Failed: func(host, reason string) {
		lines.Printf("a connection to %s ended in the TLS handshake: %s", host, reason)
	}}
	server := &http.Server{
		Handler:           contacts.Handler(handler),
		ConnContext:       contacts.ConnContext,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    256 << 10,
		ErrorLog:          lines,
	}
	if d.beyond {
		fmt.Fprintln(std.Err, "graphvcr: warning: this is not a loopback address: anyone who reaches it can "+reach)
	}
	failed := make(chan error, len(d.listeners))
	for i, l := range d.listeners {
		go func() {
			if strings.HasPrefix(d.urls[i][0], "https:") {
				l = contacts.Listener(l, d.authority.TLSConfig())
			}
			failed <- server.Serve(l)
		}()
	}
	for _, url := range slices.Concat(d.urls...) {
		if _, err := fmt.Fprintln(std.Out, "listening on "+url); err != nil {
			return contacts, errors.Join(err, server.Close())
		}
	}
	if d.page != nil {
		fmt.Fprintln(std.Err, "graphvcr: requests are shown at "+d.urls[0][0]+d.pagePath)
	}
	if d.authority != nil {
		fmt.Fprintf(std.Err, "graphvcr: clients of the https address have to trust %s (graphvcr ca)\n", d.authority.File())
	}
	select {
	case err := <-failed:
		return contacts, errors.Join(err, server.Close())
	case <-ctx.Done():
	}
	if d.page != nil {
		d.page.Close() // browsers hear of it for as long as it is open
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), underWay)
	defer cancel()
	if server.Shutdown(patience) != nil {
		return contacts, server.Close()
	}
	return contacts, nil
}

// firstLines prints the first things that net/http has to say of connections, and leaves
// out the rest: a client may go on for as long as it likes.
type firstLines struct {
	std     Streams
	printed atomic.Int64
}

const mostLines = 20

func (f *firstLines) Write(line []byte) (int, error) {
	if f.printed.Add(1) <= mostLines {
		fmt.Fprintln(f.std.Err, block(string(line)))
	}
	return len(line), nil
}

// showing has a server show its requests on a page, below a path that nobody can guess.
func showing(options *proxy.Options, cassettes []string) *live.Page {
	page := live.New(strings.Join(cassettes, ", "))
	options.Page, options.PagePath = page, "/_graphvcr/"+strings.ToLower(rand.Text())+"/"
	options.Seen = func(seen proxy.Seen) {
		r := live.Request{
			Session: seen.Session, Method: seen.Request.Method, URL: seen.Request.URL.Scheme + "://" + seen.Request.URL.Host + seen.Request.URL.Path,
			Cassette: seen.Trace.Answer.Cassette, Interaction: seen.Trace.Answer.Interaction, Miss: seen.Trace.Miss,
		}
		if is := seen.Trace.Stored; is != nil { // of a spy what it recorded, and not that it had no answer before
			r.Cassette, r.Interaction, r.Miss = nil, is, nil
		} else if r.Interaction == nil && r.Miss == nil {
			r.Err = seen.Err
		}
		page.See(r)
	}
	return page
}
