package route

import (
	"fmt"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
)

// Shape is what the body of an answer is.
type Shape int

// The shapes of answers.
const (
	Nothing    Shape = iota // no body is declared
	Object                  // one value of the type
	Page                    // an object whose "value" is an array of the type
	Value                   // an object whose "value" is one value of the type, which is primitive or an enum
	Bytes                   // a stream
	Count                   // the text of a number
	Reference               // an object with the @odata.id of one entity
	References              // a page of those
	Batch                   // the answer of $batch
	Unchecked               // something that is no value of a type: $metadata
)

// Answer is what a path answers when all is well.
type Answer struct {
	Shape Shape
	Type  string // full name, of the elements where there are many; "" for shapes without
}

func (a Answer) String() string {
	switch a.Shape {
	case Object, Value:
		return a.Type
	case Page:
		return odata.CollectionOf(a.Type)
	case Bytes:
		return "a stream"
	case Count:
		return "a count"
	case Reference:
		return "a reference"
	case References:
		return odata.CollectionOf("$ref")
	case Batch:
		return "a batch"
	case Unchecked:
		return "what no type describes"
	}
	return "nothing"
}

// Target is what a request is addressed to.
type Target struct {
	Answer     Answer
	Body       Answer            // what the request brings
	Operation  string            // full name of the action or function, if it is one
	Parameters map[string]string // of an action: name -> type
	Types      []string          // the types that the path leads through, in its order
}

// Unsure says why a path or a context leads to no type.
type Unsure struct{ Reason string }

func (u *Unsure) Error() string { return u.Reason }

func unsure(message string, args ...any) *Unsure { return &Unsure{fmt.Sprintf(message, args...)} }
