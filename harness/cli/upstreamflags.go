package cli

import (
	"github.com/spf13/pflag"

	"github.com/graphvcr/graphvcr/harness/internal/upstream"
)

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
