package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/pflag"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/auth"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/session"
	"github.com/graphvcr/graphvcr/harness/internal/upstream"
)

// clientFlags say what serve and exec do with the requests of a client.
type clientFlags struct {
	session.Options
	inputs   []string
	auth     string
	base     string // of the service; "" is Graph's global cloud
	upstream upstreamFlags
}

func (f *clientFlags) register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.Cassettes, "cassette", nil, "`name` of a cassette; repeatable on replay")
	flags.StringVar((*string)(&f.Mode), "mode", "replay", "`mode`: replay, record, or spy (record what the cassette lacks)")
	flags.StringVar(&f.auth, "auth", "auto", "`kind` of sign-in for requests that bring no token (graphvcr record --help)")
	flags.StringArrayVar(&f.inputs, "input", nil, "use a value of your own for a variable or pseudonym of the cassettes: `NAME=value`; repeatable")
	flags.BoolVar(&f.RetryAfter, "retry-after", false, "replay Retry-After as it was recorded, not as 0, so that clients wait")
	f.upstream.register(flags)
}

// open understands the flags, and signs in where requests go to a service.
func (f *clientFlags) open(ctx context.Context, std Streams, command string) (o session.Options, err error) {
	o = f.Options
	if o.Mode, err = session.ParseMode(string(f.Mode)); err != nil {
		return o, &fault.Error{Message: command + ": --mode", Cause: err}
	}
	if o.Inputs, err = parseInputs(f.inputs); err != nil {
		return o, err
	}
	if o.Mode == session.Replay {
		if f.base != "" || len(f.upstream.options.ConnectTo) > 0 || f.upstream.options.CA != "" {
			return o, &fault.Error{Message: command + ": on replay nothing goes upstream", Hint: "add --mode record or --mode spy, or leave out --upstream, --connect-to and --upstream-ca"}
		}
		return o, nil
	}
	if mustReplay() {
		return o, &fault.Error{Message: command + ": CI=true: tests in CI replay, they do not record", Hint: "set GRAPHVCR_RECORD_IN_CI=1 if this job is meant to record"}
	}
	o.Live, err = f.live(ctx, std, command)
	return o, err
}

// live reaches the service and adds a token to requests that bring none.
func (f *clientFlags) live(ctx context.Context, std Streams, command string) (record.Live, error) {
	base, err := upstream.Service(command+": --upstream", f.base)
	if err != nil {
		return record.Live{}, err
	}
	live := record.Live{BaseURL: base, Meta: metaOf(base, "graphvcr "+command)}
	up, err := f.upstream.open(command)
	if err != nil {
		return live, err
	}
	carrier := http.RoundTripper(up.Transport())
	var credential *auth.Credential
	if credential, live.Meta.Auth, err = f.signIn(ctx, std); err != nil {
		return live, err
	}
	if live.SignedIn = credential != nil; live.SignedIn {
		carrier = &auth.Transport{Credential: credential, Base: carrier}
	}
	live.Carrier = func(string) http.RoundTripper { return carrier }
	return live, nil
}

// signIn opens the credential for requests that bring no token. Without one that works,
// and none asked for, they go as they are.
func (f *clientFlags) signIn(ctx context.Context, std Streams) (*auth.Credential, *cassette.Auth, error) {
	if f.auth == "none" {
		return nil, nil, nil
	}
	set, err := auth.OpenSet(f.auth, []string{""}, auth.Options{Talk: std.Err, GraphURL: f.base})
	var claims map[string]auth.Claims
	if err == nil {
		claims, err = set.Claims(ctx)
	}
	if err != nil {
		switch {
		case f.auth != "auto":
			return nil, nil, err
		case errors.Is(err, auth.ErrNotConfigured):
			fmt.Fprintln(std.Err, "graphvcr: no credential is configured: requests that bring no token go without one")
		default: // the client may have one of its own
			printError(std.Err, err)
			fmt.Fprintln(std.Err, "graphvcr: warning: requests that bring no token go without one")
		}
		return nil, nil, nil
	}
	if own, ok := claims[""]; ok {
		return set[""], own.Auth(), nil
	}
	return set[""], nil, nil
}

// upstreamFlags say how the live service is reached.
type upstreamFlags struct{ options upstream.Options }

func (f *upstreamFlags) register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.options.ConnectTo, "connect-to", nil, "where a host really is, as `HOST[:PORT]=ADDR`: graph.microsoft.com=127.0.0.1:8443; repeatable")
	flags.StringVar(&f.options.CA, "upstream-ca", "", "`file` of PEM certificates to trust in addition to the system's")
}

func (f *upstreamFlags) open(command string) (*upstream.Upstream, error) {
	f.options.Command = command
	return upstream.Open(f.options)
}
