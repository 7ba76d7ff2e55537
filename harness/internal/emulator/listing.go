package emulator

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
)

// list answers users with $select, $top, $filter, $search, $orderby, $count and
// paging (concepts/paging, concepts/aad-advanced-queries).
func (d *directory) list(c *call) (Answer, error) {
	found, err := d.query(c)
	if err != nil {
		return Answer{}, err
	}
	size, err := c.pageSize()
	if err != nil {
		return Answer{}, err
	}
	start := 0
	if token := c.option("$skiptoken"); token != "" {
		if start, err = d.site.offset(token); err != nil {
			return Answer{}, err
		}
	}
	set := "users"
	if names := c.selected(); names != nil {
		set += "(" + strings.Join(names, ",") + ")"
	}
	o := object{{"@odata.context", c.root() + "/$metadata#" + set}}
	if c.counts() && start == 0 {
		o = append(o, member{"@odata.count", len(found)})
	}
	end := min(start+size, len(found))
	if end < len(found) {
		o = append(o, member{odata.NextLink, c.link("$skiptoken", d.site.skipToken(end))})
	}
	page := []object{}
	for _, u := range found[min(start, end):end] {
		page = append(page, u.shown(c.selected()))
	}
	return answerJSON(200, append(o, member{"value", page}))
}

// query is the users that a filter leaves, in order.
func (d *directory) query(c *call) ([]*user, error) {
	keep, err := c.filter()
	if err != nil {
		return nil, err
	}
	var found []*user
	for _, u := range d.users {
		if !u.deleted && keep(u.props.with("id", u.id)) {
			found = append(found, u)
		}
	}
	return found, sortUsers(found, c.option("$orderby"))
}

func (d *directory) count(c *call) (Answer, error) {
	if !c.eventual() {
		return Answer{}, badRequest("$count is not currently supported.")
	}
	found, err := d.query(c)
	if err != nil {
		return Answer{}, err
	}
	return answerBytes(200, "text/plain", []byte(strconv.Itoa(len(found)))), nil
}

func (c *call) eventual() bool {
	return strings.EqualFold(c.header.Get("ConsistencyLevel"), "eventual")
}

func (c *call) counts() bool { return strings.EqualFold(c.option("$count"), "true") && c.eventual() }

func (c *call) pageSize() (int, error) {
	top := c.option("$top")
	if top == "" {
		return c.site.options.PageSize, nil
	}
	n, err := strconv.Atoi(top)
	if err != nil || n < 1 || n > 999 {
		return 0, badRequest("Invalid page size specified: '%s'. Must be between 1 and 999 inclusive.", top)
	}
	return n, nil
}

// A skip token holds the place to go on at, so that it can be used again; what
// else is in it is noise that another seed changes.
const (
	skipTokenStart = "RFNwdAIAAQAAABc6"
	skipTokenNoise = 24
)

func (s *site) skipToken(offset int) string {
	place := strconv.Itoa(offset)
	noise := base64.RawURLEncoding.EncodeToString(s.ids.fixed("skipToken "+place, skipTokenNoise))
	return skipTokenStart + noise + "-" + place
}

func (s *site) offset(token string) (int, error) {
	offset, err := strconv.Atoi(token[strings.LastIndexByte(token, '-')+1:])
	if err != nil || offset < 0 || !strings.HasPrefix(token, skipTokenStart) {
		return 0, fail(400, "Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request.")
	}
	return offset, nil
}
