package wire

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"unicode/utf8"
	"unsafe"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

var (
	// ErrTooLarge is a body that holds more than may be read.
	ErrTooLarge = errors.New("it holds more than is read")
	// ErrUnknown is a coding that is not known here, whatever the body.
	ErrUnknown = errors.New("this coding is not known")
)

// mostLayers is how often a body may be compressed over again. An archive that is
// uploaded by an SDK which compresses every body has two layers; there are bodies that
// hold themselves, for ever.
const mostLayers = 8

// mostWindow bounds what zstd may keep of what it read before (RFC 9659: 8 MB in HTTP).
const mostWindow = 8 << 20

// Bytes are a body.
type Bytes interface{ string | []byte }

// MostBody bounds a body that is held: that is recorded, rewritten, judged or imported.
// Nobody keeps larger ones in a repository, and Graph's JSON is far below it.
const MostBody = 64 << 20

// Decode undoes the codings of a body that Content-Encoding names, the last one first.
// Where it names none, gzip is undone in what should be text, or has no type; a file, or a
// slice of one, that is gzip is a file that somebody compressed, and its bytes are what counts.
//
// The plain body has most bytes at most. Left is what Content-Encoding has to say of it:
// nothing, or, where the body could not be decoded and is as it was, what it said
// before. Then the error says why: a coding that is unknown ([ErrUnknown]), a body that is damaged
// or holds too much ([ErrTooLarge]).
func Decode[T Bytes](h http.Header, body T, most int64) (plain T, left string, err error) {
	label := contentEncoding(h)
	codings := codingsOf(label)
	if len(codings) == 0 {
		if !marked(body, "gzip") || !mayBeText(h) {
			return body, "", nil
		}
		codings = []string{"gzip"}
	}
	if len(codings) > mostLayers {
		return body, label, fmt.Errorf("a body of %d codings", len(codings))
	}
	plain = body
	for i := len(codings) - 1; i >= 0 && len(plain) > 0; i-- {
		if plain, err = undo(codings[i], plain, most); err != nil {
			return body, label, fmt.Errorf("%s: %w", codings[i], err)
		}
	}
	return plain, "", nil
}

// DecodeSent is Decode for the body of a request. What is put without a type is a file.
func DecodeSent[T Bytes](method string, h http.Header, body T, most int64) (plain T, left string, err error) {
	if method == http.MethodPut && contentEncoding(h) == "" && h.Get("Content-Type") == "" {
		return body, "", nil
	}
	return Decode(h, body, most)
}

// Coded reports whether Decode would find something to undo.
func Coded[T Bytes](h http.Header, body T) bool {
	if len(body) == 0 {
		return false
	}
	codings := codingsOf(contentEncoding(h))
	if len(codings) == 0 {
		return marked(body, "gzip") && mayBeText(h)
	}
	last := codings[len(codings)-1]
	return marked(body, last) || !hasMark(last) && !isText(asString(body))
}

// Gunzip undoes gzip wherever a body begins with its mark, whatever a header says, and
// over again, so that a body that was compressed twice is the same as one compressed
// once. A body that is damaged, or would have more than most bytes, stays as it is.
func Gunzip[T Bytes](body T, most int64) T {
	plain := body
	for range mostLayers {
		if !marked(plain, "gzip") {
			return plain
		}
		inner, err := undo("gzip", plain, most)
		if err != nil {
			return plain
		}
		plain = inner
	}
	return body
}

// contentEncoding is the header, however its name is spelled.
func contentEncoding(h http.Header) string {
	const name = "Content-Encoding"
	if values, ok := h[name]; ok {
		return strings.Join(values, ", ")
	}
	for other, values := range h {
		if len(other) == len(name) && strings.EqualFold(other, name) {
			return strings.Join(values, ", ")
		}
	}
	return ""
}

// codingsOf are the codings of a label in the order in which they were applied.
func codingsOf(label string) []string {
	if label == "" {
		return nil
	}
	var codings []string
	for coding := range strings.SplitSeq(strings.ToLower(label), ",") {
		switch coding = strings.TrimSpace(coding); coding {
		case "", "identity":
		case "x-gzip":
			codings = append(codings, "gzip")
		default:
			codings = append(codings, coding)
		}
	}
	return codings
}

// mayBeText reports whether what a header describes is read as text, or is not
// described.
func mayBeText(h http.Header) bool {
	if h.Get("Content-Range") != "" {
		return false
	}
	contentType := h.Get("Content-Type")
	kind, _, err := mime.ParseMediaType(contentType)
	return contentType == "" || err == nil && (strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "multipart/") ||
		strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml") || kind == "application/x-www-form-urlencoded")
}

// hasMark reports whether bodies of a coding begin with a mark of their own.
func hasMark(coding string) bool { return coding == "gzip" || coding == "zstd" }

// marked reports whether a body begins as those of a coding do (RFC 1952, RFC 8878).
func marked[T Bytes](body T, coding string) bool {
	switch coding {
	case "gzip":
		return len(body) >= 3 && body[0] == 0x1f && body[1] == 0x8b && body[2] == 8
	case "zstd":
		return len(body) >= 4 && body[0] == 0x28 && body[1] == 0xb5 && body[2] == 0x2f && body[3] == 0xfd
	}
	return false
}

// undo undoes one coding. A body that cannot be of that coding is plain already.
func undo[T Bytes](coding string, body T, most int64) (T, error) {
	text := asString(body)
	if hasMark(coding) && !marked(body, coding) {
		return body, nil
	}
	plain, err := inflated(coding, text, most)
	switch {
	case err == nil:
		return as[T](plain), nil
	case !hasMark(coding) && !errors.Is(err, ErrTooLarge) && isText(text):
		return body, nil
	}
	return body, err
}

