package match

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// aliases are the user principal names that requests call users by, and the ids
// that recorded answers give them, both as steps of a path: users/{id} and
// users/{userPrincipalName} are one user (resources/user).
type aliases map[string]string

// maxAliasBody bounds the answers that are read for aliases.
const maxAliasBody = 4 << 20

// aliasesOf reads the answers for those who are called by name, which few
// recordings do beside their ids.
func (b *builder) aliasesOf() aliases {
	names, ids := aliases{}, false
	each := func(resources []resource) {
		for _, r := range resources {
			switch user := r.user(); {
			case strings.Contains(user, "@"):
				names[user] = ""
			case user != "":
				ids = true
			}
		}
	}
	for _, read := range b.reads {
		each(read.resources)
	}
	for _, write := range b.writes {
		each(write.resources)
	}
	if len(names) == 0 || !ids {
		return nil
	}
	for _, e := range b.index.entries {
		for n := range e.answers {
			if body := e.answers[n].body(); len(body) <= maxAliasBody && strings.Contains(body, `"userPrincipalName"`) {
				names.learn(body)
			}
		}
	}
	return names
}

// user is the step that names a user, or "".
func (r resource) user() string {
	if len(r.steps) > 1 && r.steps[0] == "users" {
		return r.steps[1]
	}
	return ""
}

// learn reads an answer that is a user, or a page of them.
func (a aliases) learn(body string) {
	doc, err := jsondoc.Parse(body)
	if err != nil {
		return
	}
	top, _ := doc.(map[string]any)
	page, _ := top["value"].([]any)
	for _, item := range append(page, doc) {
		user, _ := item.(map[string]any)
		id, _ := user["id"].(string)
		name, _ := user["userPrincipalName"].(string)
		if _, asked := a[escapeStep(name)]; asked && id != "" {
			a[escapeStep(name)] = escapeStep(id)
		}
	}
}

// resolve gives the users among resources their ids.
func (a aliases) resolve(resources []resource) []resource {
	for n, r := range resources {
		if id := a[r.user()]; id != "" {
			resources[n].steps = append([]string{r.steps[0], id}, r.steps[2:]...)
		}
	}
	return resources
}
