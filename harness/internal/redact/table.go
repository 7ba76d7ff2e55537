package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

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
	secretOpaque
	secretPassword
	secretPEM
	secretProof
	secretSharing
	secretURLToken
	secretValidation

	identityAccount
	identityAddress
	identityDomain
	identityDrive
	identityEmployee
	identityEncoded
	identityGUID
	identityName
	identityOutlook
	identityPageToken
	identityPersonalSite
	identityPhone
	identityPostal
	identitySID
	identityThread

	contentBytes
	contentFileName
	contentGPS
	contentHeaders
	contentIP
	contentText

	ruleCount
)

// table describes the rules. Where the values sit is known from the pages of the
// documentation and from real recordings.
var table = [ruleCount]Rule{
	secretAuth:        {"secret.authorization", Secret, "Authorization and Proxy-Authorization headers: the scheme and REDACTED"},
	secretCertificate: {"secret.certificate", Secret, "encryptionCertificate and other key material in base64: REDACTED in base64"},
	secretClientState: {"secret.client-state", Secret, "clientState of subscriptions and notifications: REDACTED"},
	secretCookie:      {"secret.cookie", Secret, "Cookie and Set-Cookie headers: REDACTED"},
	secretJWT:         {"secret.jwt", Secret, "signed tokens, anywhere: an unsigned token that says it is redacted"},
	secretJoin:        {"secret.join-link", Secret, "joinUrl and joinWebUrl of meetings, and their passcodes: pseudonym tokens in the link"},
	secretKey:         {"secret.key", Secret, "keyCredentials.key, BitLocker and other recovery keys, storage keys, keys of API gateways and functions: zeros or REDACTED"},
	secretLink:        {"secret.link", Secret, "pre-authenticated links (uploadUrl, downloadUrl, redirects off Graph) and requests to them: pseudonym tokens in the link"},
	secretLogin:       {"secret.login", Secret, "what is sent to and comes from the login host (client_secret, code, assertion, refresh_token, ...): REDACTED"},
	secretOpaque:      {"secret.opaque-token", Secret, "tokens of consumer accounts (EwA...), anywhere: REDACTED"},
	secretPassword:    {Password, Secret, "passwords and secretText: REDACTED"},
	secretPEM:         {"secret.pem", Secret, "PEM blocks, anywhere: an empty block"},
	secretProof:       {"secret.proof", Secret, "proof of possession when keys are added: REDACTED"},
	secretSharing:     {"secret.sharing-link", Secret, "webUrl of sharing links and u! ids: pseudonym tokens in the link"},
	secretURLToken:    {"secret.url-token", Secret, "sig, tempauth, authtoken, authkey, code and their like in any link: pseudonym tokens"},
	secretValidation:  {"secret.validation-token", Secret, "validationToken and validationTokens of notifications: REDACTED"},

	identityAccount:      {"identity.account", Identity, "mailNickname, onPremises names and other account names: accountN"},
	identityAddress:      {"identity.address", Identity, "UPNs and mail addresses, anywhere: userN@contoso.example"},
	identityDomain:       {"identity.domain", Identity, "the tenant's domains and SharePoint hosts, anywhere: contosoN.example"},
	identityDrive:        {"identity.drive", Identity, "ids of drives and their items, anywhere: same shape"},
	identityEmployee:     {"identity.employee", Identity, "employeeId and its like: employeeN"},
	identityEncoded:      {"identity.encoded-id", Identity, "base64 ids that hold a GUID, anywhere: the GUID renamed inside"},
	identityGUID:         {"identity.guid", Identity, "GUIDs that are not well known, anywhere, tenant ids included: same shape"},
	identityName:         {"identity.name", Identity, "displayName, givenName, surname and other names, as whole values: Name N"},
	identityOutlook:      {"identity.outlook-id", Identity, "ids of mail, events, contacts and folders, anywhere: same shape"},
	identityPageToken:    {"identity.page-token", Identity, "skip and delta tokens: same shape"},
	identityPersonalSite: {"identity.personal-site", Identity, "/personal/name_contoso_com in paths: /personal/userN_contoso_example"},
	identityPhone:        {"identity.phone", Identity, "phone and fax numbers: zeros and a number, punctuation kept"},
	identityPostal:       {"identity.postal", Identity, "streets, cities, postal codes, offices: placeN"},
	identitySID:          {"identity.sid", Identity, "security identifiers, anywhere: of the renamed object"},
	identityThread:       {"identity.thread", Identity, "ids of chats and channels, anywhere: same shape"},

	contentBytes:    {"content.bytes", Content, "contentBytes, photos and files: a filler of the same length"},
	contentFileName: {"content.file-name", Content, "names of files and folders: fileN with the extension"},
	contentGPS:      {"content.gps", Content, "latitude, longitude, altitude and accuracy: ones"},
	contentHeaders:  {"content.mail-headers", Content, "values of internetMessageHeaders: a filler of the same length"},
	contentIP:       {"content.ip", Content, "IP addresses in fields: 192.0.2.1 or 2001:db8::1"},
	contentText:     {"content.text", Content, "subjects, titles, descriptions, bodies, previews, topics: a filler of the same length"},
}

