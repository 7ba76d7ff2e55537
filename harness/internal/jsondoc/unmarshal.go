package jsondoc

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"strings"
)

// A ReadError says why a text is not what somebody wanted to read.
type ReadError struct {
	Line    int    // from 1
	Message string // "not JSON: ..", or which member is what; no type of Go's is named
}

func (e *ReadError) Error() string { return e.Message }

// Unmarshal is json.Unmarshal, with a *ReadError. What has its type is read all the same.
func Unmarshal(text []byte, into any) error {
	err := json.Unmarshal(text, into)
	if err == nil {
		return nil
	}
	at, message := int64(0), strings.TrimPrefix(err.Error(), "json: ")
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at, message = syntax.Offset, "not JSON: "+message
	case errors.As(err, &typed):
		at, message = typed.Offset, cmp.Or(typed.Field, "all of it")+" is "+article(typed.Value)+typed.Value
	}
	return &ReadError{Line: 1 + bytes.Count(text[:min(at, int64(len(text)))], []byte("\n")), Message: message}
}

func article(kind string) string {
	if strings.HasPrefix(kind, "array") || strings.HasPrefix(kind, "object") {
		return "an "
	}
	return "a "
}
