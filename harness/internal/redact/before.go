package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

func messagesOf(i *cassette.Interaction) (asked, answered place.Message) {
	req, resp := &i.Request, &i.Response
	return place.Message{Method: req.Method, Address: req.URL, Header: req.Headers, Trailer: req.Trailer, Body: req.Body},
		place.Message{Method: req.Method, Address: req.URL, Answer: true, Status: resp.Code, Header: resp.Headers, Trailer: resp.Trailer, Body: resp.Body}
}

// before is a message of the earlier recording, beside the one that is read now.
type earlierMessage struct {
	texts   map[string]string   // by place
	members map[string][]string // names of members that are pseudonyms, by the place of their object
	renamed map[string]string   // names of members, which places have, to their pseudonyms
}

func newEarlierMessage(m *place.Message, ledger *ledger) *earlierMessage {
	b := &earlierMessage{texts: map[string]string{}, members: map[string][]string{}, renamed: map[string]string{}}
	place.Rewrite(m, func(l *place.Leaf) (string, bool) {
		switch {
		case l.Layered, len(l.Text) > 512:
		case l.Role != place.MemberName:
			b.texts[l.Place()+fileMark(l)] = l.Text
		case ledger.faker.IsName(l.Text):
			object := objectOf(l)
			b.members[object] = append(b.members[object], l.Text)
		}
		return "", false
	})
	return b
}

// objectOf is the place of the object that a member's name stands in.
func objectOf(l *place.Leaf) string {
	at := l.Place()
	return at[:max(0, strings.LastIndex(at, "['"))]
}

// at is the text at the place where a leaf stands now. A name of a member that nothing knows
// is there the next of those that are not called anything yet.
func (b *earlierMessage) at(l *place.Leaf) string {
	if b == nil {
		return ""
	}
	if l.Role == place.MemberName {
		for _, is := range b.members[objectOf(l)] {
			if !b.taken(is) {
				return is
			}
		}
		return ""
	}
	at := l.Place()
	for name, is := range b.renamed {
		at = strings.ReplaceAll(at, "['"+name+"']", "['"+is+"']")
	}
	return b.texts[at+fileMark(l)]
}

// fileMark tells the name of a file in a header from what else has its place.
func fileMark(l *place.Leaf) string {
	if l.Role == place.FileName {
		return "\x00file"
	}
	return ""
}

func (b *earlierMessage) taken(pseudonym string) bool {
	for _, is := range b.renamed {
		if is == pseudonym {
			return true
		}
	}
	return false
}

// rename notes what a member is called.
func (b *earlierMessage) rename(l *place.Leaf, is string) {
	if b != nil && l.Role == place.MemberName && is != l.Text {
		b.renamed[l.Text] = is
	}
}
