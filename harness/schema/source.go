package schema

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

// source is the text of one schema file. JSON pointers (RFC 6901) name places in
// it.
type source struct {
	file    string // as it is shown to people
	key     typeKey
	text    string
	doc     any
	scanned sync.Once
	offsets map[string]int // of every member name and array element, by pointer
	twice   string         // as in offsetScan
	again   int
}

// read loads and parses a file. Names cannot leave the folder, not even through a symbolic link.
func (f *folder) read(key typeKey) (*source, error) {
	src := &source{file: f.file(key), key: key}
	text, err := f.text(key)
	if err != nil {
		return nil, &fault.Error{Place: fault.Place{File: src.file}, Message: "cannot read the schema", Cause: fault.Reason(err)}
	}
	src.text = text
	src.doc, err = jsondoc.Parse(text)
	var syntax *jsondoc.SyntaxError
	if line := fault.Conflict(text); err != nil && line > 0 {
		return nil, &fault.Error{Place: fault.Place{File: src.file, Line: line, Column: 1}, Message: fault.ConflictMessage, Hint: fault.ConflictHint}
	}
	if errors.As(err, &syntax) {
		return nil, &fault.Error{Place: fault.Place{File: src.file, Line: syntax.Line, Column: syntax.Column}, Message: "the schema is not JSON: " + syntax.Message}
	}
	if err != nil {
		return nil, &fault.Error{Place: fault.Place{File: src.file}, Message: "the schema is not JSON: " + err.Error()}
	}
	if deepest := depthOf(src.doc); deepest > mostNested {
		return nil, &fault.Error{Place: fault.Place{File: src.file}, Message: fmt.Sprintf("the schema nests %d levels deep, and %d are the most", deepest, mostNested)}
	}
	return src, nil
}

// mostNested bounds the nesting of a schema: each of its members is known by its whole path.
const mostNested = 200

func depthOf(value any) (depth int) {
	switch value := value.(type) {
	case map[string]any:
		for _, member := range value {
			depth = max(depth, depthOf(member))
		}
	case []any:
		for _, item := range value {
			depth = max(depth, depthOf(item))
		}
	default:
		return 0
	}
	return depth + 1
}

// text is that of a file of the folder, or of a built-in one that the folder lacks.
func (f *folder) text(key typeKey) (string, error) {
	if f.builtin(key) {
		text, err := builtins.ReadFile("builtin/" + key.name + ".json")
		return string(text), err
	}
	text, err := plainfile.ReadBelow(f.dir, key.path())
	return string(text), err
}

func (src *source) fault(pointer, message, advice string) *fault.Error {
	line, column := src.place(pointer)
	return &fault.Error{Place: fault.Place{File: src.file, Line: line, Column: column}, Message: message, Hint: advice}
}

// place is where the member or element that pointer names begins: a member's
// name, not its value. A place that is not there is that of the nearest one
// around it.
func (src *source) place(pointer string) (line, column int) {
	src.scan()
	offset, ok := src.offsets[pointer]
	for !ok && pointer != "" {
		pointer = pointer[:strings.LastIndexByte(pointer, '/')]
		offset, ok = src.offsets[pointer]
	}
	return src.at(offset)
}

// at is the line and column of an offset.
func (src *source) at(offset int) (line, column int) {
	before := src.text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}

// scan finds where the file's members stand, once.
func (src *source) scan() {
	src.scanned.Do(func() { src.offsets, src.twice, src.again = memberOffsets(src.text) })
}

// lookup is the value that pointer names.
func (src *source) lookup(pointer string) (value any, ok bool) {
	value = src.doc
	for _, token := range pointerTokens(pointer) {
		if value, ok = child(value, token); !ok {
			return nil, false
		}
	}
	return value, true
}

// child is the member or element of a container that a pointer's token names.
func child(container any, token string) (value any, ok bool) {
	switch container := container.(type) {
	case map[string]any:
		value, ok = container[token]
	case []any:
		index, err := strconv.Atoi(token)
		if ok = err == nil && index >= 0 && index < len(container); ok {
			value = container[index]
		}
	}
	return value, ok
}

func pointerTokens(pointer string) []string {
	if pointer == "" {
		return nil
	}
	tokens := strings.Split(pointer[1:], "/")
	for i, token := range tokens {
		tokens[i] = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
	}
	return tokens
}

// appendToken is the pointer to a child of what pointer names.
func appendToken(pointer, token string) string {
	return pointer + "/" + strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
}

// libraryPointer is the pointer that the library's escaped form of it stands
// for; the library escapes each token for URLs on top of RFC 6901.
func libraryPointer(escaped string) string {
	if pointer, err := url.PathUnescape(escaped); err == nil {
		return pointer
	}
	return escaped
}

// memberOffsets finds where every member name and array element of a valid JSON
// text begins, and the first member that is there twice.
func memberOffsets(text string) (offsets map[string]int, twice string, again int) {
	type container struct {
		pointer string
		next    int // element
	}
	offsets = map[string]int{}
	var open []container
	for token := range jsondoc.Scan(text) {
		if token.Closes() {
			open = open[:len(open)-1]
			continue
		}
		pointer, offset := "", token.Start
		if token.NameAt >= 0 {
			pointer, offset = appendToken(open[len(open)-1].pointer, token.Name), token.NameAt
		} else if len(open) > 0 {
			in := &open[len(open)-1]
			pointer = in.pointer + "/" + strconv.Itoa(in.next)
			in.next++
		}
		if _, known := offsets[pointer]; known && twice == "" {
			twice, again = pointer, offset
		}
		offsets[pointer] = offset
		if token.Opens() {
			open = append(open, container{pointer: pointer})
		}
	}
	return offsets, twice, again
}
