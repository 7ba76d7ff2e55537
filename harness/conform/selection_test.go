package conform_test

import (
	"reflect"
	"testing"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/schema"
)

func TestSelection(t *testing.T) {
	selected, expanded := conform.Selection("https://graph.microsoft.com/v1.0/groups?$select=id,x/y,,&$expand=members($select=id,name;$top=5;$expand=a(b)), owners")
	if want := []string{"id", "x/y"}; !reflect.DeepEqual(selected, want) {
		t.Errorf("selected %q, want %q", selected, want)
	}
	want := []schema.Expansion{
		{Name: "members", Select: []string{"id", "name"}, Expand: []schema.Expansion{{Name: "a"}}},
		{Name: "owners"},
	}
	if !reflect.DeepEqual(expanded, want) {
		t.Errorf("expanded %+v, want %+v", expanded, want)
	}
	if selected, expanded := conform.Selection("https://graph.microsoft.com/v1.0/me"); selected != nil || expanded != nil {
		t.Errorf("nothing is %q, %v", selected, expanded)
	}
}
