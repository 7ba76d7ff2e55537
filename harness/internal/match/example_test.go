package match_test

import (
	"fmt"
	"net/http"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
)

func Example() {
	recording := &cassette.Cassette{Name: "groups", Interactions: []*cassette.Interaction{{
		Request:  cassette.Request{Method: "GET", URL: "https://graph.microsoft.com/v1.0/groups('1')?$select=id,mail&$top=5"},
		Response: cassette.Response{Code: 200, Body: `{"value":[]}`},
	}}}
	index, err := match.NewIndex(match.Rules{}, recording)
	if err != nil {
		fmt.Println(err)
		return
	}
	session := index.NewSession()
	for _, address := range []string{
		"https://graph.microsoft.com/v1.0/groups/1?top=5&$select=mail%2Cid",
		"https://graph.microsoft.com/v1.0/groups/1?$top=50&$select=id,mail",
	} {
		req, _ := http.NewRequest(http.MethodGet, address, nil)
		answer, err := session.Next(req, nil)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(answer.Body)
	}
	// Output:
	// {"value":[]}
	// no answer to GET https://graph.microsoft.com/v1.0/groups/1?$top=50&$select=id,mail: recorded but differs
	//   recorded: GET https://graph.microsoft.com/v1.0/groups('1')?$select=id,mail&$top=5 (groups, interaction 0)
	//     query.$top: recorded "5", received "50"
	//   send what was recorded, or record it again: graphvcr record groups, or graphvcr exec --mode record --cassette groups -- COMMAND
}
