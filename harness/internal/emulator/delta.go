package emulator

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
)

// userDelta tells what changed among the users.
type userDelta struct {
	*directory
	cursors map[string]deltaCursor
}

func newUserDelta(d *directory) *userDelta { return &userDelta{d, map[string]deltaCursor{}} }

func (d *userDelta) routes() []route {
	const need = "User.Read.All User.ReadWrite.All Directory.Read.All Directory.ReadWrite.All"
	return []route{{method: "GET", pattern: "users/delta", need: need, serve: d.delta}}
}

// A deltaCursor is what a skip or delta token of users/delta stands for.
type deltaCursor struct {
	rest     []object // of the round that is under way
	since    int      // the version that the round begins at
	version  int      // the one that it brings the client to
	selected []string
	issued   time.Time
}

// deltaLifetime is how long tokens of directory objects live
// (concepts/delta-query-overview).
const deltaLifetime = 7 * 24 * time.Hour

// delta answers pages of what changed, and after the last a link for the next
// round. A token may be used again. One that is old, or that this run did not
// issue, is 410 Gone with a Location to start again from.
func (d *userDelta) delta(c *call) (Answer, error) {
	skip, token := c.option("$skiptoken"), c.option("$deltatoken")
	var cursor deltaCursor
	switch {
	case skip == "" && token == "":
		cursor = deltaCursor{rest: d.changes(0, c.selected()), version: d.version, selected: c.selected()}
	default:
		known, ok := d.cursors[skip+token]
		if !ok || c.now.Sub(known.issued) > deltaLifetime {
			return Answer{}, d.gone(c)
		}
		cursor = known
		if skip == "" {
			cursor.rest = d.changes(known.version, known.selected)
			cursor.since, cursor.version = known.version, d.version
		}
	}
	return d.deltaPage(c, cursor)
}

func (d *userDelta) gone(c *call) error {
	f := fail(410, "syncStateNotFound", "The sync state generation is not found; please start the delta query again.")
	f.header = map[string][]string{"Location": {c.root() + "/users/delta"}}
	return f
}

func (d *userDelta) deltaPage(c *call, cursor deltaCursor) (Answer, error) {
	size := c.site.options.PageSize
	if value, ok := c.prefers("odata.maxpagesize"); ok {
		if n, err := strconv.Atoi(value); err == nil && n > 0 {
			size = n
		}
	}
	page := cursor.rest[:min(size, len(cursor.rest))]
	cursor.rest, cursor.issued = cursor.rest[len(page):], c.now
	kind, link := "$deltatoken", odata.DeltaLink
	if len(cursor.rest) > 0 {
		kind, link = "$skiptoken", odata.NextLink
	}
	token := d.site.deltaToken(kind, cursor)
	d.cursors[token] = cursor
	return answerJSON(200, object{
		{"@odata.context", c.root() + "/$metadata#users"},
		{link, c.root() + "/users/delta?" + kind + "=" + token},
		{"value", append([]object{}, page...)},
	})
}

// changes are the users that changed after a version. A deleted user can be
// restored for a while, which is the reason "changed".
func (d *userDelta) changes(after int, selected []string) []object {
	var changes []object
	for _, u := range d.users {
		switch {
		case u.changed <= after || u.deleted && after == 0:
		case u.deleted:
			changes = append(changes, object{{"id", u.id}, {"@removed", object{{"reason", "changed"}}}})
		case selected == nil:
			changes = append(changes, u.shown(nil))
		case slices.Contains(selected, "id"):
			changes = append(changes, u.shown(selected))
		default:
			changes = append(changes, u.shown(append(slices.Clip(selected), "id")))
		}
	}
	return changes
}

// deltaToken is the same for the same place in the same round.
func (s *site) deltaToken(kind string, c deltaCursor) string {
	place := fmt.Sprint(kind, c.since, " ", c.version, " ", len(c.rest), c.selected)
	return base64.RawURLEncoding.EncodeToString(s.ids.fixed(place, 96))
}
