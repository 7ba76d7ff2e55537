package clean_test

import (
	"os"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.On(m).Run()) }
