package check

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/generate"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// ByMetadata has a project judge by files of metadata, by API, in the place of its schemas.
// What is made of them is kept in a temporary folder until it is removed.
func ByMetadata(p *project.Project, metadata map[string]string) (remove func(), err error) {
	dir, err := os.MkdirTemp("", "graphvcr-schemas")
	if err != nil {
		return nil, fmt.Errorf("judge by metadata: %w", err)
	}
	remove = func() { os.RemoveAll(dir) }
	if err := judgeBy(p, metadata, dir); err != nil {
		remove()
		return nil, err
	}
	return remove, nil
}

func judgeBy(p *project.Project, metadata map[string]string, dir string) error {
	for api, file := range metadata {
		m, err := csdl.Load(file)
		if err != nil {
			return err
		}
		if _, err := generate.Write(filepath.Join(dir, api), generate.Schemas(m), false); err != nil {
			return fmt.Errorf("judge by %s: %w", file, err)
		}
	}
	schemas, err := schema.Open(dir)
	if err != nil {
		return fmt.Errorf("judge by metadata: %w", err)
	}
	p.Schemas, p.Answers = schemas, conform.New(schemas)
	return nil
}
