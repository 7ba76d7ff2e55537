package harness_test

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness"
)

// Every scenario of the project becomes a subtest.
func ExampleRunScenarios() {
	_ = func(t *testing.T) { // TestScenarios in your own package
		harness.RunScenarios(t, "scenarios")
	}
}
