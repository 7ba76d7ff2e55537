package runner

import (
	"context"
	"net/http"
	"time"

	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/scenario"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// Options are what a run needs beside the scenario.
type Options struct {
	// Transport carries the requests of an identity ("" is the default one).
	Transport func(identity string) http.RoundTripper
	// BaseURL is where paths are resolved; "" is https://graph.microsoft.com.
	BaseURL string
	Schemas *schema.Set
	// Vars override the scenario's variables of the same name (a cassette's
	// recorded values on replay).
	Vars map[string]string
	// Env looks up {env.NAME}.
	Env func(name string) (string, bool)
	// Wait pauses between polls; nil does not wait.
	Wait func(ctx context.Context, d time.Duration) error
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Run executes the scenario.
func Run(ctx context.Context, sc *scenario.Scenario, opts Options) report.Case {
	return report.Case{}
}
