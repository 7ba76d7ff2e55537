package scenario

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

type value = strictyaml.Value

// decoder turns the values of one file into the model. Faults go to the values,
// so no function returns an error.
type decoder struct {
	names variables
	steps map[string]int // line of each step name

	doubts []*fault.Error
}

// A requestDecoder reads what a step sends, and a checkDecoder what it wants of the answer.
type (
	requestDecoder struct{ *decoder }
	checkDecoder   struct{ *decoder }
)

func newDecoder() *decoder {
	return &decoder{names: variables{definedBy: map[string]string{}, used: map[string]bool{}}, steps: map[string]int{}}
}

func (d *decoder) scenario(v value) Scenario {
	if !v.Only("the scenario", scenarioKeys) {
		return Scenario{}
	}
	v.Require("the scenario", "steps")
	sc := Scenario{
		Name:        line(v.At("name")),
		Description: v.At("description").Text(),
		API:         word(v.At("api"), apiWords),
		Cassette:    localFile(v.At("cassette"), "the cassettes folder"),
		Vars:        d.vars(v.At("vars")),
		Steps:       d.stepList(v.At("steps"), "step"),
		Cleanup:     d.stepList(v.At("cleanup"), "cleanup"),
	}
	if steps := v.At("steps"); steps.Kind() == strictyaml.List && len(sc.Steps) == 0 {
		steps.Fault("", "the scenario has no step")
	}
	d.names.reportMissing()
	requireAPI(v, sc)
	for _, steps := range [][]Step{sc.Steps, sc.Cleanup} {
		for i := range steps {
			steps[i].API = cmp.Or(steps[i].API, sc.API)
		}
	}
	sc.Doubts = d.doubts
	return sc
}

// requireAPI wants the API version said wherever a path is resolved below it:
// v1.0 and beta answer differently, so neither is a safe default.
func requireAPI(v value, sc Scenario) {
	if v.At("api").IsSet() {
		return
	}
	for _, step := range sc.AllSteps() {
		if step.API == "" && !step.Request.Path.IsZero() {
			v.Fault("add api: v1.0 or api: beta", `missing key "api": step %q has a path and no api of its own`, step.Name)
			return
		}
	}
}

// stepList decodes steps; kind names those that have no name of their own.
func (d *decoder) stepList(v value, kind string) []Step {
	items := v.Items()
	if len(items) == 0 {
		return nil
	}
	steps := make([]Step, 0, len(items))
	for i, item := range items {
		steps = append(steps, d.step(item, fmt.Sprintf("%s %d", kind, i+1)))
	}
	return steps
}

func (d *decoder) step(v value, unnamed string) Step {
	name, title := unnamed, unnamed
	if own := v.At("name"); own.Kind() == strictyaml.String {
		name = line(own)
		title = fmt.Sprintf("step %q", name)
		if first := d.steps[name]; first != 0 {
			own.Fault("", "duplicate step name %q, first on line %d", name, first)
		} else {
			d.steps[name] = own.Line()
		}
	} else {
		own.Text() // reports the wrong kind
	}
	if !v.Only(title, stepKeys) {
		return Step{}
	}
	v.Require(title, "request")
	clear(d.names.used)
	step := Step{
		Name:        name,
		API:         word(v.At("api"), apiWords),
		As:          identityOf(v.At("as")),
		Auth:        word(v.At("auth"), authWords),
		Permissions: permissions(v.At("permissions")),
		Request:     requestDecoder{d}.request(v.At("request"), title),
		Expect:      checkDecoder{d}.expect(v.At("expect"), "expect of "+title),
		Poll:        d.poll(v.At("poll"), title),
		Follow:      follow(v.At("follow"), title),
		Line:        v.Line(),
	}
	if step.Poll != nil && step.Follow != nil {
		v.At("follow").Fault("follow the pages in a step of its own", "%s has both poll and follow", title)
	}
	step.Parts = d.parts(v.At("parts"), &step, title)
	step.Capture = d.captures(v.At("capture"), &step)
	step.Variables = slices.Sorted(maps.Keys(d.names.used))
	d.names.resolve()
	for _, c := range step.Capture {
		d.names.define(c.Name, title)
	}
	return step
}

func (d *decoder) poll(v value, title string) *Poll {
	title = "poll of " + title
	if !v.IsSet() || !v.Only(title, pollKeys) {
		return nil
	}
	v.Require(title, "until")
	p := &Poll{
		Until:   checkDecoder{d}.checks(v.At("until"), root),
		Fail:    checkDecoder{d}.checks(v.At("fail"), root),
		Every:   duration(v.At("every")),
		Timeout: duration(v.At("timeout")),
		Allow:   statuses(v.At("allow")),
		Line:    v.Line(),
	}
	if p.Timeout > 0 && p.Every > p.Timeout {
		v.At("timeout").Fault("", "timeout %v is shorter than every %v", p.Timeout, p.Every)
	}
	return p
}

func follow(v value, title string) *Follow {
	title = "follow of " + title
	if !v.IsSet() || !v.Only(title, followKeys) {
		return nil
	}
	f := &Follow{Link: followLink(v.At("link")), Total: count(v.At("total")), Line: v.Line()}
	if limit := v.At("max"); limit.IsSet() {
		if f.Max = limit.Int(); f.Max < 1 && limit.Kind() == strictyaml.Number {
			limit.Fault("", "max must be 1 or more")
		}
	}
	return f
}

