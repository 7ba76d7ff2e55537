//go:build !linux

package child

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// Isolated is a program in a network of its own: on Linux only.
type Isolated struct{ Listeners [2]net.Listener }

// HelperArg is never an argument here.
const HelperArg = "__isolated"

// Isolate fails: there are no namespaces.
func Isolate(string, io.Reader, io.Writer, io.Writer) (*Isolated, error) {
	return nil, &fault.Error{Message: "isolate the program: only Linux has namespaces", Hint: "without --isolate exec works too"}
}

// Run is never called.
func (*Isolated) Run(context.Context, Program) (int, error) {
	return StatusNotExecutable, errors.ErrUnsupported
}

// Abandon is never called.
func (*Isolated) Abandon() {}

// Helper is never called.
func Helper([]string) error { return errors.ErrUnsupported }
