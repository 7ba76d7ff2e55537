package generate

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/route"
)

// overlayFolder holds what people add to generated schemas.
const overlayFolder = "overlay"

// Result says what was written.
type Result struct {
	Written  int      // files that are new or differ
	Same     int      // files that were there already, byte for byte
	Kept     []string // hand-made schemas of types that metadata declares, which stay
	Overlaid []string // schemas with an overlay
	Stray    []string // overlays of schemas that were not written
}

// Write puts the files into a folder, which is made. Overlays are applied;
// hand-made schemas stay, unless they are replaced by force. Nothing is written
// where an overlay cannot be read. A file that is written is never seen half.
func Write(dir string, files []File, force bool) (*Result, error) {
	overlays, err := readOverlays(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("generate schemas: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("generate schemas: %w", err)
	}
	defer root.Close()
	var result Result
	for _, f := range files {
		if patch, ok := overlays[f.Name]; ok {
			f.tree = f.tree.patched(patch)
			result.Overlaid = append(result.Overlaid, f.Name)
			delete(overlays, f.Name)
		}
		if f.text == nil {
			f.text = f.tree.text()
		}
		if err := result.write(root, f, force); err != nil {
			return nil, fmt.Errorf("generate schemas: %w", err)
		}
	}
	result.Stray = slices.Sorted(maps.Keys(overlays))
	return &result, nil
}

func (r *Result) write(root *os.Root, f File, force bool) error {
	before, err := plainfile.ReadFileIn(root, f.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case bytes.Equal(before, f.text):
		r.Same++
		return nil
	case !force && f.Type != "" && !isMarked(before):
		r.Kept = append(r.Kept, f.Name)
		return nil
	}
	r.Written++
	temporary := f.Name + ".new"
	if err := root.WriteFile(temporary, f.text, 0o644); err != nil {
		return err
	}
	return root.Rename(temporary, f.Name)
}

// isMarked reports whether a schema was generated: its second member says so.
func isMarked(text []byte) bool {
	head := text[:min(len(text), 400)]
	return bytes.Contains(head, []byte(`"$comment": "`+mark+`"`))
}

// readOverlays reads overlay/*.json.
func readOverlays(dir string) (map[string]map[string]any, error) {
	overlays := map[string]map[string]any{}
	entries, err := os.ReadDir(filepath.Join(dir, overlayFolder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read overlays: %w", err)
	}
	for _, entry := range entries {
		if entry.IsDir() || !strings.HasSuffix(entry.Name(), ".json") || entry.Name() == route.FileName {
			continue
		}
		if overlays[entry.Name()], err = readOverlay(dir, entry.Name()); err != nil {
			return nil, err
		}
	}
	return overlays, nil
}

func readOverlay(dir, name string) (map[string]any, error) {
	file := path.Join(filepath.ToSlash(dir), overlayFolder, name)
	text, err := plainfile.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read overlay: %w", err)
	}
	refused := func(line int, message string) error {
		const advice = "an overlay is a JSON Merge Patch (RFC 7396) of the schema that has its name"
		return fmt.Errorf("generate schemas: %w", &fault.Error{Place: fault.Place{File: file, Line: line}, Message: message, Hint: advice})
	}
	doc, err := jsondoc.Parse(string(text))
	var syntax *jsondoc.SyntaxError
	patch, ok := doc.(map[string]any)
	switch {
	case errors.As(err, &syntax):
		return nil, refused(syntax.Line, "not JSON: "+syntax.Message)
	case !ok:
		return nil, refused(1, "not a JSON object")
	}
	return patch, nil
}
