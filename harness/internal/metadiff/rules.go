package metadiff

import "github.com/graphvcr/graphvcr/harness/internal/diff"

// The changes that only metadata can show.
const (
	DeprecationAdded  diff.ID = "deprecation.added"
	EnumValue         diff.ID = "enum.value"
	NavigationChanged diff.ID = "navigation.changed"
	NullGone          diff.ID = "null.gone"
	OperationAdded    diff.ID = "operation.added"
	OperationLost     diff.ID = "operation.lost"
	PathAdded         diff.ID = "path.added"
	PathLost          diff.ID = "path.lost"
	PropertyComputed  diff.ID = "property.computed"
	TypeAdded         diff.ID = "type.added"
	TypeBase          diff.ID = "type.base"
	TypeClosed        diff.ID = "type.closed"
	TypeLost          diff.ID = "type.lost"
)

// Rules are the ids of changes that only metadata can show; the others are those of
// package diff with the same meaning.
func Rules() []diff.ID {
	return []diff.ID{
		DeprecationAdded, EnumValue, NavigationChanged, NullGone, OperationAdded, OperationLost, PathAdded, PathLost,
		PropertyComputed, TypeAdded, TypeBase, TypeClosed, TypeLost,
	}
}
