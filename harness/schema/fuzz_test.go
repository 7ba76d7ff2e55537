package schema_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// FuzzAgainstBareLibrary holds two laws for any answer: Validate neither panics
// nor depends on the order of members, and, runtime types aside, it finds
// something to say by the schema exactly where the bare library does.
func FuzzAgainstBareLibrary(f *testing.F) {
	types := []struct {
		api, typ string
		bare     *jsonschema.Schema
	}{
		{api: "beta", typ: "microsoft.graph.teamsAsyncOperation"},
		{api: "v1.0", typ: "microsoft.graph.user"},
		{api: "v1.0", typ: "microsoft.graph.ODataErrors.ODataError"},
		{api: "beta", typ: "microsoft.graph.aadUserConversationMember"},
	}
	for i := range types {
		types[i].bare = bareSchema(f, types[i].api, types[i].typ)
	}
	for i, text := range []string{operationText, userText, errorText, `{"roles": ["owner", null], "tenantId": 5}`,
		`{"error": {"code": ""}}`, `{"status": "x", "error": {"code": 1}}`, `[]`, `{"attemptsCount": 1e9999999}`, `{"@odata.type": "#microsoft.graph.group"}`} {
		f.Add(text, uint8(i))
	}
	set := open(f, shipped)
	f.Fuzz(func(t *testing.T, text string, which uint8) {
		doc, err := jsondoc.Parse(text)
		if err != nil {
			return
		}
		c := types[int(which)%len(types)]
		violations, err := set.Validate(c.api, c.typ, doc, schema.Options{})
		if err != nil {
			t.Fatal(err)
		}
		again, _ := set.Validate(c.api, c.typ, parse(t, text), schema.Options{})
		if !slices.Equal(violations, again) {
			t.Fatalf("two runs differ:\n%v\n%v", violations, again)
		}
		if strings.Contains(text, "odata") || strings.Contains(text, `\u`) || beyondLibrary(violations) {
			return
		}
		bySchema := slices.DeleteFunc(violations, func(v schema.Violation) bool { return v.Rule == "undeclared" || v.Rule == "odata.type" })
		if valid := c.bare.Validate(doc) == nil; valid != (len(bySchema) == 0) {
			t.Fatalf("the library says %v, we say %v", valid, bySchema)
		}
	})
}

// beyondLibrary reports whether the bare library would panic or overflow.
func beyondLibrary(violations []schema.Violation) bool {
	return slices.ContainsFunc(violations, func(v schema.Violation) bool {
		return v.Rule == "depth" || strings.Contains(v.Want, "sane size")
	})
}
