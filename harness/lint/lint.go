package lint

import (
	"context"
	"errors"

	"github.com/graphvcr/graphvcr/harness/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Run checks the files and folders at paths; none: the whole project.
func Run(ctx context.Context, p *project.Project, paths []string) (*report.Suite, error) {
	return nil, errors.New("not built")
}
