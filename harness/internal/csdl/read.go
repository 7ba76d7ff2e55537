package csdl

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

// The limits of a text. Graph's metadata has a few MB, its largest tag a few KB, and
// it nests 11 deep.
const (
	MaxSize  = 32 << 20
	maxTag   = 1 << 20
	maxDepth = 64
)

// Load reads a file of metadata.
func Load(file string) (*Model, error) {
	f, err := plainfile.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read metadata: %w", err)
	}
	defer f.Close()
	return Parse(f, file)
}

// Parse reads metadata; the name is what errors call it. The error is an *fault.Error,
// or wraps what reading failed with.
func Parse(r io.Reader, name string) (*Model, error) {
	text := &limited{Reader: bufio.NewReaderSize(r, 64<<10)}
	model := &Model{Types: map[string]*Type{}, Operations: map[string][]*Operation{}, Resources: map[string]*Resource{}}
	p := &parser{
		&elements{text: text, xml: xml.NewDecoder(text)},
		names{model: model, aliases: map[string]string{}, definitions: map[string]Ref{}},
	}
	err := p.document()
	if err == nil {
		err = p.names.resolve()
	}
	if err == nil {
		return p.model, nil
	}
	return nil, p.explain(err, name)
}

// explain is an error with the document's name and the line at which reading ended.
func (x *elements) explain(err error, name string) error {
	var known *fault.Error
	if errors.As(err, &known) {
		known.Doing, known.File = "read metadata", name
		return known
	}
	line, _ := x.xml.InputPos()
	var syntax *xml.SyntaxError
	switch {
	case x.text.over != "":
		return fault.In("read metadata", name, line, x.text.over, "this is not metadata of Microsoft Graph")
	case errors.As(err, &syntax) && syntax.Msg == "unexpected EOF", errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fault.In("read metadata", name, line, "the text ends in the middle", "it was cut: download it again")
	case errors.As(err, &syntax):
		return fault.In("read metadata", name, syntax.Line, "not XML: "+syntax.Msg, "")
	}
	return fmt.Errorf("read metadata %s: line %d: %w", name, line, err)
}

// limited counts what the decoder reads, so that neither one tag nor the whole
// text can be larger than its limit: the decoder itself keeps a tag whole,
// however large it is.
type limited struct {
	*bufio.Reader
	total, tag int
	over       string // what limit was passed, or ""
}

var errTooLarge = errors.New("too large")

// ReadByte is all that the decoder reads with, where a reader has it: byte by byte, and so
// no more than a tag.
func (l *limited) ReadByte() (byte, error) {
	l.total++
	l.tag++
	switch {
	case l.tag > maxTag:
		l.over = fmt.Sprintf("a tag or text of more than %d bytes", maxTag)
		return 0, errTooLarge
	case l.total > MaxSize:
		l.over = fmt.Sprintf("more than %d MB", MaxSize>>20)
		return 0, errTooLarge
	}
	return l.Reader.ReadByte()
}

type elements struct {
	text  *limited
	xml   *xml.Decoder
	depth int
}

// token is the next start or end of an element; text, comments and processing
// instructions say nothing in this language, but for what an annotation holds.
func (x *elements) token() (xml.Token, error) {
	x.text.tag = 0
	t, err := x.xml.Token()
	switch t.(type) {
	case xml.StartElement:
		if x.depth++; x.depth > maxDepth {
			return nil, x.fail(fmt.Sprintf("elements nested more than %d deep", maxDepth), "this is not metadata of Microsoft Graph")
		}
	case xml.EndElement:
		x.depth--
	case xml.Directive:
		return nil, x.fail("a document type declaration is refused", "metadata has none, and entities are never expanded")
	}
	return t, err
}

// children hands each element inside the current one to a function, which must
// read it to its end.
func (x *elements) children(each func(e element) error) error {
	for {
		t, err := x.token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := each(x.element(t)); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

func (x *elements) skip() error {
	for end := x.depth - 1; x.depth > end; {
		if _, err := x.token(); err != nil {
			return err
		}
	}
	return nil
}

func (x *elements) fail(message, advice string) *fault.Error {
	line, _ := x.xml.InputPos()
	return &fault.Error{Place: fault.Place{Line: line}, Message: message, Hint: advice}
}

// element is the beginning of one.
type element struct {
	name  string
	attrs []xml.Attr
	line  int
}

func (x *elements) element(t xml.StartElement) element {
	line, _ := x.xml.InputPos()
	return element{t.Name.Local, t.Attr, line}
}

func (e element) attr(name string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (e element) is(name string) bool { return e.attr(name) == "true" }

// nullable reads the attribute whose default is true.
func (e element) nullable() bool { return e.attr("Nullable") != "false" }
