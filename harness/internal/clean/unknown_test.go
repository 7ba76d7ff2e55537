package clean_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/clean"
)

// The line that keeps values is one of YAML, in which no name begins with @.
func TestUnknownIsYAML(t *testing.T) {
	found := clean.Unknown("cassettes/a.yaml", map[string]int{"@odata.etag": 3, "jobTitle": 2, "it's: {x}": 1, "": 4})
	if len(found) != 1 || !strings.HasPrefix(found[0].Message, "10 values ") || !strings.HasSuffix(found[0].Hint, `redact: {keep-members: ["@odata.etag", jobTitle, "it's: {x}"]}`) {
		t.Errorf("got %+v", found)
	}
}
