package emulator

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// An Emulator is a running service.
type Emulator struct {
	site    *site
	roles   [3]http.Handler // by role
	servers servers
	stop    func() bool
}

// servers listen on loopback, one for each role.
type servers struct {
	tls     *tls.Config // nil: plain HTTP
	all     [3]*http.Server
	addrs   [3]string
	serving sync.WaitGroup
}

type role int

const (
	graphRole role = iota
	filesRole
	loginRole
)

// site is what all parts of an emulator share.
type site struct {
	options Options
	hosts   Hosts
	ids     *mint
	tenant  string
	mu      sync.Mutex // held while a request is answered; guards all state but ids
}

func (s *site) now() time.Time { return s.options.Now().UTC() }

// Start begins to serve on three loopback ports, until Close or the context's end.
func Start(ctx context.Context, o Options) (*Emulator, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start the emulator: %w", err)
	}
	o = o.withDefaults()
	ids := &mint{seed: o.Seed}
	e := &Emulator{site: &site{options: o, hosts: o.Hosts, ids: ids, tenant: ids.fixedGUID("tenant")}}
	e.servers.tls = o.TLS
	listeners, err := e.servers.listen(ctx)
	if err != nil {
		return nil, fmt.Errorf("start the emulator: %w", err)
	}
	own := e.servers.urls()
	hosts := &e.site.hosts
	hosts.Graph, hosts.Files, hosts.Login = cmp.Or(hosts.Graph, own.Graph), cmp.Or(hosts.Files, own.Files), cmp.Or(hosts.Login, own.Login)
	e.build()
	for r, l := range listeners {
		e.servers.serve(role(r), l, e.handler(role(r)))
	}
	e.stop = context.AfterFunc(ctx, func() { e.servers.close() })
	return e, nil
}

func (s *servers) listen(ctx context.Context) ([3]net.Listener, error) {
	var listeners [3]net.Listener
	for r := range listeners {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			for _, opened := range listeners[:r] {
				opened.Close()
			}
			return listeners, err
		}
		listeners[r], s.addrs[r] = l, l.Addr().String()
	}
	return listeners, nil
}

func (s *servers) serve(r role, l net.Listener, handler http.Handler) {
	server := &http.Server{
		Handler:           handler,
		TLSConfig:         s.tls.Clone(), // the server changes it
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	s.all[r] = server
	s.serving.Go(func() {
		if server.TLSConfig != nil {
			server.ServeTLS(l, "", "") // ends with ErrServerClosed
		} else {
			server.Serve(l)
		}
	})
}

func (e *Emulator) build() {
	s := e.site
	tokens := &tokens{site: s}
	drive := newDrive(s)
	media := newMedia(s)
	directory := newDirectory(s)
	operations := &operations{site: s, known: map[string]*operation{}}
	chats := newChats(s, directory, operations)
	graph := &graph{site: s, tokens: tokens}
	for _, part := range []interface{ routes() []route }{
		directory, managers{directory}, newUserDelta(directory), newGroups(s, directory), newApplications(s), chats, newTeams(s, operations), operations, newPlanner(s), driveCalls{drive}, media,
	} {
		graph.routes = append(graph.routes, part.routes()...)
	}
	graph.routes = append(graph.routes, route{method: "POST", pattern: "$batch", serve: graph.batch})
	tokens.known = permissions(graph.routes)
	tokens.user = directory.signedIn()
	e.roles = [3]http.Handler{
		graphRole: graph,
		filesRole: newFiles(s, drive, media),
		loginRole: newLogin(s, tokens),
	}
}

// Close stops the servers and waits for them. It may be called more than once.
func (e *Emulator) Close() error {
	e.stop()
	return e.servers.close()
}

func (s *servers) close() error {
	var errs []error
	for _, server := range s.all {
		errs = append(errs, server.Close())
	}
	s.serving.Wait()
	return errors.Join(errs...)
}

// GraphURL, FilesURL and LoginURL are the listeners' own addresses, whatever names
// the links bear. The files host is called localhost and Graph's 127.0.0.1, because
// clients tell hosts apart by name, not by port, when they decide where a token
// may go.
func (e *Emulator) GraphURL() string { return e.servers.urls().Graph }

// FilesURL is where files, monitors, upload sessions and reports live.
func (e *Emulator) FilesURL() string { return e.servers.urls().Files }

// LoginURL is where tokens come from.
func (e *Emulator) LoginURL() string { return e.servers.urls().Login }

// urls are the listeners' own addresses.
func (s *servers) urls() Hosts {
	scheme := "http://"
	if s.tls != nil {
		scheme = "https://"
	}
	_, port, _ := net.SplitHostPort(s.addrs[filesRole])
	return Hosts{
		Graph: scheme + s.addrs[graphRole],
		Files: scheme + net.JoinHostPort("localhost", port),
		Login: scheme + s.addrs[loginRole],
	}
}

// Tenant is the id of the tenant that it plays.
func (e *Emulator) Tenant() string { return e.site.tenant }

// AppToken is an app-only access token with the given roles; with none, with
// Options.Roles.
func (e *Emulator) AppToken(roles ...string) string { return e.graph().tokens.app(roles) }

// UserToken is a delegated access token of the signed-in user with the given
// scopes; with none, with Options.Scopes.
func (e *Emulator) UserToken(scopes ...string) string { return e.graph().tokens.delegated(scopes) }

func (e *Emulator) graph() *graph { return e.roles[graphRole].(*graph) }
