package schema_test

import (
	"fmt"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/schema"
)

func Example() {
	set, _ := schema.Open("../../schemas")
	body, _ := jsondoc.Parse(`{"id": "1", "status": "done", "attemptsCount": "1"}`)
	violations, _ := set.Validate("beta", "microsoft.graph.teamsAsyncOperation", body, schema.Options{Placeholders: true})
	for _, v := range violations {
		fmt.Println(v.Path, v.Rule, v.Warning)
	}
	// Output:
	// $['attemptsCount'] type false
	// $['id'] format false
	// $['status'] enum true
}
