package redact

// rule is an index into table; 0 is no rule.
type rule uint8

const (
	noRule rule = iota

	secretAuth
	secretCertificate
	secretClientState
	secretCookie
	secretJWT
	secretJoin
	secretKey
	secretLink
	secretLogin
	secretMarked
	secretOpaque
	secretPassword
	secretPEM
	secretProof
	secretSharing
	secretURLToken
	secretValidation

	identityAccount
	identityAddress
	identityBirthday
	identityDevice
	identityDomain
	identityDrive
	identityEmployee
	identityGUID
	identityName
	identityOutlook
	identityPageToken
	identityPhone
	identityPostal
	identitySID
	identityThread
	identityToken

	contentBytes
	contentCells
	contentFileName
	contentGPS
	contentHeaders
	contentIP
	contentText

	unknownMember
	unknownText

	volatile // changes with every call

	ruleCount
)

// Class is the kind of thing that a rule replaces.
type Class string

// The classes.
const (
	Secret   Class = "secret"   // gives access: cannot be switched off
	Identity Class = "identity" // says who and where
	Content  Class = "content"  // says what was written or stored
	Unknown  Class = "unknown"  // nothing says that it is harmless
)

// An ID is the stable id of a rule.
type ID string

// Password is the rule of passwords and secretText.
const Password ID = "secret.password"

// Class is that of the rule; "" for what no rule replaces.
func (id ID) Class() Class { return table[ruleNamed(string(id))].Class }

// A tableRow describes one kind of value that is replaced.
type tableRow struct {
	ID    ID
	Class Class
	Doc   string // one line: which values, and what they become
}

// table describes the rules. Where the values sit is known from the pages of the
// documentation and from real recordings.
var table = [ruleCount]tableRow{
	secretAuth:        {"secret.authorization", Secret, "Authorization and Proxy-Authorization headers, and Bearer and Basic in texts: the scheme and REDACTED"},
	secretCertificate: {"secret.certificate", Secret, "encryptionCertificate and other key material in base64: REDACTED in base64"},
	secretClientState: {"secret.client-state", Secret, "clientState of subscriptions and notifications: REDACTED"},
	secretCookie:      {"secret.cookie", Secret, "Cookie and Set-Cookie headers: REDACTED"},
	secretJWT:         {"secret.jwt", Secret, "signed tokens, anywhere: an unsigned token that says it is redacted"},
	secretJoin:        {"secret.join-link", Secret, "joinUrl and joinWebUrl of meetings, and their passcodes: pseudonym tokens in the link"},
	secretKey:         {"secret.key", Secret, "keyCredentials.key, BitLocker and other recovery keys, storage keys, keys of API gateways and functions: zeros or REDACTED"},
	secretLink:        {"secret.link", Secret, "pre-authenticated links (uploadUrl, downloadUrl, redirects off Graph) and requests to them: pseudonym tokens in the link"},
	secretLogin:       {"secret.login", Secret, "what is sent to and comes from the login host (client_secret, code, assertion, refresh_token, ...), and such tokens and client secrets anywhere: REDACTED"},
	secretMarked:      {"secret.marked", Secret, "what a rule of the caller's in Go marks as a secret: REDACTED"},
	secretOpaque:      {"secret.opaque-token", Secret, "tokens of consumer accounts (EwA...), anywhere: REDACTED"},
	secretPassword:    {Password, Secret, "passwords and secretText: REDACTED"},
	secretPEM:         {"secret.pem", Secret, "PEM blocks, anywhere: REDACTED"},
	secretProof:       {"secret.proof", Secret, "proof of possession when keys are added: REDACTED"},
	secretSharing:     {"secret.sharing-link", Secret, "webUrl of sharing links and u! ids: pseudonym tokens in the link"},
	secretURLToken:    {"secret.url-token", Secret, "sig, tempauth, authtoken, authkey, code and their like in any link: pseudonym tokens"},
	secretValidation:  {"secret.validation-token", Secret, "validationToken and validationTokens of notifications: REDACTED"},

	identityAccount:   {"identity.account", Identity, "mailNickname, onPremises names and other account names: accountN"},
	identityAddress:   {"identity.address", Identity, "UPNs and mail addresses, anywhere: userN@tenantN.example"},
	identityBirthday:  {"identity.birthday", Identity, "birthdays and dates of hire: a day in 2000"},
	identityDevice:    {"identity.device", Identity, "names and numbers of devices: deviceN"},
	identityDomain:    {"identity.domain", Identity, "domains and hosts that are not Microsoft's, anywhere: tenantN.example"},
	identityDrive:     {"identity.drive", Identity, "ids of drives and their items, anywhere: computed, same shape"},
	identityEmployee:  {"identity.employee", Identity, "employeeId and its like: employeeN"},
	identityGUID:      {"identity.guid", Identity, "GUIDs that are not well known, anywhere, in base64 too: computed, same shape"},
	identityName:      {"identity.name", Identity, "displayName, givenName, surname and other names: Name N"},
	identityOutlook:   {"identity.outlook-id", Identity, "ids of mail, events, contacts and folders, anywhere: computed, same shape"},
	identityPageToken: {"identity.page-token", Identity, "skip and delta tokens: computed, same shape"},
	identityPhone:     {"identity.phone", Identity, "phone and fax numbers: a number"},
	identityPostal:    {"identity.postal", Identity, "streets, cities, postal codes, offices: placeN"},
	identitySID:       {"identity.sid", Identity, "security identifiers, anywhere: of the computed object"},
	identityThread:    {"identity.thread", Identity, "ids of chats and channels, anywhere: computed, same shape"},
	identityToken:     {"identity.token", Identity, "other opaque ids, anywhere: computed, same shape"},

	contentBytes:    {"content.bytes", Content, "contentBytes, photos and files: a filler of the same length, and its hashes"},
	contentCells:    {"content.cells", Content, "values, texts and formulas of workbook ranges, numbers too: values"},
	contentFileName: {"content.file-name", Content, "names of files and folders: fileN with the extension"},
	contentGPS:      {"content.gps", Content, "latitude, longitude, altitude and accuracy: ones"},
	contentHeaders:  {"content.mail-headers", Content, "values of internetMessageHeaders: textN"},
	contentIP:       {"content.ip", Content, "IP addresses, anywhere: one that no network uses"},
	contentText:     {"content.text", Content, "subjects, titles, descriptions, bodies, previews, topics: Text N"},

	unknownMember: {"unknown.member", Unknown, "names of members that neither metadata nor documentation has: memberN"},
	unknownText:   {"unknown.text", Unknown, "texts of which nothing says that they are harmless: valueN, of the value's lexical class"},
}

func ruleNamed(id string) rule {
	for n := 1; n < int(ruleCount); n++ {
		if string(table[n].ID) == id {
			return rule(n)
		}
	}
	return noRule
}
