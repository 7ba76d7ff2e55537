package schema_test

import (
	"encoding/json"
	"fmt"

	"github.com/graphvcr/graphvcr/harness/schema"
)

func Example() {
	set, err := schema.Open("../../schemas")
	if err != nil {
		fmt.Println(err)
		return
	}
	var body any
	if err := json.Unmarshal([]byte(`{"id": "1", "status": "done", "attemptsCount": "1"}`), &body); err != nil {
		fmt.Println(err)
		return
	}
	violations, err := set.Validate("beta", "microsoft.graph.teamsAsyncOperation", body, schema.Options{Placeholders: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range violations {
		fmt.Println(v.Path, v.Rule, v.Warning)
	}
	// Output:
	// $['attemptsCount'] type false
	// $['id'] usual true
	// $['status'] enum true
}
