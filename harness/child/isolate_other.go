//go:build !linux

package child

import (
	"context"
	"errors"
	"io"
	"net"
)

// Isolated is a program in a network of its own: on Linux only.
type Isolated struct{ Listeners [2]net.Listener }

// HelperArg is never an argument here.
const HelperArg = "__isolated"

// IsolationError is a system that does not allow a network of its own.
type IsolationError struct{}

func (*IsolationError) Error() string {
	return "isolate the program: only Linux has network namespaces"
}

// Hint is what to do about it.
func (*IsolationError) Hint() string { return "without --isolate exec works too" }

// Isolate fails: there are no network namespaces.
func Isolate(io.Reader, io.Writer, io.Writer) (*Isolated, error) { return nil, &IsolationError{} }

// Run is never called.
func (*Isolated) Run(context.Context, Program) (int, error) {
	return StatusNotExecutable, errors.ErrUnsupported
}

// Abandon is never called.
func (*Isolated) Abandon() {}

// Helper is never called.
func Helper() error { return errors.ErrUnsupported }
