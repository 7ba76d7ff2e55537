package draft

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// longestName bounds what Name makes.
const longestName = 80

// Name is what the scenario of a request is called: get-users-id, of any user. It holds
// none of the request's values, and is the same for all requests of one template.
func Name(method, address string) string {
	name := strings.ToLower(method)
	if u, err := graphurl.Parse(address); err == nil && u.Name() != "" {
		name += "-" + u.Name()
	}
	return strings.TrimRight(name[:min(len(name), longestName)], "-")
}