// inflated is what a coding stands for. Beyond heldAtOnce it is counted before it is held:
// what is too large takes no memory, and what is large no more than it needs.
func inflated(coding, text string, most int64) (plain []byte, err error) {
	const heldAtOnce = 32 << 20
	var size int64
	err = inflate(coding, text, func(r io.Reader) (err error) {
		plain, err = Read(r, min(most, heldAtOnce), int64(len(text)))
		if !errors.Is(err, ErrTooLarge) || most <= heldAtOnce {
			return err
		}
		size, plain = int64(len(plain)), nil
		rest, err := io.Copy(io.Discard, io.LimitReader(r, most-size+1))
		if size += rest; err == nil && size > most {
			err = fmt.Errorf("%w (%d MB)", ErrTooLarge, most>>20)
		}
		return err
	})
	if err == nil && size > 0 {
		err = inflate(coding, text, func(r io.Reader) (err error) {
			plain, err = Read(r, most, size)
			return err
		})
	}
	return plain, err
}

// inflate has what a coding stands for read.
func inflate(coding, text string, read func(io.Reader) error) error {
	r, err := reader(coding, text)
	if err != nil {
		return err
	}
	if z, ok := r.(*zstd.Decoder); ok {
		defer z.Close()
	}
	return read(r)
}

// isText reports whether a body reads as text: what is coded does not.
func isText(body string) bool {
	control := func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' }
	return utf8.ValidString(body) && !strings.ContainsFunc(body, control)
}

func reader(coding, text string) (io.Reader, error) {
	in := strings.NewReader(text)
	switch coding {
	case "gzip":
		return gzip.NewReader(in)
	case "zstd":
		return zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(mostWindow), zstd.WithDecoderLowmem(true))
	case "deflate": // as HTTP means it (RFC 1950), or as some understood it (RFC 1951)
		if len(text) > 1 && text[0]&0x0f == 8 && (uint(text[0])<<8|uint(text[1]))%31 == 0 {
			return zlib.NewReader(in)
		}
		buffered := bufio.NewReader(in)
		return &whole{Reader: flate.NewReader(buffered), rest: buffered}, nil
	case "br":
		return &whole{Reader: brotli.NewReader(in), rest: in}, nil
	}
	return nil, ErrUnknown
}

// whole is a reader of a format without a checksum: what follows its end is none of it.
type whole struct {
	io.Reader
	rest io.Reader
}

func (w *whole) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err == io.EOF {
		if more, _ := io.CopyN(io.Discard, w.rest, 1); more > 0 {
			return n, errors.New("something follows the end of the body")
		}
	}
	return n, err
}

// Read reads to the end, most bytes at most: more is [ErrTooLarge], with what was read
// until then and one byte. Expected is how many there may be, 0 or less where nobody
// knows.
func Read(r io.Reader, most, expected int64) ([]byte, error) {
	r = io.LimitReader(r, most+1)
	var body []byte
	var err error
	if expected = min(expected, most); expected <= 0 {
		body, err = readUnknown(r)
	} else {
		body, err = readOn(r, make([]byte, 0, expected+bytes.MinRead))
	}
	if err == nil && int64(len(body)) > most {
		err = fmt.Errorf("%w (%d MB)", ErrTooLarge, most>>20)
	}
	return body, err
}

const usualBody = 128 << 10

// scratches hold bodies until their size is known: most are usual.
var scratches = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func readUnknown(r io.Reader) ([]byte, error) {
	scratch := scratches.Get().(*bytes.Buffer)
	_, err := scratch.ReadFrom(io.LimitReader(r, usualBody))
	body := bytes.Clone(scratch.Bytes())
	scratch.Reset()
	scratches.Put(scratch)
	if err == nil && len(body) == usualBody {
		return readOn(r, body)
	}
	return body, err
}

// readOn reads the rest of what begins with a text.
func readOn(r io.Reader, begun []byte) ([]byte, error) {
	buf := bytes.NewBuffer(begun)
	_, err := buf.ReadFrom(r)
	return buf.Bytes(), err
}

// asString is a body as text, without a copy.
func asString[T Bytes](body T) string {
	switch body := any(body).(type) {
	case []byte:
		return unsafe.String(unsafe.SliceData(body), len(body))
	case string:
		return body
	}
	return ""
}

// as is what nobody changes from now on as a body of a type, without a copy.
func as[T Bytes](b []byte) T {
	var body T
	switch p := any(&body).(type) {
	case *[]byte:
		*p = b
	case *string:
		*p = unsafe.String(unsafe.SliceData(b), len(b))
	}
	return body
}

// Text is a body as UTF-8, without the mark that may begin it. The mark decides (UTF-8,
// UTF-16), then what is UTF-8, and only then the charset that the content type names:
// most clients read JSON as UTF-8 whatever it is labelled. A body of no known charset
// stays as it is.
func Text[T Bytes](contentType string, body T) string {
	text := asString(body)
	charset := charsetOf(contentType)
	switch {
	case strings.HasPrefix(text, "\xef\xbb\xbf"):
		return strings.Clone(text[3:])
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"), charset == "utf-16":
		charset = "utf-16"
	case strings.HasPrefix(charset, "utf-16"): // letters and zeros are UTF-8 too
	case charset == "", utf8.ValidString(text):
		return strings.Clone(text)
	}
	encoding, err := htmlindex.Get(charset)
	if charset == "utf-16" {
		encoding, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), nil
	}
	if err == nil {
		if decoded, err := encoding.NewDecoder().String(text); err == nil {
			return decoded
		}
	}
	return strings.Clone(text)
}

func charsetOf(contentType string) string {
	if !strings.Contains(contentType, "=") {
		return ""
	}
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(params["charset"]))
}
