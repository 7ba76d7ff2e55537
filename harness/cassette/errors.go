package cassette

import (
	"errors"
	"fmt"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// Errors about a file name it, the line and the interaction, as far as they are
// known. None quotes more of a body than a few characters.

// The advice that more than one fault shares.
const (
	adviceTorn     = "the file was cut short: restore it from version control, or record it again"
	adviceTampered = "restore the file from version control, or record it again"
	adviceFormat   = "record it again, or convert it with a release of go-vcr that reads it"
)

// fileFault is a fault of the file as a whole.
func fileFault(file, message, advice string) *fault.Error {
	return fault.Load(file, 0, -1, message, advice)
}

// readFault is an error of the file system.
func readFault(file string, err error) error {
	e := fileFault(file, "reading failed", "")
	e.Cause = fault.Reason(err)
	return e
}

// tornError is a file that ends too early. A shorter cassette is never made of it.
func tornError(file string, line, interaction int, message string) *fault.Error {
	return fault.Load(file, line, interaction, message, adviceTorn)
}

// codeError is an answer whose status code is none.
func codeError(file string, line, interaction, code int) error {
	message := fmt.Sprintf("the response's code %d is no HTTP status code", code)
	if code == 0 {
		message = "the response has no code, or the code 0"
	}
	return fault.Load(file, line, interaction, message, "a status code is a number from 100 to 999")
}

func validCode(code int) bool { return code >= 100 && code <= 999 }

// bodyError is a body that is marked as indented JSON and cannot be read as that.
func bodyError(file string, bodyLine, interaction int, err error) error {
	var syntax *jsondoc.SyntaxError
	if errors.As(err, &syntax) {
		bodyLine += syntax.Line - 1
	}
	e := fault.Load(file, bodyLine, interaction, "the response body is marked as indented JSON and is not JSON",
		`correct the JSON, or remove "body: indented" so that the text is taken as it stands`)
	e.Cause = err
	return e
}
