package harness_test

import (
	"os"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness"
)

func TestUser(t *testing.T) {
	s := harness.Open(t, "users/select") // cassettes/users/select.yaml
	resp, err := s.Client().Get("https://graph.microsoft.com/v1.0/users/87d349ed-44d7-43e1-9a83-5f2406dee5bd" +
		"?$select=id,displayName,userPrincipalName")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("got %s", resp.Status)
	}
}

// README.md shows TestUser as it is.
func TestReadmeShowsTestUser(t *testing.T) {
	own, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(own), "\nfunc TestUser(")
	text, _, _ = strings.Cut(text, "\n}\n")
	page, err := os.ReadFile("../README.md")
	if err != nil || !strings.Contains(string(page), "func TestUser("+text+"\n}\n") {
		t.Errorf("README.md does not show TestUser as it is here (%v)", err)
	}
}
