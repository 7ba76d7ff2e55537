package docs_test

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/docs"
)

// An example that asks for no resource, of a page whose request is of a path to a file.
func TestExampleOfABatch(t *testing.T) {
	const fence = "```"
	for _, address := range []string{"https://graph.microsoft.com/v1.0/$batch", "https://graph.microsoft.com/v1.0", "https://graph.microsoft.com/v1.0/"} {
		page := "# Get a file\n\n## HTTP request\n\n" + fence + "http\nPOST /drive/root:/{item-path}:/createLink\n" + fence +
			"\n\n## Examples\n\n### Request\n\n" + fence + "http\nPOST " + address + "\n" + fence +
			"\n\n### Response\n\n" + fence + "http\nHTTP/1.1 200 OK\nContent-type: application/json\n\n{\"responses\": []}\n" + fence + "\n"
		read, err := docs.Read(page, nil)
		if err != nil || len(read.Pairs) != 1 {
			t.Errorf("%s: %d examples, %v", address, len(read.Pairs), err)
		}
	}
}
