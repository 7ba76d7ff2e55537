package identity

import "strings"

// nameFormats are names that people or tenants chose.
var nameFormats = []*Format{
	{Name: "upn", Doc: "a user principal name: LOCAL@DOMAIN; guests have #EXT# in it, and it may begin with $",
		match: addresses(upnLocal + `+`), distinct: always},
	{Name: "mail", Doc: "a mail address: LOCAL@DOMAIN",
		match: addresses(mailLocal + `(?:\.` + mailLocal + `)*`), distinct: always},
	{Name: "domain", Doc: "a domain name of two or more labels, which is also a domain's id",
		match: matchingUpTo(253, domainName), distinct: hasSuffix(".onmicrosoft.com")},
	{Name: "schema-extension-id", Doc: "a schema extension: ext and 8 characters, or a verified domain's name, then _ and a name",
		match: matchingUpTo(256, `[0-9A-Za-z]+_\w+`), distinct: func(s string) bool {
			return len(s) > 12 && strings.HasPrefix(s, "ext") && s[11] == '_' && strings.ContainsAny(s[3:11], "0123456789")
		}},
	{Name: "b2x-flow-id", Doc: "a self-service sign-up flow: B2X_1_ and a name",
		match: matching(`B2X_1_[\w-]+`), distinct: hasPrefix("B2X_1_")},
}

// The parts of addresses. Annotations (members@odata.bind) look like addresses and are none.
const (
	label      = `[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?`
	domainName = `(?:` + label + `\.)+(?:[A-Za-z]{2,63}|xn--[0-9A-Za-z-]{0,58}[0-9A-Za-z])`
	upnLocal   = `[\w'.\-!#^~$]`
	mailLocal  = `[\w'\-!#^~$&*+/=?{|}%` + "`" + `]+`
)

// addresses are a local part of at most 128 bytes and a domain.
func addresses(local string) func(string) bool {
	isAddress := matching(local + `@` + domainName)
	return func(s string) bool {
		at := strings.LastIndexByte(s, '@')
		domain := s[at+1:]
		return 0 < at && at <= 128 && len(domain) <= 253 && !strings.HasPrefix(domain, "odata.") && !strings.HasPrefix(domain, "microsoft.graph.") && isAddress(s)
	}
}
