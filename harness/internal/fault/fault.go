package fault

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Place is a line of a file. Line and Column count from 1 and are 0 when unknown.
type Place struct {
	File   string
	Line   int
	Column int
}

// String returns "file:line:column", or less when less is known.
func (p Place) String() string {
	switch {
	case p.File == "" || p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Error is something that went wrong. Every field may be left out.
type Error struct {
	// Doing is what was being done to the file; where it is set, the text begins
	// "load x.yaml: line 3: " instead of "x.yaml:3: ".
	Doing string
	Place
	// Cassette says that the file is a cassette, which a finding has a place of its
	// own for, and Interaction which of its interactions the fault is in.
	Cassette    bool
	Interaction *int // from 0

	Message string // what is wrong; "" leaves the word to the cause
	Hint    string // what to do about it
	Cause   error  // is told after the message
	Kind    error  // is not told: what else it wraps, where there is no cause
}

// Error reads "place: message: cause".
func (e *Error) Error() string {
	if e.File == "" {
		return e.Text()
	}
	if e.Doing == "" {
		return e.Place.String() + ": " + e.Text()
	}
	text := e.Doing + " " + e.File + ": "
	switch {
	case e.Line > 0 && e.Column > 0:
		text += fmt.Sprintf("line %d, column %d: ", e.Line, e.Column)
	case e.Line > 0:
		text += fmt.Sprintf("line %d: ", e.Line)
	}
	if e.Interaction != nil {
		text += fmt.Sprintf("interaction %d: ", *e.Interaction)
	}
	return text + e.Text()
}

// Text is the error without its place.
func (e *Error) Text() string {
	switch {
	case e.Cause == nil:
		return e.Message
	case e.Message == "":
		return e.Cause.Error()
	}
	return e.Message + ": " + e.Cause.Error()
}

// Unwrap returns the cause, or else the kind.
func (e *Error) Unwrap() error {
	if e.Cause != nil {
		return e.Cause
	}
	return e.Kind
}

// In is a fault in a file that something was being done to; a line is 0 when unknown.
func In(doing, file string, line int, message, hint string) *Error {
	return &Error{Doing: doing, Place: Place{File: file, Line: line}, Message: message, Hint: hint}
}

// Load is a fault in a cassette; the interaction is -1 where the fault is in none.
func Load(file string, line, interaction int, message, hint string) *Error {
	e := In("load", file, line, message, hint)
	e.Cassette = true
	if interaction >= 0 {
		e.Interaction = &interaction
	}
	return e
}

// Advise gives an error a hint.
func Advise(err error, hint string) *Error { return &Error{Hint: hint, Cause: err} }

// Hint is the first hint of an error and of all that it wraps, or "". Errors of other
// packages may give one by a method Hint() string.
func Hint(err error) (hint string) {
	walk(err, func(err error) bool {
		switch e := err.(type) {
		case *Error:
			hint = e.Hint
		case interface{ Hint() string }:
			hint = e.Hint()
		}
		return hint != ""
	})
	return hint
}

// Find returns the first Error with a file of an error and of all that it wraps, or
// nil.
func Find(err error) (found *Error) {
	walk(err, func(err error) bool {
		if e, ok := err.(*Error); ok && e.File != "" {
			found = e
		}
		return found != nil
	})
	return found
}

// walk visits an error and all that it wraps, as errors.As does, until one is found.
func walk(err error, isFound func(error) bool) bool {
	if err == nil || isFound(err) {
		return err != nil
	}
	switch wrapping := err.(type) {
	case interface{ Unwrap() error }:
		return walk(wrapping.Unwrap(), isFound)
	case interface{ Unwrap() []error }:
		for _, part := range wrapping.Unwrap() {
			if walk(part, isFound) {
				return true
			}
		}
	}
	return false
}

// Parts takes joined errors apart. An error that says more than its parts is one.
func Parts(err error) []error {
	if err == nil {
		return nil
	}
	if multi, ok := err.(interface{ Unwrap() []error }); ok {
		var texts []string
		var all []error
		for _, part := range multi.Unwrap() {
			texts = append(texts, part.Error())
			all = append(all, Parts(part)...)
		}
		if err.Error() == strings.Join(texts, "\n") {
			return all
		}
	}
	return []error{err}
}

// Reason is an error of the file system without the operation and the path, for
// messages that name them already.
func Reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
