package match

import (
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// isPartID: the ids of a batch's parts tie it together, and are the client's to choose.
func isPartID(l *place.Leaf) bool {
	return l.Parent == "requests" && (l.Name == "id" || l.Name == "dependsOn") && l.Role == place.Member
}

// What stands in the parts of a batch, and in the answers to them, has places that begin so.
const (
	inRequests  = "body.$['requests']["
	inResponses = "body.$['responses']["
)

// partOf takes the place of a part off a place that begins with where parts stand: its
// position, -1 for what stands in none.
func partOf(at, parts string) (position int, rest string) {
	behind, ok := strings.CutPrefix(at, parts)
	digits, rest, closed := strings.Cut(behind, "]")
	position, err := strconv.Atoi(digits)
	if !ok || !closed || err != nil {
		return -1, at
	}
	return position, rest
}

func placeOfPart(position int) string { return inRequests + strconv.Itoa(position) + "]" }

// renameParts makes an answer to a batch name its parts by other ids. All else stays as it is,
// byte for byte.
func renameParts(m *place.Message, ids map[string]string) {
	others := 0
	for id, is := range ids {
		if is != id {
			others++
		}
	}
	if others == 0 {
		return
	}
	place.Rewrite(m, func(l *place.Leaf) (string, bool) {
		id, known := ids[l.Text]
		if !known || id == l.Text || l.Role != place.Member || l.Name != "id" && l.Name != "dependsOn" {
			return "", false
		}
		position, rest := partOf(l.Place(), inResponses)
		needed, isNeed := strings.CutPrefix(rest, "['dependsOn'][")
		return id, position >= 0 && (rest == "['id']" || isNeed && strings.IndexByte(needed, ']') == len(needed)-1)
	})
}
