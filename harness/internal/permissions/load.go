package permissions

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

// FileName is what the file is called in a project's folder of schemas.
const FileName = "permissions.json"

// Source is where Microsoft publishes it.
const Source = "https://raw.githubusercontent.com/microsoftgraph/microsoft-graph-devx-content/master/permissions/new/permissions.json"

// maxFile bounds the file.
const maxFile = 64 << 20

const advice = `a permissions file is {"permissions": {"User.Read": {"schemes": {..}, "pathSets": [..]}}}: graphvcr permissions fetch gets it`

// file is what is read of the file, and all that is written of it.
type file struct {
	Schema      string                `json:"$schema,omitempty"`
	Permissions map[string]permission `json:"permissions"`
}

type permission struct {
	Schemes  map[string]scheme `json:"schemes"`
	PathSets []pathSet         `json:"pathSets"`
}

type scheme struct {
	Level int `json:"privilegeLevel,omitempty"`
}

type pathSet struct {
	Schemes []string          `json:"schemeKeys"`
	Methods []string          `json:"methods"`
	Paths   map[string]string `json:"paths"`
}

// Load reads a file of permissions. One that is not there is an error that wraps
// fs.ErrNotExist.
func Load(name string) (*Map, error) {
	f, err := plainfile.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read permissions: %w", err)
	}
	defer f.Close()
	return Read(f, name)
}

// Read is Load for a file that was opened; the name is what errors call it.
func Read(in io.Reader, name string) (*Map, error) {
	text, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read permissions: %w", err)
	case len(text) > maxFile:
		return nil, fault.In("read permissions", name, 0, fmt.Sprintf("larger than %d MB", maxFile>>20), advice)
	}
	return Parse(string(text), name)
}

// Parse reads the text of such a file.
func Parse(text, name string) (*Map, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	var f file
	var misread *jsondoc.ReadError
	if errors.As(jsondoc.Unmarshal([]byte(text), &f), &misread) {
		return nil, fault.In("read permissions", name, misread.Line, misread.Message, advice)
	}
	if len(f.Permissions) == 0 {
		return nil, fault.In("read permissions", name, 1, "there are no permissions", advice)
	}
	m := &Map{file: f, root: &node{}}
	for _, name := range slices.Sorted(maps.Keys(f.Permissions)) {
		m.add(name, f.Permissions[name])
	}
	m.root.sort()
	return m, nil
}

// Write writes what Load needs of the file: the same text for the same permissions.
func (m *Map) Write(w io.Writer) error {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(m.file.Permissions)) {
		text, err := json.Marshal(m.file.Permissions[name])
		if err != nil {
			return err
		}
		lines = append(lines, fmt.Sprintf("\n%q: %s", name, text))
	}
	_, err := fmt.Fprintf(w, "{\"permissions\": {%s\n}}\n", strings.Join(lines, ","))
	return err
}
