package emulator

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
)

// planner holds tasks: the resource that cannot be changed without an If-Match
// (v1.0/resources/planner-overview).
type planner struct {
	site  *site
	tasks []*task
}

type task struct {
	id      string
	version int
	props   object
}

func newPlanner(s *site) *planner { return &planner{site: s} }

func (p *planner) routes() []route {
	const read = "Tasks.Read Tasks.ReadWrite Group.Read.All Group.ReadWrite.All Tasks.Read.All Tasks.ReadWrite.All"
	const write = "Tasks.ReadWrite Group.ReadWrite.All Tasks.ReadWrite.All"
	return []route{
		{method: "POST", pattern: "planner/tasks", need: write, serve: p.create},
		{method: "GET", pattern: "me/planner/tasks", need: read, serve: p.list},
		{method: "GET", pattern: "planner/tasks/{}", need: read, serve: p.get},
		{method: "PATCH", pattern: "planner/tasks/{}", need: write, serve: p.patch},
		{method: "DELETE", pattern: "planner/tasks/{}", need: write, serve: p.remove},
	}
}

// etag is weak, and base64 of a counter in quotes.
func (t *task) etag() string {
	text := "'1-Task  @@@@@@@@@@@@@@" + strconv.Itoa(t.version) + t.id[:4] + "'"
	return `W/"` + base64.StdEncoding.EncodeToString([]byte(text)) + `"`
}

func (t *task) shown() object {
	return append(object{{"@odata.etag", t.etag()}, {"id", t.id}}, t.props...)
}

func (p *planner) create(c *call) (Answer, error) {
	var body struct{ PlanID, Title, BucketID string }
	if err := c.decode(&body); err != nil {
		return Answer{}, err
	}
	if body.PlanID == "" || body.Title == "" {
		return Answer{}, fail(400, "", "planId and title are needed.")
	}
	made := &task{id: p.site.ids.base64url("task", body.Title, 21), version: 1}
	made.props = object{
		{"planId", body.PlanID}, {"bucketId", body.BucketID}, {"title", body.Title}, {"percentComplete", 0},
		{"priority", 5}, {"createdDateTime", c.now.Format(ticks)}, {"dueDateTime", nil}, {"hasDescription", false},
	}
	p.tasks = append(p.tasks, made)
	return c.entity(201, "planner/tasks", made.shown())
}

func (p *planner) list(c *call) (Answer, error) {
	found := []object{}
	for _, t := range p.tasks {
		found = append(found, t.shown())
	}
	return c.value(odata.CollectionOf("microsoft.graph.plannerTask"), found)
}

func (p *planner) find(key string) (*task, error) {
	for _, t := range p.tasks {
		if t.id == key {
			return t, nil
		}
	}
	return nil, fail(404, "", "The requested item is not found.")
}

func (p *planner) get(c *call) (Answer, error) {
	t, err := p.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	if matchesETag(c.header.Get("If-None-Match"), t.etag()) {
		return answerEmpty(304, "ETag", t.etag()), nil
	}
	return c.entity(200, "planner/tasks", t.shown())
}

// writable is the task whose present version the client names.
func (p *planner) writable(c *call) (*task, error) {
	t, err := p.find(c.keys[0])
	if err != nil {
		return nil, err
	}
	switch sent := c.header.Get("If-Match"); {
	case sent == "":
		return nil, fail(400, "", "The If-Match header must be specified.")
	case !matchesETag(sent, t.etag()):
		return nil, fail(412, "", "The If-Match header contains an etag that is not of the item's latest version.")
	}
	return t, nil
}

// matchesETag compares as If-None-Match and If-Match lists do; weakness is no
// difference here.
func matchesETag(list, etag string) bool {
	for _, candidate := range splitOutsideQuotes(list, '"', ",") { // drive etags hold commas
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || candidate != "" && strings.TrimPrefix(candidate, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

func (p *planner) patch(c *call) (Answer, error) {
	t, err := p.writable(c)
	if err != nil {
		return Answer{}, err
	}
	given, err := c.given(func(name string) writing {
		if t.props.index(name) < 0 {
			return ignored
		}
		return accepted
	})
	if err != nil {
		return Answer{}, err
	}
	t.props = t.props.withAll(given)
	t.version++
	if wish, ok := c.prefers("return"); ok && wish == "representation" {
		a, err := c.entity(200, "planner/tasks", t.shown())
		if err == nil {
			a.Header.Set("Preference-Applied", "return=representation")
		}
		return a, err
	}
	return answerEmpty(204), nil
}

func (p *planner) remove(c *call) (Answer, error) {
	t, err := p.writable(c)
	if err != nil {
		return Answer{}, err
	}
	p.tasks = slices.DeleteFunc(p.tasks, func(other *task) bool { return other == t })
	return answerEmpty(204), nil
}
