package cassette

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

// maxKeys is how many keys one mapping may have. yaml.v3 compares each with each.
const maxKeys = 10_000

// fileForm is a cassette file as yaml.v3 decodes it.
type fileForm struct {
	Version      *int               `yaml:"version"`
	Interactions []*interactionForm `yaml:"interactions"`
}

type interactionForm struct {
	ID       *int      `yaml:"id"`
	Mark     yaml.Node `yaml:"graphvcr"`
	Request  *Request  `yaml:"request"`
	Response *Response `yaml:"response"`
}

type markForm struct {
	Body      string   `yaml:"body"`
	Principal string   `yaml:"principal"`
	Holes     []string `yaml:"holes"`
	Sum       string   `yaml:"sum"`
}

// read reads any YAML, through yaml.v3. As in go-vcr, keys that are not known are passed
// over outside our own blocks.
func (a *anyReader) read() (*Cassette, error) {
	root, err := a.parse()
	if err != nil {
		return nil, err
	}
	if err := a.checkTop(root); err != nil {
		return nil, err
	}
	all := []*Interaction{}
	var h header
	if block, _ := value(root, "graphvcr"); block != nil {
		if h, err = headerOf(a.file, block, 0, a.unsealed); err != nil {
			return nil, err
		}
	}
	var form fileForm
	if err := decode(root, &form); err != nil {
		return nil, a.decodeError(err)
	}
	for n, f := range form.Interactions {
		i, err := a.interaction(n, f)
		if err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	if err := a.checkEnd(); err != nil {
		return nil, err
	}
	for n, i := range all {
		if !validCode(i.Response.Code) {
			return nil, a.codeError(n, i.Response.Code)
		}
	}
	c, err := h.cassette(a.file, all, a.unsealed)
	if c != nil {
		c.Doubts = a.doubts
	}
	return c, err
}

// anyReader turns a tree of YAML into a cassette.
type anyReader struct {
	file   string
	data   []byte
	sound  int          // lines before it are in the regular shape: an error of grammar, whose line yaml.v3 gives vaguely, is not there
	items  []*yaml.Node // the interactions
	doubts []error      // keys that nothing reads

	unsealed bool // see LoadUnsealed
}

func (a *anyReader) fail(node *yaml.Node, interaction int, advice, format string, args ...any) error {
	return fault.Load(a.file, node.Line, interaction, fmt.Sprintf(format, args...), advice)
}

// parse returns the top-level node.
func (a *anyReader) parse() (*yaml.Node, error) {
	if strictyaml.Values(a.data) > strictyaml.MostNodes {
		return nil, fileFault(a.file, fmt.Sprintf("it holds more than %d values outside texts", strictyaml.MostNodes), "save it with graphvcr, whose own layout is read one interaction after the other, or split it")
	}
	doc, second, err := unmarshal(a.data)
	if err != nil {
		if line := fault.Conflict(string(a.data)); line > 0 {
			return nil, fault.Load(a.file, line, a.interactionNear(line), fault.ConflictMessage, fault.ConflictHint)
		}
		line, message := splitLine(err)
		line = max(line, a.sound)
		return nil, fault.Load(a.file, line, a.interactionNear(line), message, a.syntaxAdvice(line))
	}
	if len(doc.Content) == 0 {
		return nil, fileFault(a.file, "the file is empty", adviceTorn)
	}
	if node := crowded(&doc); node != nil {
		return nil, a.fail(node, -1, "", "a mapping has more than %d keys", maxKeys)
	}
	if len(second.Content) > 0 {
		return nil, a.fail(&second, -1, "one file holds one cassette: put the interactions into one list", "a second document begins here")
	}
	return follow(doc.Content[0]), nil
}

// syntaxAdvice looks at the place of a syntax error for its likely cause.
func (a *anyReader) syntaxAdvice(line int) string {
	rows := strings.SplitN(string(a.data), "\n", line+2)
	for _, row := range rows[max(0, min(line-2, len(rows))):min(line+1, len(rows))] {
		if strings.HasPrefix(strings.TrimLeft(row, " "), "\t") {
			return "indent with spaces: YAML allows no tabs there"
		}
	}
	return "check the indentation and quoting of this line and the one before, or restore the file"
}

// interactionNear returns the interaction that a line of a file belongs to, judged by
// the text alone.
func (a *anyReader) interactionNear(line int) int {
	near := -1
	for n, row := range strings.SplitN(string(a.data), "\n", line+1) {
		text := strings.TrimLeft(row, " ")
		if n < line && strings.HasPrefix(text, "- id:") && len(row)-len(text) <= 4 {
			near++
		}
	}
	return near
}

// checkTop checks the top level and finds the interactions.
func (a *anyReader) checkTop(root *yaml.Node) error {
	if root.Kind != yaml.MappingNode {
		return a.fail(root, -1, "", "a cassette is a mapping with the keys version and interactions, this is not a mapping")
	}
	if version, at := value(root, "version"); version != nil && version.Value != "2" {
		return a.fail(at, -1, adviceFormat, "cassette format %q is not supported, only go-vcr's format 2 is", version.Value)
	}
	if err := a.checkKnown(root, -1, topKeys); err != nil {
		return err
	}
	list, at := value(root, "interactions")
	switch {
	case list == nil:
		return a.fail(root, -1, adviceTorn, "the file has no interactions")
	case list.Kind == yaml.ScalarNode && list.Value == "":
		return a.fail(at, -1, adviceTorn, "nothing follows the key interactions")
	case list.Kind != yaml.SequenceNode:
		return a.fail(list, -1, "", "interactions is not a list")
	}
	for _, item := range list.Content {
		a.items = append(a.items, follow(item))
	}
	return nil
}

func (a *anyReader) interaction(n int, f *interactionForm) (*Interaction, error) {
	node := a.items[n]
	if err := a.checkKeys(n); err != nil {
		return nil, err
	}
	switch {
	case f == nil:
		return nil, a.fail(node, n, "", "it is empty")
	case f.Request == nil:
		return nil, a.fail(node, n, a.tornAdvice(n), "it has no request")
	case f.Response == nil:
		return nil, a.fail(node, n, a.tornAdvice(n), "it has no response")
	}
	i := &Interaction{ID: n, Request: *f.Request, Response: *f.Response, Line: node.Line}
	if f.ID != nil {
		i.ID = *f.ID
	}
	response, _ := value(node, "response")
	body, _ := value(response, "body")
	if body != nil {
		i.bodyLine = body.Line
	}
	form, err := a.readMark(n, &f.Mark)
	if err != nil {
		return nil, err
	}
	i.Principal = form.Principal
	m := mark{form.Holes, form.Sum, cmp.Or(follow(&f.Mark).Line, node.Line), n}
	if err := m.open(a.file, i, a.unsealed); err != nil {
		return nil, err
	}
	if form.Body == "" {
		return i, nil
	}
	if body != nil && body.Style&yaml.LiteralStyle != 0 {
		i.bodyLine++
	}
	text := i.Response.Body
	packed, err := unindent(i, text, nil)
	if err != nil {
		return nil, bodyError(a.file, cmp.Or(i.bodyLine, i.Line), n, err)
	}
	i.Response.Body = string(packed)
	restoreLength(&i.Response, len(text))
	return i, nil
}

func (a *anyReader) readMark(n int, node *yaml.Node) (markForm, error) {
	var mark markForm
	if node.IsZero() {
		return mark, nil
	}
	node = follow(node)
	if err := checkKeys(a.file, node, 0, n, "graphvcr block", markKeys); err != nil {
		return mark, err
	}
	if err := decode(node, &mark); err != nil {
		return mark, a.decodeError(err)
	}
	if mark.Body != "" && mark.Body != "indented" {
		return mark, a.fail(node, n, "", `graphvcr block: body %q is not "indented"`, mark.Body)
	}
	return mark, nil
}

// tornAdvice is for what lacks a part: the last interaction was probably cut.
func (a *anyReader) tornAdvice(n int) string {
	if n == len(a.items)-1 {
		return adviceTorn
	}
	return ""
}

// checkEnd checks that the last interaction is whole. It ends in the response's duration,
// which go-vcr and Save always write last, so that a file which was cut anywhere
// else cannot pass for a shorter one.
func (a *anyReader) checkEnd() error {
	last := len(a.items) - 1
	if last < 0 {
		return nil
	}
	item := a.items[last]
	response, _ := value(item, "response")
	_, end := value(response, "duration")
	switch {
	case end == nil, response.Content[len(response.Content)-2] != end:
		return a.fail(item, last, adviceTorn+"; in a file written by hand, end the last response with its duration",
			"the last response does not end in its duration")
	case follow(item.Content[len(item.Content)-1]) != response:
		return a.fail(item, last, adviceTorn+"; in a file written by hand, end the last interaction with its response",
			"the last interaction does not end in its response")
	}
	return nil
}

func (a *anyReader) codeError(n, code int) error {
	at, _ := value(a.items[n], "response")
	_, key := value(at, "code")
	return codeError(a.file, cmp.Or(key, at).Line, n, code)
}

// decodeError is for values of the wrong type.
func (a *anyReader) decodeError(err error) error {
	line, message := splitLine(err)
	near := -1
	for n, item := range a.items {
		if item.Line <= line {
			near = n
		}
	}
	return fault.Load(a.file, line, near, message, "")
}

// crowded returns a mapping that has too many keys.
func crowded(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.MappingNode && len(node.Content) > 2*maxKeys {
		return node
	}
	for _, child := range node.Content {
		if found := crowded(child); found != nil {
			return found
		}
	}
	return nil
}

// unmarshal, which reads the first documents, and decode are yaml.v3's, which panics on
// some broken input.
func unmarshal(data []byte) (first, second yaml.Node, err error) {
	defer recovered(&err)
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for _, to := range []*yaml.Node{&first, &second} {
		if err = decoder.Decode(to); err != nil {
			break
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return first, second, err
}

func decode(node *yaml.Node, to any) (err error) {
	defer recovered(&err)
	return node.Decode(to)
}

func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("this YAML cannot be read: %v", r)
	}
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?`)

// splitLine takes the line number out of an error of yaml.v3, and its first
// message if there are several.
func splitLine(err error) (line int, message string) {
	message = err.Error()
	var several *yaml.TypeError
	if errors.As(err, &several) && len(several.Errors) > 0 {
		message = several.Errors[0]
	}
	m := yamlLine.FindStringSubmatch(message)
	line, _ = strconv.Atoi(m[1]) // 0 where there is none
	return line, message[len(m[0]):]
}
