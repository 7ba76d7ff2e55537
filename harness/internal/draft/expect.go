package draft

import (
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

// mostChecks bounds what is expected of one body: who reads more.
const mostChecks = 100

// expectNode expects the status and, of a JSON object, what would hold in another
// recording too: formats, the state that a poll ended in, an error's code.
func expectNode(m *move, known Note) *yaml.Node {
	status := integer(m.last().Response.Code)
	if len(known.Promised) > 0 {
		status = list(append([]int{m.last().Response.Code}, known.Promised...), integer)
	}
	node := mapping("status", status)
	if known.Schema != "" {
		add(node, "schema", text(known.Schema))
	}
	if m.kind == pages {
		return node // holds on each page, and only the last one was looked at
	}
	members := object(m.last())
	body, isMatcher := mapping(), false // by the name of a member
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if len(body.Content) >= 2*mostChecks {
			break
		}
		if check := checkOf(m, name, members[name]); check != nil {
			add(body, name, check)
			isMatcher = isMatcher || scenario.IsMatcher(name)
		}
	}
	if isMatcher {
		body = mapping("properties", body)
	}
	addFilled(node, "body", body)
	return node
}

func checkOf(m *move, name string, value any) *yaml.Node {
	switch {
	case strings.Contains(name, "@"), strings.HasPrefix(name, "$"):
		return nil
	case name == "status" && m.kind == poll:
		return text(escapeBraces(stateOf(m.last())))
	case name == "error" && m.last().Response.Code >= 400:
		fault, _ := value.(map[string]any)
		if code, _ := fault["code"].(string); code != "" {
			return mapping("code", text(escapeBraces(code)))
		}
	}
	if s, ok := value.(string); ok {
		if f := identity.Recognise(s); f != nil {
			return mapping("format", text(f.Name))
		}
	}
	if list, ok := value.([]any); ok && name == "value" {
		return eachOf(list)
	}
	return nil
}

// eachOf expects the id of every element, where all ids have one format.
func eachOf(list []any) *yaml.Node {
	var common *identity.Format
	for _, element := range list {
		members, _ := element.(map[string]any)
		id, _ := members["id"].(string)
		f := identity.Recognise(id)
		if f == nil || common != nil && f != common {
			return nil
		}
		common = f
	}
	if common == nil {
		return nil
	}
	return mapping("each", mapping("id", mapping("format", text(common.Name))))
}
