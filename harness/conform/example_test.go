package conform_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// response is what some client got.
func response() *http.Response {
	request, _ := http.NewRequest(http.MethodGet, "https://graph.microsoft.com/v1.0/teams/3a6fdce1-c261-48bc-89de-1cfef658c0d5/operations/1?$select=id,attemptsCount", nil)
	return &http.Response{
		StatusCode: 200, Request: request, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{"id": "3a6fdce1-c261-48bc-89de-1cfef658c0d5", "attemptsCount": "1", "status": "succeeded"}`)),
	}
}

// A response is validated in three lines; its type follows from its request.
func Example() {
	schemas, _ := schema.Open("../../schemas")
	exchange, _ := conform.Read(response())
	result, _ := conform.New(schemas).Check(exchange)

	fmt.Println(result.Type)
	for _, p := range result.Problems {
		fmt.Println(p.Severity, p.Where, "want", p.Want, "got", p.Got)
	}
	// Output:
	// microsoft.graph.teamsAsyncOperation
	// error $['attemptsCount'] want integer got "1"
	// error $['status'] want only what was selected: attemptsCount, id got "succeeded"
}
