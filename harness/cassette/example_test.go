package cassette_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// A cassette is written by Save, whose guard may refuse, and read by Load.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "list.yaml")
	made := &cassette.Cassette{
		Meta: cassette.Meta{Origin: cassette.Docs},
		Interactions: []*cassette.Interaction{{
			Request: cassette.Request{Method: "GET", URL: "https://graph.microsoft.com/v1.0/me"},
			Response: cassette.Response{
				Code: 200, Headers: http.Header{"Content-Type": {"application/json"}}, Body: `{"displayName":"Adele"}`,
			},
		}},
	}
	noToken := func(c *cassette.Cassette) error {
		for _, i := range c.Interactions {
			if strings.Contains(i.Response.Body, "eyJ") {
				return fmt.Errorf("interaction %d holds a token", i.ID)
			}
		}
		return nil
	}
	if err := made.Save(file, noToken); err != nil {
		fmt.Println(err)
		return
	}
	c, err := cassette.Load(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	i := c.Interactions[0]
	fmt.Println(c.Name, c.Meta.Origin, i.Request.Method, i.Response.Code, i.Response.Body)
	fmt.Println("displayName stands in line", i.BodyLine("$['displayName']"))
	// Output:
	// list docs GET 200 {"displayName":"Adele"}
	// displayName stands in line 35
}
