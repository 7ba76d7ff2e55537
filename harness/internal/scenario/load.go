package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

// MaxSize is what a file may have at most, far above what a person writes; YAML takes many
// times its size in memory.
const MaxSize = 8 << 20

// Load reads a scenario file. Errors about its content name the line and
// perhaps give a hint (package fault); several are joined, in the order of the file.
func Load(file string) (*Scenario, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("load scenario: %w", err)
	}
	if info.Size() > MaxSize {
		return nil, fmt.Errorf("load scenario: %s has %d bytes, more than %d", file, info.Size(), MaxSize)
	}
	data, err := plainfile.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("load scenario: %w", err)
	}
	return Parse(file, data)
}

// Parse is Load for a text that is in memory; file is for messages and for the
// default name.
func Parse(file string, data []byte) (*Scenario, error) {
	sc, err := strictyaml.Decode(file, data, newDecoder().scenario)
	if err != nil {
		return nil, err
	}
	sc.File = file
	for _, doubt := range sc.Doubts {
		doubt.File = file
	}
	if sc.Name == "" {
		base := filepath.Base(file)
		sc.Name = strings.TrimSuffix(base, filepath.Ext(base))
	}
	return &sc, nil
}
