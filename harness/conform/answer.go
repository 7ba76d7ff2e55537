package conform

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/route"
	"github.com/graphvcr/graphvcr/harness/report"
)

const errorType = "microsoft.graph.ODataErrors.ODataError"

func (j *judgement) answer() error {
	switch {
	case j.Status >= 400:
		return j.failure()
	case j.Status == http.StatusNoContent, j.Status == http.StatusNotModified, j.Status == http.StatusResetContent:
		j.result.Type = "nothing"
		if j.Answer.Text != "" {
			j.result.problem(ruleAnswerBody, report.Error, jsondoc.Root, "no body with status "+strconv.Itoa(j.Status), "a body")
		}
	case j.Status >= 300:
		j.result.Type = "a redirect"
		j.link("Location", true)
	case j.Status == http.StatusAccepted:
		return j.accepted()
	case j.Status >= 200 && !strings.EqualFold(j.Method, http.MethodHead):
		return j.success()
	default:
		j.result.Type = "nothing"
	}
	return nil
}

// failure wants Graph's error shape.
func (j *judgement) failure() error {
	j.result.Type = errorType
	switch {
	case j.Answer.IsJSON:
		return j.validate(errorType, jsondoc.Root, j.Answer.Doc, j.plain())
	case j.Answer.Text == "" || strings.EqualFold(j.Method, http.MethodHead):
		j.result.Type = "nothing"
	default:
		j.result.problem(ruleAnswerError, report.Warning, jsondoc.Root, "an error as JSON: "+errorType, j.kind())
	}
	return nil
}

// accepted wants to know where the operation is, if one was begun: an action that
// returns nothing (sendMail) is just done later.
func (j *judgement) accepted() error {
	found := j.link("Location", false)
	found = j.link(protocol.OperationLocation, false) || found // printer-create, OneNote's copies
	if j.Answer.IsJSON {
		return j.success()
	}
	j.result.Type = "an operation"
	switch declaresNone := j.unsure == nil && j.target.Answer.Shape == route.Nothing; {
	case found:
	case declaresNone:
		j.result.Type = "nothing"
	case j.unsure == nil:
		j.result.problem(ruleAnswerLocation, report.Warning, "header.Location", "where the operation is, with status 202", "no Location")
	}
	return nil
}

// link checks a header that leads elsewhere.
func (j *judgement) link(name string, required bool) (found bool) {
	values := j.Header.Values(name)
	switch {
	case len(j.Header) == 0 && j.URL == "": // headers were not kept
	case len(values) == 0 && required && j.Status != http.StatusMultipleChoices:
		j.result.problem(ruleAnswerLocation, report.Error, "header."+name, "where to, with status "+strconv.Itoa(j.Status), "no "+name)
	case len(values) > 0 && !isLink(values[0]):
		j.result.problem(ruleAnswerLocation, report.Error, "header."+name, "an address", strconv.Quote(values[0]))
	}
	return len(values) > 0
}

// isLink takes an absolute address, or one that begins at a root (team-archive
// answers /teams({id})/operations({opId})).
func isLink(text string) bool {
	return (strings.Contains(text, "://") || strings.HasPrefix(text, "/")) && !strings.ContainsAny(text, " \t\r\n<>")
}

// success validates against the type that is sure first.
func (j *judgement) success() error {
	if j.isError() {
		j.result.problem(ruleAnswerError, report.Error, "$['error']", "no error with status "+strconv.Itoa(j.Status), "an error")
		return nil
	}
	expected, err := j.expected()
	if err != nil {
		j.untyped(err.Error())
		return nil
	}
	j.result.Type = expected.String()
	if err := j.body(expected); err != nil || expected.Shape != route.Batch || !j.Answer.IsJSON {
		return err
	}
	return j.parts().judge()
}

// isError reports whether the body is an error's and nothing else.
func (e *Exchange) isError() bool {
	body, _ := e.Answer.Doc.(map[string]any)
	inner, ok := body["error"].(map[string]any)
	_, hasCode := inner["code"]
	_, hasMessage := inner["message"]
	return ok && hasCode && hasMessage && len(body) == 1
}

// expected is what the context of the answer says it is, else what the path says, else
// what the answer says otherwise.
func (j *judgement) expected() (route.Answer, error) {
	body, _ := j.Answer.Doc.(map[string]any)
	context, ok := body[odata.Context].(string)
	if !ok && j.URL != "" {
		return j.target.Answer, j.unsure
	}
	a, err := route.Answer{}, errAlone
	if ok {
		a, err = j.index.Context(context)
	}
	switch {
	case err == nil:
	case j.URL == "":
		if other, unsaid := j.said(); unsaid == nil || !ok {
			return other, unsaid
		}
	case j.unsure == nil && j.target.Answer.Shape != route.Nothing:
		return j.target.Answer, nil
	}
	return a, err
}

// kind says what a body that is not JSON is.
func (e *Exchange) kind() string {
	kind := e.Header.Get("Content-Type")
	switch {
	case e.Answer.Text == "":
		return "no body"
	case kind == "":
		return "a body without content type"
	}
	return "a body of type " + kind
}
