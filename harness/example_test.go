package harness_test

import (
	"flag"
	"fmt"
	"net/http"
	"testing"

	"github.com/graphvcr/graphvcr/harness"
)

// Every scenario of the project becomes a subtest; here, those of one folder.
func ExampleRunScenarios() {
	testScenarios := func(t *testing.T) { // TestScenarios in your own package
		harness.RunScenarios(t, "scenarios/users")
	}
	fmt.Println("passes:", passes(testScenarios))
	// Output: passes: true
}

// Code that takes an *http.Client is tested over a cassette; with GRAPHVCR_MODE=record
// the same test records it anew.
func ExampleOpen() {
	testUser := func(t *testing.T) { // TestUser in your own package
		t.Parallel()
		s := harness.Open(t, "users/select")
		resp, err := s.Client().Get("https://graph.microsoft.com/v1.0/users/87d349ed-44d7-43e1-9a83-5f2406dee5bd?$select=id,displayName,userPrincipalName")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("status %s", resp.Status)
		}
	}
	fmt.Println("passes:", passes(testUser))
	// Output: passes: true
}

// passes runs a test by itself, in silence.
func passes(test func(*testing.T)) bool {
	was := flag.Lookup("test.v").Value.String()
	defer flag.Set("test.v", was)
	if err := flag.Set("test.v", "false"); err != nil {
		return false
	}
	every := func(string, string) (bool, error) { return true, nil }
	return testing.RunTests(every, []testing.InternalTest{{Name: "Test", F: test}})
}
