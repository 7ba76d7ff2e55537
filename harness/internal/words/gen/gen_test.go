package main

import (
	"os"
	"testing"
)

// TestTable: generating again from the sources adds nothing to the table that is committed,
// and takes nothing away.
func TestTable(t *testing.T) {
	const corpus = "../../../../../shared/corpus"
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("no sources here: %v", err)
	}
	committed, err := os.ReadFile("../words.txt")
	if err != nil {
		t.Fatal(err)
	}
	made, err := generate(os.DirFS(corpus), string(committed))
	if err != nil {
		t.Fatal(err)
	}
	if made != string(committed) {
		t.Error("words.txt is not what the sources give: go generate ./harness/internal/words")
	}
}
