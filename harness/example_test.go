package harness_test

import (
	"net/http"
	"testing"

	"github.com/graphvcr/graphvcr/harness"
)

// Every scenario of the project becomes a subtest.
func ExampleRunScenarios() {
	_ = func(t *testing.T) { // TestScenarios in your own package
		harness.RunScenarios(t, "scenarios")
	}
}

// Code that takes an *http.Client is tested over a cassette; with GRAPHVCR_MODE=record
// the same test records it anew.
func ExampleOpen() {
	_ = func(t *testing.T) {
		t.Parallel()
		s := harness.Open(t, "users/select")
		resp, err := s.Client().Get("https://graph.microsoft.com/v1.0/users/87d349ed-44d7-43e1-9a83-5f2406dee5bd")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("status %s", resp.Status)
		}
	}
}
