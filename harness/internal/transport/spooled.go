package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// drained is how much of a large answer is read for a client that stops before its end:
// one that decodes JSON stops at the last brace.
const drained = 64 << 10

// spooled is the body of a large answer. The client reads it as it comes, and its end is
// not handed out before the exchange is recorded.
type spooled struct {
	exchange *exchange
	source   io.Reader // what was held, and then the rest
	rest     io.Closer
	copy     spill
	left     int64 // of a body whose length is known, else below 0
	failure  error // of recording

	reading, over atomic.Bool // over: it is recorded, or noted
}

func newSpooled(e *exchange, held []byte, rest io.ReadCloser) *spooled {
	s := &spooled{
		exchange: e, source: io.MultiReader(bytes.NewReader(held), rest), rest: rest,
		left: -1, copy: spill{what: "the answer"},
	}
	if e.resp.ContentLength > 0 && len(e.resp.Trailer) == 0 {
		s.left = e.resp.ContentLength
	}
	return s
}

func (s *spooled) Read(p []byte) (int, error) {
	s.reading.Store(true)
	defer s.reading.Store(false)
	n, err := s.source.Read(p)
	s.copy.Write(p[:n])
	s.left -= int64(n)
	switch {
	case err == io.EOF || s.left == 0:
		if failed := s.record(); failed != nil {
			return 0, failed
		}
	case err != nil:
		s.giveUp(err)
	}
	return n, err
}

func (s *spooled) record() error {
	if s.over.Swap(true) {
		return s.failure
	}
	body, err := s.copy.text()
	if err != nil {
		s.exchange.sent.drop()
		s.exchange.lost(fmt.Errorf("keep the answer's body: %w", err))
		return nil
	}
	if err := s.exchange.record(body); err != nil {
		s.failure = s.exchange.failed(err)
	}
	return s.failure
}

func (s *spooled) giveUp(err error) {
	if !s.over.Swap(true) {
		s.copy.drop()
		s.exchange.sent.drop()
		s.exchange.note(err)
	}
}

// Close records the exchange if all but a little of the answer was read, and notes it if
// not. It may be called while a Read waits, to end that.
func (s *spooled) Close() error {
	if !s.reading.Load() && !s.over.Load() {
		_, _ = io.CopyN(io.Discard, s, drained) // Read records, and keeps its failure
	}
	s.giveUp(errors.New("the client did not read the answer to its end"))
	err := s.rest.Close()
	if !s.reading.Load() {
		err = errors.Join(s.failure, err)
	}
	return err
}
