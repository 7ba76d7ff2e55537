package runner_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/runner"
	"github.com/graphvcr/graphvcr/harness/report"
)

// sleep is what waits between polls of a live run.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

const pollScenario = `
api: v1.0
steps:
  - name: wait
    request: {method: GET, path: /op}
    poll: {until: {status: succeeded}, every: 10s, timeout: 1m}
`

// operation answers with inProgress for all but the last of the retry-after
// values, and takes a second for each answer.
func operation(retryAfter ...func() string) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		time.Sleep(time.Second)
		state, header := "succeeded", http.Header{}
		if len(retryAfter) > 0 {
			if value := retryAfter[0](); value != "" {
				header.Set("Retry-After", value)
			}
			state, retryAfter = "inProgress", retryAfter[1:]
		}
		resp := answered(req, http.StatusOK, `{"status":"`+state+`"}`)
		resp.Header = header
		return resp, nil
	})
}

func text(s string) func() string { return func() string { return s } }

func TestWaiting(t *testing.T) {
	inFive := func() string { return time.Now().Add(25 * time.Second).UTC().Format(http.TimeFormat) }
	tests := []struct {
		name       string
		retryAfter []func() string
		waits      []time.Duration
		rules      []string
	}{
		{"at once", nil, nil, nil},
		{"every", []func() string{text(""), text("3")}, []time.Duration{10 * time.Second, 10 * time.Second}, nil},
		{"seconds", []func() string{text("12")}, []time.Duration{12 * time.Second}, nil},
		{"fraction", []func() string{text("12.128")}, []time.Duration{12128 * time.Millisecond}, nil},
		{"date", []func() string{inFive}, []time.Duration{25 * time.Second}, nil},
		{"unreadable", []func() string{text("soon")}, []time.Duration{10 * time.Second}, nil},
		{"too long", []func() string{text("61")}, nil, []string{"poll.timeout"}},
		{
			"clock counts", // 5 waits of 10 s and 6 answers of 1 s, then 56+10 > 60
			slices.Repeat([]func() string{text("")}, 20),
			slices.Repeat([]time.Duration{10 * time.Second}, 5),
			[]string{"poll.timeout"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var waits []time.Duration
				service := operation(test.retryAfter...)
				result := runner.Run(t.Context(), parse(t, pollScenario), runner.Options{
					Transport: func(string) http.RoundTripper { return service },
					Wait: func(ctx context.Context, d time.Duration) error {
						waits = append(waits, d)
						return sleep(ctx, d)
					},
				})
				if !slices.Equal(waits, test.waits) {
					t.Errorf("waits %v, want %v", waits, test.waits)
				}
				if rules := rulesOf(result); !slices.Equal(rules, test.rules) {
					t.Errorf("findings %v, want %v", result.Findings, test.rules)
				}
			})
		})
	}
}

func rulesOf(c report.Case) []string {
	var rules []string
	for _, f := range c.Findings {
		rules = append(rules, string(f.Rule))
	}
	return rules
}

func TestCancelledWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		service := operation(text(""))
		result := runner.Run(ctx, parse(t, pollScenario), runner.Options{
			Transport: func(string) http.RoundTripper { return service },
			Wait:      sleep,
		})
		if result.Status != report.Errored || !slices.Equal(rulesOf(result), []string{"run.cancelled"}) {
			t.Errorf("got %+v", result)
		}
		if result.Duration != 5*time.Second {
			t.Errorf("took %v, want 5s", result.Duration)
		}
	})
}

// TestReplayNeverSleeps: without Wait no time passes, and neither does a poll
// without end go on for ever.
func TestReplayNeverSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, polls := time.Now(), 0
		service := roundTripper(func(req *http.Request) (*http.Response, error) {
			polls++
			return answered(req, http.StatusOK, `{"status":"inProgress"}`), nil
		})
		for _, timeout := range []string{"every: 10s, timeout: 1m", "every: 0s"} {
			polls = 0
			text := strings.Replace(pollScenario, "every: 10s, timeout: 1m", timeout, 1)
			result := runner.Run(t.Context(), parse(t, text), runner.Options{
				Transport: func(string) http.RoundTripper { return service },
			})
			if !slices.Equal(rulesOf(result), []string{"poll.timeout"}) || polls > 1200 {
				t.Errorf("%s: %d polls, findings %v", timeout, polls, result.Findings)
			}
		}
		if passed := time.Since(began); passed != 0 {
			t.Errorf("slept for %v", passed)
		}
	})
}