func followLink(v value) Path {
	link := "nextLink"
	if v.IsSet() {
		link = v.Text()
	}
	switch {
	case link == "nextLink" || link == "deltaLink":
		return bodyPath(v, jsondoc.AppendPath(root, "@odata."+link))
	case strings.HasPrefix(link, root):
		return bodyPath(v, link)
	case v.Kind() != strictyaml.String: // which has been reported
		return Path{}
	}
	meant := fault.Meant(strings.TrimPrefix(link, "@odata."), []string{"nextLink", "deltaLink"})
	v.Fault(meant, "link %q is neither nextLink, deltaLink nor a path that begins with $", link)
	return Path{}
}

func permissions(v value) *Permissions {
	if !v.IsSet() || !v.Only("permissions", permissionsKeys) {
		return nil
	}
	return &Permissions{Delegated: items(v.At("delegated"), line), Application: items(v.At("application"), line)}
}

// items are those of a list, read.
func items[T any](v value, read func(value) T) []T {
	var all []T
	for _, item := range v.Items() {
		all = append(all, read(item))
	}
	return all
}

// word is a text that must be one of the known ones.
func word(v value, known []string) string {
	text := v.Text()
	switch {
	case v.Kind() != strictyaml.String || slices.Contains(known, text):
	case len(known) == 1:
		v.Fault("", "%q must be %s", text, known[0])
	default:
		v.Fault(fault.Meant(text, known), "%q is none of %s", text, strings.Join(known, ", "))
	}
	return text
}

var identityName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

func identityOf(v value) string {
	text := v.Text()
	if v.Kind() == strictyaml.String && !identityName.MatchString(text) {
		v.Fault("", "as: %q is not an identity name (letters, digits, - and _)", text)
	}
	return text
}

// line is a text that is not empty and has one line.
func line(v value) string {
	text := v.Text()
	if v.Kind() == strictyaml.String && (strings.TrimSpace(text) == "" || strings.ContainsAny(text, "\n\r")) {
		v.Fault("", "%q must be one line of text that is not empty", text)
	}
	return text
}

// localFile is the name of a file that may not leave its folder.
func localFile(v value, folder string) string {
	name := v.Text()
	if v.Kind() == strictyaml.String && (!filepath.IsLocal(filepath.FromSlash(name)) || strings.Contains(name, `\`)) {
		v.Fault("name a file in or below it, with / between folders", "%q leaves %s", name, folder)
	}
	return name
}

func duration(v value) time.Duration {
	if v.Kind() == strictyaml.Number {
		v.Fault(fmt.Sprintf("write %vs for seconds", v.Number()), "the duration %v has no unit", v.Number())
		return 0
	}
	text := v.Text()
	if v.Kind() != strictyaml.String {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		v.Fault(`write it as 30s, 10m or 1h30m`, "%q is not a duration", text)
	}
	return d
}

// statuses is one status or a list of them.
func statuses(v value) []int {
	if v.Kind() != strictyaml.List {
		if s := status(v); s != 0 {
			return []int{s}
		}
		return nil
	}
	all := items(v, status)
	if len(all) == 0 {
		v.Fault("", "a list of statuses must not be empty")
	}
	return all
}

func status(v value) int {
	if v.Kind() != strictyaml.Number {
		return v.Int()
	}
	n, err := strconv.Atoi(string(v.Number()))
	if err != nil || n < 100 || n > 999 {
		v.Fault("", "%v is no HTTP status (100 to 999)", v.Number())
	}
	return n
}

// count is a number, or a mapping of min and max.
func count(v value) *Count {
	if !v.IsSet() {
		return nil
	}
	if v.Kind() != strictyaml.Mapping {
		n := natural(v)
		return &Count{Min: n, Max: n}
	}
	if !v.Only("count", countKeys) {
		return nil
	}
	c := &Count{Max: -1}
	c.Min = natural(v.At("min"))
	if limit := v.At("max"); limit.IsSet() {
		if c.Max = natural(limit); c.Max < c.Min {
			limit.Fault("", "max %d is less than min %d", c.Max, c.Min)
		}
	}
	return c
}

func natural(v value) int {
	n := v.Int()
	if n < 0 {
		v.Fault("", "%d is negative", n)
	}
	return n
}

// The keys that each mapping of a scenario may have. The published JSON Schema
// (schemas/graphvcr/scenario.json) knows the same ones; a test compares them.
var (
	scenarioKeys    = []string{"name", "description", "api", "cassette", "vars", "steps", "cleanup"}
	stepKeys        = []string{"name", "api", "as", "auth", "permissions", "request", "expect", "parts", "poll", "follow", "capture"}
	permissionsKeys = []string{"delegated", "application"}
	requestKeys     = []string{"method", "path", "url", "query", "headers", "body", "bodyFile", "text", "base64", "form", "multipart", "redirect"}
	partKeys        = []string{"name", "filename", "contentType", "body", "text", "base64", "bodyFile"}
	expectKeys      = []string{"status", "headers", "schema", "body", "text"}
	pollKeys        = []string{"until", "fail", "every", "timeout", "allow"}
	followKeys      = []string{"link", "max", "total"}
	countKeys       = []string{"min", "max"}
)

// Words that a key admits.
var (
	apiWords      = []string{"v1.0", "beta"}
	authWords     = []string{"none"}
	methodWords   = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
	redirectWords = []string{"follow", "stop"}
	typeWords     = []string{"string", "number", "integer", "boolean", "array", "object", "null"}
)

// Sends reports whether a scenario can send requests by a method.
func Sends(method string) bool { return slices.Contains(methodWords, method) }
