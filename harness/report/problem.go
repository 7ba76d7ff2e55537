package report

import (
	"errors"
	"strings"
)

// Problem is an error as a user is told it.
type Problem struct {
	Err  error
	Hint string // what to do about it, "" when nothing better can be said
}

// Problems takes joined errors apart and asks each for its hint, which an error
// gives by a method Hint() string, its own or that of an error it wraps.
func Problems(err error) []Problem {
	if err == nil {
		return nil
	}
	if parts := joined(err); parts != nil {
		var all []Problem
		for _, part := range parts {
			all = append(all, Problems(part)...)
		}
		return all
	}
	p := Problem{Err: err}
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		p.Hint = hinted.Hint()
	}
	return []Problem{p}
}

// joined returns the parts of an error that says nothing beside them.
func joined(err error) []error {
	multi, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	parts := multi.Unwrap()
	texts := make([]string, len(parts))
	for i, part := range parts {
		texts[i] = part.Error()
	}
	if err.Error() != strings.Join(texts, "\n") {
		return nil
	}
	return parts
}