func ruleNamed(id string) rule {
	for n := 1; n < int(ruleCount); n++ {
		if string(table[n].ID) == id {
			return rule(n)
		}
	}
	return noRule
}

// A treatment is what happens to a value that a rule names.
type treatment uint8

const (
	constant   treatment = iota // REDACTED, in the value's format
	schemed                     // as constant, but for a scheme before a space
	base64ed                    // REDACTED in base64
	zeroed                      // digits become 0; other text is a constant
	identified                  // the ids in it, or else a token
	tokenised                   // a pseudonym token of the same shape
	linked                      // a link whose tokens are all renamed
	word                        // a word and a number
	address                     // an address, or a word if it is none
	phone                       // a phone number
	domain                      // a domain
	text                        // filler text of the same length
	bytesText                   // filler base64 of the same length
	fileName                    // fileN.ext
	ones                        // a number of the same length
	ip                          // an address for documentation
)

// A field says how the value of a member, option, header or form field is treated by
// its name.
type field struct {
	rule
	treatment
	series          // for treatment word
	within []string // only inside one of these members (lower case), if any
}

var (
	name     = field{rule: identityName, treatment: word, series: series{"Name "}}
	account  = field{rule: identityAccount, treatment: word, series: series{"account"}}
	employee = field{rule: identityEmployee, treatment: word, series: series{"employee"}}
	place    = field{rule: identityPostal, treatment: word, series: series{"place"}}
	person   = field{rule: identityAddress, treatment: address}
	number   = field{rule: identityPhone, treatment: phone}
	writing  = field{rule: contentText, treatment: text}
	login    = field{rule: secretLogin}
	password = field{rule: secretPassword}
	key      = field{rule: secretKey, treatment: zeroed}
	gateway  = field{rule: secretKey}
	link     = field{rule: secretLink, treatment: linked}
	token    = field{rule: secretURLToken, treatment: tokenised}
	page     = field{rule: identityPageToken, treatment: tokenised}
)

// A series is a word that numbers follow.
type series struct{ word string }

// book is the ledger's book of the series.
func (s series) book() string {
	switch s.word {
	case "Name ":
		return "\x10"
	case "account":
		return "\x11"
	case "employee":
		return "\x12"
	case "place":
		return "\x13"
	}
	return "\x14"
}

func (f field) in(parents ...string) field {
	f.within = parents
	return f
}

// fields are found by name, whatever its letter case.
type fields struct {
	byName map[string]*field
	may    [256]uint64 // by first letter, the lengths of names
}

func newFields(byName map[string]field) *fields {
	fs := &fields{byName: make(map[string]*field, len(byName))}
	for name, f := range byName {
		fs.byName[name] = &f
		fs.may[name[0]] |= lengthBit(len(name))
	}
	return fs
}

// find returns nil for a name that there is no field for.
func (fs *fields) find(name string) *field {
	if name == "" || fs.may[ascii.Lower(name[0])]&lengthBit(len(name)) == 0 || len(name) > 48 {
		return nil
	}
	var room [48]byte
	return fs.byName[string(appendFolded(room[:0], name))]
}

