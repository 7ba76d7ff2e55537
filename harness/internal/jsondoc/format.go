package jsondoc

// Compact appends text without insignificant white space to dst, leaving every
// string and number as it is spelled. It accepts the texts that Parse accepts;
// the error is a *SyntaxError.
func Compact(dst []byte, text string) ([]byte, error) {
	return reformat(dst, text, false)
}

// Indent appends text to dst with one member or element a line, two spaces a
// level. Compact gives back what Compact(text) would give.
func Indent(dst []byte, text string) ([]byte, error) {
	return reformat(dst, text, true)
}

func reformat(dst []byte, text string, indent bool) ([]byte, error) {
	f := formatter{scanner: scanner{text: text}, dst: dst, indent: indent}
	if err := f.whole(); err != nil {
		return dst, err
	}
	return f.dst, nil
}

type formatter struct {
	scanner
	dst    []byte
	indent bool
}

func (f *formatter) whole() error {
	if err := f.format(); err != nil {
		return err
	}
	return f.end()
}

func (f *formatter) format() error {
	kind, start, err := f.value()
	if err != nil {
		return err
	}
	switch kind {
	case '{':
		return f.formatObject()
	case '[':
		return f.formatArray()
	}
	f.dst = append(f.dst, f.text[start:f.pos]...)
	return nil
}

func (f *formatter) formatObject() error {
	f.dst = append(f.dst, '{')
	for first := true; ; first = false {
		start, end, more, err := f.member(first)
		if err != nil {
			return err
		}
		if !more {
			f.close(first, '}')
			return nil
		}
		f.separate(first)
		f.dst = append(f.dst, f.text[start:end]...)
		f.dst = append(f.dst, ':')
		if f.indent {
			f.dst = append(f.dst, ' ')
		}
		if err := f.format(); err != nil {
			return err
		}
	}
}

func (f *formatter) formatArray() error {
	f.dst = append(f.dst, '[')
	for first := true; ; first = false {
		more, err := f.element(first)
		if err != nil {
			return err
		}
		if !more {
			f.close(first, ']')
			return nil
		}
		f.separate(first)
		if err := f.format(); err != nil {
			return err
		}
	}
}

// separate begins a member or element.
func (f *formatter) separate(first bool) {
	if !first {
		f.dst = append(f.dst, ',')
	}
	if f.indent {
		f.newLine()
	}
}

func (f *formatter) close(empty bool, bracket byte) {
	if f.indent && !empty {
		f.newLine()
	}
	f.dst = append(f.dst, bracket)
}

func (f *formatter) newLine() {
	f.dst = append(f.dst, '\n')
	width := 2 * f.depth
	for width > len(spaces) {
		f.dst = append(f.dst, spaces...)
		width -= len(spaces)
	}
	f.dst = append(f.dst, spaces[:width]...)
}

const spaces = "                                                                "
