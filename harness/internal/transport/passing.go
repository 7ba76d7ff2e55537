package transport

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// drained is how much of a large answer is read for a client that stops before its end:
// one that decodes JSON stops at the last brace.
const drained = 64 << 10

// passing is the body of a large answer. The client reads it as it comes, and its end is
// not handed out before the exchange is recorded.
type passing struct {
	*copied
	exchange *exchange
	failure  error // of recording

	reading, over atomic.Bool // over: it is recorded, or noted
}

func newPassing(e *exchange, held []byte, rest io.ReadCloser) *passing {
	length := e.resp.ContentLength
	if len(e.resp.Trailer) > 0 {
		length = -1 // the end brings the trailer
	}
	return &passing{copied: newCopied("the answer", wire.Begun(held, rest, nil), length), exchange: e}
}

func (b *passing) Read(p []byte) (int, error) {
	b.reading.Store(true)
	defer b.reading.Store(false)
	n, err := b.copied.Read(p)
	switch {
	case b.whole.Load():
		if failed := b.record(); failed != nil {
			return 0, failed
		}
	case err != nil:
		b.giveUp(err)
	}
	return n, err
}

func (b *passing) record() error {
	if b.over.Swap(true) {
		return b.failure
	}
	body, err := b.copy.text()
	if err != nil {
		b.exchange.lost(fmt.Errorf("keep the answer's body: %w", err))
		return nil
	}
	if err := b.exchange.record(body); err != nil {
		b.failure = b.exchange.failed(err)
	}
	return b.failure
}

func (b *passing) giveUp(err error) {
	if !b.over.Swap(true) {
		b.copy.drop()
		b.exchange.note(err)
	}
}

// Close records the exchange if all but a little of the answer was read, and notes it if
// not. It may be called while a Read waits, to end that.
func (b *passing) Close() error {
	if !b.reading.Load() && !b.over.Load() {
		_, _ = io.CopyN(io.Discard, b, drained) // Read records, and keeps its failure
	}
	b.giveUp(errors.New("the client did not read the answer to its end"))
	err := b.copied.Close()
	if !b.reading.Load() {
		err = errors.Join(b.failure, err)
	}
	return err
}