// members are JSON members, form fields and OData properties in filters, by name in
// lower case.
var members = newFields(map[string]field{
	"access_token": login, "refresh_token": login, "id_token": login, "client_secret": login, "client_assertion": login,
	"device_code": login, "user_code": login, "assertion": login, "client_info": login, "samlresponse": login,
	"requested_token": login, "code_verifier": login, "accesstoken": login, "refreshtoken": login, "idtoken": login,
	"clientsecret": login, "subject_token": login, "actor_token": login,
	"password": password, "secrettext": password, "newpassword": password, "currentpassword": password, "passwd": password,
	"temporaryaccesspass": password, "secret": password, "sharedsecret": password, "privatekey": password, "passphrase": password,
	"authorization": {rule: secretAuth, treatment: schemed}, "proxy-authorization": {rule: secretAuth, treatment: schemed},
	"x-ms-authorization-auxiliary": {rule: secretAuth, treatment: schemed}, "cookie": {rule: secretCookie}, "set-cookie": {rule: secretCookie},
	"clientstate":     {rule: secretClientState},
	"validationtoken": {rule: secretValidation}, "validationtokens": {rule: secretValidation},
	"proof":                 {rule: secretProof},
	"encryptioncertificate": {rule: secretCertificate, treatment: base64ed}, "pkcs12value": {rule: secretCertificate, treatment: base64ed},
	"key": key.in("keycredentials", "keycredential", "recoverykeys"),
	// API Management and its like, which people put before Graph
	"x-api-key": gateway, "api-key": gateway, "api_key": gateway, "apikey": gateway, "x-functions-key": gateway, "ocp-apim-subscription-key": gateway,
	"recoverykey": key, "bitlockerkey": key, "accountkey": key, "sharedaccesskey": key, "presharedkey": key, "personalrecoverykey": key,
	"uploadurl": link, "@microsoft.graph.downloadurl": link, "downloadurl": link, "@content.downloadurl": link,
	"joinurl": {rule: secretJoin, treatment: linked}, "joinweburl": {rule: secretJoin, treatment: linked}, "passcode": {rule: secretJoin},
	"weburl":                   {rule: secretSharing, treatment: linked, within: []string{"link"}},
	"webhtml":                  {rule: secretSharing, within: []string{"link"}},
	"shareid":                  {rule: secretSharing, treatment: tokenised},
	"storageurl":               link,
	"sastoken":                 token,
	"uploadsessionurl":         link,
	"azurestorageuri":          link,
	"contentdownloadurl":       link,
	"lifecyclenotificationurl": {rule: secretURLToken, treatment: linked},
	"notificationurl":          {rule: secretURLToken, treatment: linked},

	"userprincipalname": person, "mail": person, "othermails": person, "proxyaddresses": person, "username": person,
	"emailaddress": person, "onpremisesuserprincipalname": person, "smtpaddress": person, "imaddresses": person,
	"alternateemail": person, "login_hint": person, "upn": person, "loginname": person, "principalname": person,
	"address":     person.in("emailaddress", "emailaddresses", "scoredemailaddresses"),
	"displayname": name, "givenname": name, "surname": name, "userdisplayname": name, "appdisplayname": name, "firstname": name,
	"lastname": name, "middlename": name, "nickname": name, "fullname": name, "creatordisplayname": name, "initials": name,
	"teamdisplayname": name, "resourcedisplayname": name, "principaldisplayname": name, "companyname": name, "spousename": name,
	"name":         name.in("emailaddress", "emailaddresses"),
	"mailnickname": account, "onpremisessamaccountname": account, "onpremisesdistinguishedname": account,
	"onpremisesnetbiosname": account, "onpremisesimmutableid": account, "samaccountname": account,
	"onpremisesdomainname": {rule: identityDomain, treatment: domain}, "publisherdomain": {rule: identityDomain, treatment: domain},
	"defaultdomainname": {rule: identityDomain, treatment: domain}, "domainname": {rule: identityDomain, treatment: domain},
	"employeeid": employee, "employeenumber": employee,
	"businessphones": number, "mobilephone": number, "homephones": number, "faxnumber": number, "phonenumber": number,
	"telephonenumber": number, "othermobile": number, "phones": number, "mobile": number,
	"number": number.in("phones", "phone"),
	"street": place, "streetaddress": place, "city": place, "postalcode": place, "officelocation": place, "postofficebox": place,

	"driveid": {rule: identityDrive, treatment: identified},

	"subject": writing, "title": writing, "description": writing, "bodypreview": writing, "topic": writing, "aboutme": writing, "personalnotes": writing,
	"content":      writing.in("body", "uniquebody", "attachments", "note", "quickreplies"),
	"summary":      writing.in("hits", "chatmessage", "message"),
	"contentbytes": {rule: contentBytes, treatment: bytesText},
	"value":        {rule: contentHeaders, treatment: text, within: []string{"internetmessageheaders"}},
	"filename":     fileNames,
	"ipaddress":    {rule: contentIP, treatment: ip}, "clientipaddress": {rule: contentIP, treatment: ip}, "ipaddressfromresourceprovider": {rule: contentIP, treatment: ip},
	"latitude": {rule: contentGPS, treatment: ones}, "longitude": {rule: contentGPS, treatment: ones},
	"altitude": {rule: contentGPS, treatment: ones}, "accuracy": {rule: contentGPS, treatment: ones, within: []string{"coordinates"}},
})

// fileNames is how the member "name" of a file is treated once it is known for one.
var fileNames = field{rule: contentFileName, treatment: fileName}

// options are query options, and form fields of links, by name in lower case without $.
var options = newFields(map[string]field{
	"sig": token, "tempauth": token, "tempauthtoken": token, "authtoken": token, "authkey": token, "access_token": token,
	"code": token, "prooftoken": token, "pwd": token,
	"sharingtoken": token, "api-key": token, "api_key": token, "apikey": token, "subscription-key": token, "client_secret": login,
	"skiptoken": page, "deltatoken": page, "token": page, "validationtoken": {rule: secretValidation},
})

// forms are fields that are secret only in forms, where a code is no error's code.
var forms = newFields(map[string]field{"code": login, "username": person, "client_assertion": login})

// serviceDomains are Microsoft's own: an address there does not make the name a
// tenant's.
var serviceDomains = map[string]bool{
	"microsoft.com": true, "graph.microsoft.com": true, "office.com": true, "outlook.com": true, "live.com": true,
	"windows.net": true, "azure.com": true, "sharepoint.com": true, "onmicrosoft.com": true, "office365.com": true,
	"microsoftonline.com": true, "example.com": true, "example.org": true, "example.net": true,
}

// isWellKnownName reports whether every tenant has the name.
func isWellKnownName(s string) bool {
	for _, known := range [...]string{"Microsoft Graph", "Windows Azure Active Directory", "Microsoft Azure CLI"} {
		if len(s) == len(known) && strings.EqualFold(s, known) {
			return true
		}
	}
	return false
}
