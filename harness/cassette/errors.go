package cassette

import (
	"errors"
	"fmt"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// Error is a fault in a cassette file. It never quotes more of a body than a few
// characters.
type Error struct {
	File         string
	Line, Column int // from 1; 0 when unknown
	Interaction  int // from 0; -1 when none
	Message      string
	Advice       string
	Err          error
}

// Error reads "load FILE: line 12: interaction 7: what is wrong".
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "load %s: ", e.File)
	switch {
	case e.Line > 0 && e.Column > 0:
		fmt.Fprintf(&b, "line %d, column %d: ", e.Line, e.Column)
	case e.Line > 0:
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	if e.Interaction >= 0 {
		fmt.Fprintf(&b, "interaction %d: ", e.Interaction)
	}
	b.WriteString(e.Message)
	return b.String()
}

// Hint is what to do about it; "" when nothing better can be said.
func (e *Error) Hint() string { return e.Advice }

func (e *Error) Unwrap() error { return e.Err }

// The advice that more than one fault shares.
const (
	adviceTorn   = "the file was cut short: restore it from version control, or record it again"
	adviceFormat = "record it again, or convert it with a release of go-vcr that reads it"
)

// tornError is a file that ends too early. A shorter cassette is never made of it.
func tornError(file string, line, interaction int, message string) *Error {
	return &Error{File: file, Line: line, Interaction: interaction, Message: message, Advice: adviceTorn}
}

// versionError is a file whose top-level version is not go-vcr's format 2.
func versionError(file string, line int, version string) *Error {
	return &Error{
		File: file, Line: line, Interaction: -1,
		Message: fmt.Sprintf("cassette format %s is not supported, only go-vcr's format 2 is", version),
		Advice:  adviceFormat,
	}
}

// countError is a file that does not hold as many interactions as it says.
func countError(file string, line, want, got int) *Error {
	return &Error{
		File: file, Line: line, Interaction: -1,
		Message: fmt.Sprintf("the file says that it holds %d interactions, and holds %d", want, got),
		Advice:  "it was cut short, so restore it; or, if interactions were added or removed by hand, correct the number on this line",
	}
}

// codeError is an answer whose status code is none.
func codeError(file string, line, interaction, code int) *Error {
	e := &Error{
		File: file, Line: line, Interaction: interaction,
		Message: fmt.Sprintf("the response's code %d is no HTTP status code", code), Advice: "a status code is a number from 100 to 999",
	}
	if code == 0 {
		e.Message = "the response has no code, or the code 0"
	}
	return e
}

func validCode(code int) bool { return code >= 100 && code <= 999 }

// bodyError is a body that is marked as indented JSON and cannot be read as that.
func bodyError(file string, bodyLine, interaction int, err error) *Error {
	var syntax *jsondoc.SyntaxError
	if errors.As(err, &syntax) {
		bodyLine += syntax.Line - 1
	}
	return &Error{
		File: file, Line: bodyLine, Interaction: interaction,
		Message: "the response body is marked as indented JSON and is not JSON: " + err.Error(),
		Advice:  `correct the JSON, or remove "body: indented" so that the text is taken as it stands`,
		Err:     err,
	}
}
