package emulator

import (
	"crypto/tls"
	"net/http"
	"time"

	facts "github.com/graphvcr/graphvcr/harness/internal/graph"
)

// Options choose how an emulator behaves. The zero value is a quiet service: it
// throttles nobody and is consistent at once.
type Options struct {
	Seed uint64           // of every volatile value
	Now  func() time.Time // nil: time.Now, without which real clients think their tokens expired

	Hosts Hosts       // the names used in links; an empty one is the listener's own URL
	TLS   *tls.Config // listeners speak TLS with it (HTTP/2 too); nil: plain HTTP

	ClientSecret string   // the one that is accepted; "": any
	Roles        []string // what app-only tokens carry; nil: all that it knows
	Scopes       []string // what delegated tokens may carry; nil: all that it knows

	PageSize int // of lists without $top, and of delta; 0: 5
	Polls    int // polls of an operation that answer before its final state; 0: 2, negative: none

	UploadsOnGraph bool // upload sessions lie on Graph's own host, where clients send their token

	// NotFoundAfterCreate is how many GETs of a user, group, chat or team answer
	// 404 after it was created (teams-post: "retry 3 times").
	NotFoundAfterCreate int

	Throttle   Throttle
	RejectGzip bool // 415 for gzip request bodies, as services without support do

	// Alter may change any answer of the Graph host before it is sent, for tests of
	// what a changed service does to a client; a batch is one answer. It may be
	// called from many goroutines, and finds the request's body read.
	Alter func(*http.Request, *Answer)
}

// Throttle is whom the emulator turns away. A request with a Retry-Attempt header
// is always let through, so that a client is never unlucky twice. Only GETs count
// unless Writes is set: real SDKs do not resend bodies reliably.
type Throttle struct {
	Every            int    // every n-th request: 429
	UnavailableEvery int    // every n-th request: 503
	BatchEvery       int    // every n-th part of batches: 429 inside
	RetryAfter       string // the header's value; "": "1"
	Writes           bool
}

// Hosts are base URLs without a final slash: https://graph.microsoft.com.
type Hosts struct{ Graph, Files, Login string }

// RealNames are the public cloud's names, with a tenant's file host.
func RealNames() Hosts {
	return Hosts{
		Graph: facts.URL,
		Files: "https://contoso-my.sharepoint.com",
		Login: "https://" + facts.Clouds()[0].Login,
	}
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.PageSize <= 0 {
		o.PageSize = 5
	}
	switch {
	case o.Polls == 0:
		o.Polls = 2
	case o.Polls < 0:
		o.Polls = 0
	}
	if o.Throttle.RetryAfter == "" {
		o.Throttle.RetryAfter = "1"
	}
	return o
}
