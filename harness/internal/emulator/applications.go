package emulator

import (
	"slices"
	"time"
)

// applications holds app registrations: what has secrets in its answers.
type applications struct {
	site *site
	apps []object
}

func newApplications(s *site) *applications { return &applications{site: s} }

func (a *applications) routes() []route {
	const read = "Application.Read.All Application.ReadWrite.OwnedBy Application.ReadWrite.All"
	const write = "Application.ReadWrite.OwnedBy Application.ReadWrite.All"
	return []route{
		{method: "GET", pattern: "applications", need: read, serve: a.list},
		{method: "POST", pattern: "applications", need: write, serve: a.create},
		{method: "GET", pattern: "applications/{}", need: read, serve: a.get},
		{method: "PATCH", pattern: "applications/{}", need: write, serve: a.patch},
		{method: "DELETE", pattern: "applications/{}", need: write, serve: a.remove},
		{method: "POST", pattern: "applications/{}/addPassword", need: write, serve: a.addPassword},
	}
}

// writable are the properties that a client may give an application.
var writable = [...]string{"displayName", "identifierUris", "signInAudience", "isFallbackPublicClient", "web", "publicClient", "api", "appRoles", "requiredResourceAccess", "keyCredentials", "passwordCredentials", "tags", "notes"}

// set is an application with what a client wrote.
func (a *applications) set(c *call, o object) (object, error) {
	given, err := c.given(func(name string) writing { return acceptedIf(slices.Contains(writable[:], name)) })
	if o = o.withAll(given); err == nil && o.text("displayName") == "" {
		err = badRequest("A value is required for property 'displayName' of resource 'Application'.")
	}
	return o, err
}

// create answers a time with seven digits; a later read has the same instant cut
// to the second (real recordings).
func (a *applications) create(c *call) (Answer, error) {
	o, err := a.set(c, object{
		{"id", ""}, {"appId", ""}, {"createdDateTime", c.now.Format(ticks)}, {"displayName", ""}, {"identifierUris", []string{}},
		{"publisherDomain", domain}, {"signInAudience", "AzureADMyOrg"}, {"keyCredentials", []object{}}, {"passwordCredentials", []object{}},
	})
	if err != nil {
		return Answer{}, err
	}
	name := o.text("displayName")
	o = o.with("id", a.site.ids.guid("application", name)).with("appId", a.site.ids.guid("appId", name))
	a.apps = append(a.apps, o.with("createdDateTime", c.now.Format(time.RFC3339)))
	answer, err := c.entity(201, "applications", o)
	if err == nil {
		answer.Header.Set("Location", a.site.directoryLocation(o.text("id"), "Application"))
	}
	return answer, err
}

// find is where the application with the id is.
func (a *applications) find(id string) (int, error) {
	at := slices.IndexFunc(a.apps, func(o object) bool { return o.text("id") == id })
	if at < 0 {
		return 0, notFound(id)
	}
	return at, nil
}

func (a *applications) list(c *call) (Answer, error) {
	keep, err := c.filter()
	if err != nil {
		return Answer{}, err
	}
	found := []object{}
	for _, o := range a.apps {
		if keep(o) {
			found = append(found, o)
		}
	}
	return c.value("applications", found)
}

func (a *applications) get(c *call) (Answer, error) {
	at, err := a.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	return c.entity(200, "applications", a.apps[at])
}

func (a *applications) patch(c *call) (Answer, error) {
	at, err := a.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	o, err := a.set(c, a.apps[at])
	if err != nil {
		return Answer{}, err
	}
	a.apps[at] = o
	return answerEmpty(204), nil
}

func (a *applications) remove(c *call) (Answer, error) {
	at, err := a.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	a.apps = slices.Delete(a.apps, at, at+1)
	return answerEmpty(204), nil
}

// addPassword is the one answer that holds the secret; afterwards it reads as null.
func (a *applications) addPassword(c *call) (Answer, error) {
	at, err := a.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	o := a.apps[at]
	var body struct {
		PasswordCredential struct{ DisplayName *string }
	}
	if err := c.decode(&body); err != nil {
		return Answer{}, err
	}
	secret := a.site.ids.base64url("secret", o.text("id"), 27)
	credential := object{
		{"customKeyIdentifier", nil}, {"displayName", body.PasswordCredential.DisplayName},
		{"endDateTime", c.now.AddDate(2, 0, 0).Format(ticks)}, {"hint", secret[:3]},
		{"keyId", a.site.ids.guid("keyId", o.text("id"))}, {"secretText", secret}, {"startDateTime", c.now.Format(ticks)},
	}
	held, _ := o.value("passwordCredentials").([]object)
	a.apps[at] = o.with("passwordCredentials", append(held, credential.with("secretText", nil)))
	return answerJSON(200, append(object{{"@odata.context", c.root() + "/$metadata#microsoft.graph.passwordCredential"}}, credential...))
}

// ticks is the layout of times to a hundred nanoseconds.
const ticks = "2006-01-02T15:04:05.0000000Z"
