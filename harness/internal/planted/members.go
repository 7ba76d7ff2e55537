package planted

import (
	"io"
	"maps"
	"slices"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
)

// StringMembers lists the members of metadata whose values are texts or bytes, sorted.
func StringMembers(metadata io.Reader, name string) ([]string, error) {
	model, err := csdl.Parse(metadata, name)
	if err != nil {
		return nil, err
	}
	members := map[string]bool{}
	for _, typ := range model.Types {
		for _, p := range typ.Properties {
			if p.Type.Name == "Edm.String" || p.Type.Name == "Edm.Binary" {
				members[p.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(members)), nil
}
