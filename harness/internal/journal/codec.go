package journal

import (
	"encoding/binary"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// The journal's form of an interaction: lengths and texts one after the other, in
// the order of the fields. Texts are bytes, so that any body survives; nil and empty
// stay apart.

// encoder appends to buf.
type encoder struct{ buf []byte }

func (e *encoder) int(n int64) { e.buf = binary.AppendVarint(e.buf, n) }

func (e *encoder) text(s string) {
	e.int(int64(len(s)))
	e.buf = append(e.buf, s...)
}

func (e *encoder) list(values []string) {
	if values == nil {
		e.int(-1)
		return
	}
	e.int(int64(len(values)))
	for _, v := range values {
		e.text(v)
	}
}

func (e *encoder) lists(m map[string][]string) {
	if m == nil {
		e.int(-1)
		return
	}
	e.int(int64(len(m)))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		e.text(name)
		e.list(m[name])
	}
}

func (e *encoder) interaction(i *cassette.Interaction) {
	e.text(i.Principal)
	q, p := &i.Request, &i.Response
	for _, s := range []string{q.Proto, q.Host, q.RemoteAddr, q.RequestURI, q.Body, q.URL, q.Method, p.Proto, p.Body, p.Status} {
		e.text(s)
	}
	for _, n := range []int64{
		int64(q.ProtoMajor), int64(q.ProtoMinor), q.ContentLength,
		int64(p.ProtoMajor), int64(p.ProtoMinor), p.ContentLength, int64(p.Code), int64(p.Duration), flagged(p.Uncompressed),
	} {
		e.int(n)
	}
	e.list(q.TransferEncoding)
	e.list(p.TransferEncoding)
	for _, m := range []map[string][]string{q.Trailer, q.Form, q.Headers, p.Trailer, p.Headers} {
		e.lists(m)
	}
}

func flagged(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

var errCodec = errors.New("not what a journal holds")

// decoder reads what encoder wrote. The first fault sticks.
type decoder struct {
	buf []byte
	err error
}

func (d *decoder) int() int64 {
	n, size := binary.Varint(d.buf)
	if size <= 0 {
		d.err, d.buf = errCodec, nil
		return 0
	}
	d.buf = d.buf[size:]
	return n
}

// size reads a length that the rest of the buffer can hold.
func (d *decoder) size() int {
	n := d.int()
	if n < -1 || n > int64(len(d.buf)) {
		d.err, d.buf = errCodec, nil
		return 0
	}
	return int(n)
}

func (d *decoder) text() string { return string(d.bytes()) }

// bytes are a part of the buffer.
func (d *decoder) bytes() []byte {
	n := max(d.size(), 0)
	b := d.buf[:n]
	d.buf = d.buf[n:]
	return b
}

func (d *decoder) list() []string {
	n := d.size()
	if n < 0 {
		return nil
	}
	values := make([]string, 0, n)
	for range n {
		values = append(values, d.text())
	}
	return values
}

func (d *decoder) lists() map[string][]string {
	n := d.size()
	if n < 0 {
		return nil
	}
	m := make(map[string][]string, n)
	for range n {
		name := d.text()
		m[name] = d.list()
	}
	return m
}

func (d *decoder) interaction() (*cassette.Interaction, error) {
	i := &cassette.Interaction{Principal: d.text()}
	q, p := &i.Request, &i.Response
	for _, s := range []*string{&q.Proto, &q.Host, &q.RemoteAddr, &q.RequestURI, &q.Body, &q.URL, &q.Method, &p.Proto, &p.Body, &p.Status} {
		*s = d.text()
	}
	q.ProtoMajor, q.ProtoMinor, q.ContentLength = int(d.int()), int(d.int()), d.int()
	p.ProtoMajor, p.ProtoMinor, p.ContentLength = int(d.int()), int(d.int()), d.int()
	p.Code, p.Duration, p.Uncompressed = int(d.int()), time.Duration(d.int()), d.int() == 1
	q.TransferEncoding, p.TransferEncoding = d.list(), d.list()
	q.Trailer, q.Form, q.Headers = http.Header(d.lists()), url.Values(d.lists()), http.Header(d.lists())
	p.Trailer, p.Headers = http.Header(d.lists()), http.Header(d.lists())
	if d.err == nil && len(d.buf) > 0 {
		d.err = errCodec
	}
	return i, d.err
}
