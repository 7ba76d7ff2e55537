package emulator

import "time"

// applications holds app registrations: what has secrets in its answers.
type applications struct {
	site *site
	apps map[string]object
}

func newApplications(s *site) *applications { return &applications{s, map[string]object{}} }

func (a *applications) routes() []route {
	const read = "Application.Read.All Application.ReadWrite.OwnedBy Application.ReadWrite.All"
	const write = "Application.ReadWrite.OwnedBy Application.ReadWrite.All"
	return []route{
		{method: "POST", pattern: "applications", need: write, serve: a.create},
		{method: "GET", pattern: "applications/{}", need: read, serve: a.get},
		{method: "DELETE", pattern: "applications/{}", need: write, serve: a.remove},
		{method: "POST", pattern: "applications/{}/addPassword", need: write, serve: a.addPassword},
	}
}

// create answers a time with seven digits; a later read has the same instant cut
// to the second (real recordings).
func (a *applications) create(c *call) (Answer, error) {
	var body struct{ DisplayName string }
	if err := c.decode(&body); err != nil {
		return Answer{}, err
	}
	if body.DisplayName == "" {
		return Answer{}, badRequest("A value is required for property 'displayName' of resource 'Application'.")
	}
	o := object{
		{"id", a.site.ids.guid("application", body.DisplayName)}, {"appId", a.site.ids.guid("appId", body.DisplayName)},
		{"createdDateTime", c.now.Format(ticks)}, {"displayName", body.DisplayName}, {"identifierUris", []string{}},
		{"publisherDomain", domain}, {"signInAudience", "AzureADMyOrg"}, {"keyCredentials", []object{}}, {"passwordCredentials", []object{}},
	}
	a.apps[o.text("id")] = o.with("createdDateTime", c.now.Format(time.RFC3339))
	answer, err := c.entity(201, "applications", o)
	if err == nil {
		answer.Header.Set("Location", a.site.directoryLocation(o.text("id"), "Application"))
	}
	return answer, err
}

func (a *applications) find(key string) (object, error) {
	if o, ok := a.apps[key]; ok {
		return o, nil
	}
	return nil, notFound(key)
}

func (a *applications) get(c *call) (Answer, error) {
	o, err := a.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
	return c.entity(200, "applications", o)
}

func (a *applications) remove(c *call) (Answer, error) {
	if _, err := a.find(c.keys[0]); err != nil {
		return Answer{}, err
	}
	delete(a.apps, c.keys[0])
	return answerEmpty(204), nil
}

// addPassword is the one answer that holds the secret; afterwards it reads as null.
func (a *applications) addPassword(c *call) (Answer, error) {
	o, err := a.find(c.keys[0])
	if err != nil {
		return Answer{}, err
	}
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
	a.apps[c.keys[0]] = o.with("passwordCredentials", append(held, credential.with("secretText", nil)))
	return answerJSON(200, append(object{{"@odata.context", c.root() + "/$metadata#microsoft.graph.passwordCredential"}}, credential...))
}

// ticks is the layout of times to a hundred nanoseconds.
const ticks = "2006-01-02T15:04:05.0000000Z"
