package schema

import (
	"encoding/json"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
)

// The annotations whose values are texts, beside the links that clients follow (OData JSON
// format 4.01, sections 4.5 and 4.6). Others may hold what they like.
var textAnnotations = map[string]bool{
	odata.Context: true, odata.Type: true, "@odata.id": true, "@odata.etag": true, "@odata.editLink": true,
	"@odata.readLink": true, "@odata.associationLink": true, "@odata.navigationLink": true,
	"@odata.mediaContentType": true, "@odata.mediaEtag": true,
}

// annotation checks the kind of an annotation's value. Those of the answer itself, which
// have an address or a number to be, are not this package's to judge.
func (w *walker) annotation(annotation, name string, v any) {
	if v == nil || len(w.path) == 0 && ofAnswer[name] {
		return
	}
	want := ""
	switch _, isText := v.(string); {
	case !isText && (textAnnotations[annotation] || odata.IsFollowedMember(annotation)):
		want = "string"
	case annotation == odata.Count:
		if _, isNumber := v.(json.Number); !isNumber && !(isText && w.opts.LongTexts) {
			want = "integer"
		}
	}
	if want != "" {
		w.report(w.root.key, "", Violation{Rule: RuleType, Want: want, Got: brief(v)}, member(name))
	}
}

var ofAnswer = map[string]bool{odata.Context: true, odata.NextLink: true, odata.DeltaLink: true, odata.Count: true}
