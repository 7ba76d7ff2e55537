package cassette

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// What a file may hold by its format, and what is a mistake all the same.

// mergeKey stands for the keys of another mapping.
const mergeKey = "<<"

// The keys that go-vcr of any version writes into files of format 2, and ours. Its lock was
// once a field.
var (
	topKeys         = []string{"version", "interactions", "graphvcr", "mu"}
	interactionKeys = []string{"id", "request", "response", "graphvcr"}
	requestKeys     = requestFieldKeys()
	responseKeys    = responseFieldKeys()
)

func requestFieldKeys() (keys []string) {
	for _, f := range requestFields(&Request{}) {
		keys = append(keys, f.key)
	}
	return keys
}

func responseFieldKeys() []string {
	keys := []string{"content_length", "uncompressed", "body"}
	before, behind := responseFields(&Response{})
	for _, f := range append(before[:], behind[:]...) {
		keys = append(keys, f.key)
	}
	return keys
}

// checkKnown looks for keys that nothing reads. One that is a slip away from a key which is not
// there is an error: what stands there would be missing. Any other may be another tool's, and is
// a doubt.
func (a *anyReader) checkKnown(node *yaml.Node, interaction int, known []string) error {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil // which is said elsewhere
	}
	var missing []string
	for _, key := range known {
		if val, _ := value(node, key); val == nil {
			missing = append(missing, key)
		}
	}
	for n := 0; n < len(node.Content); n += 2 {
		key := node.Content[n]
		if key.Value == mergeKey || slices.Contains(known, key.Value) {
			continue
		}
		meant := fault.Nearest(key.Value, missing)
		const lettersToASlip = 3
		isSlip := meant != "" && lettersToASlip*fault.Distance(strings.ToLower(key.Value), meant) <= len(meant)
		e := fault.Load(a.file, key.Line, interaction, fmt.Sprintf("unknown key %q", fault.Clip(key.Value, 60)), "nothing reads it: remove it, unless another tool does")
		e.Column = key.Column
		if isSlip {
			e.Hint = didYouMean(meant, []string{meant})
			return e
		}
		a.doubts = append(a.doubts, e)
	}
	return nil
}

// checkKeys looks at the keys of an interaction, its request and its response.
func (a *anyReader) checkKeys(n int) error {
	item := a.items[n]
	if err := a.checkKnown(item, n, interactionKeys); err != nil || item.Kind != yaml.MappingNode {
		return err
	}
	request, _ := value(item, "request")
	if err := a.checkKnown(request, n, requestKeys); err != nil {
		return err
	}
	response, _ := value(item, "response")
	return a.checkKnown(response, n, responseKeys)
}

// Unsendable is why HTTP cannot carry the headers of an interaction (RFC 9110, sections 5.1 and
// 5.5), so that no client ever sent them and none can be answered with them; nil where it can. It
// names the header and quotes no value.
func (i *Interaction) Unsendable() error {
	for _, set := range [...]struct {
		of      string
		headers map[string][]string
	}{
		{"request", i.Request.Headers}, {"request", i.Request.Trailer}, {"response", i.Response.Headers}, {"response", i.Response.Trailer},
	} {
		var bad []string
		for name, values := range set.headers {
			if headerFault(name, values) != "" {
				bad = append(bad, name)
			}
		}
		if len(bad) > 0 {
			name := slices.Min(bad)
			return fmt.Errorf("the header %q of the %s %s", fault.Clip(name, 60), set.of, headerFault(name, set.headers[name]))
		}
	}
	return nil
}

func headerFault(name string, values []string) string {
	if !ascii.All(name, ascii.IsToken) {
		return "has a name that HTTP cannot carry"
	}
	for _, v := range values {
		if strings.ContainsAny(v, "\r\n\x00") {
			return "holds a line break or NUL, which HTTP cannot carry"
		}
	}
	return ""
}

// checkIDs refuses numbers that do not tell interactions apart, for whoever names one means it
// alone. They need not be in order, nor without gaps.
func checkIDs(file string, all []*Interaction) error {
	n := slices.IndexFunc(all, func(i *Interaction) bool { return i.ID < 0 })
	if n >= 0 {
		return fault.Load(file, all[n].Line, n, fmt.Sprintf("its id %d is negative", all[n].ID), "ids count from 0")
	}
	first, most := make(map[int]int, len(all)), 0
	for _, i := range all {
		most = max(most, i.ID)
	}
	for n, i := range all {
		if at, twice := first[i.ID]; twice {
			return fault.Load(file, i.Line, n, fmt.Sprintf("its id %d is also that of the interaction on line %d", i.ID, at),
				fmt.Sprintf("give it one of its own, such as id: %d", most+1))
		}
		first[i.ID] = i.Line
	}
	return nil
}

// areInOrder reports whether ids count from 0, as in what Save and go-vcr write.
func areInOrder(all []*Interaction) bool {
	for n, i := range all {
		if i.ID != n {
			return false
		}
	}
	return true
}
