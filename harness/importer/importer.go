package importer

import (
	"errors"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Result is one imported file.
type Result struct {
	Cassette *cassette.Cassette
	Scenario []byte         // a drafted scenario file
	Rejected map[string]int // interactions left out, by host
	Findings []report.Finding
}

// VCRPy reads one recording of vcrpy (YAML). The name becomes the cassette's.
func VCRPy(file, name string) (*Result, error) { return nil, errors.New("not built") }
