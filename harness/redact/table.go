package redact

import "strings"

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

// table describes the rules. Where the values sit: graph-facts, section 10, which cites
// v1.0/api pages and real recordings.
var table = [ruleCount]Rule{
	secretAuth:        {"secret.authorization", Secret, "Authorization and Proxy-Authorization headers: the scheme and REDACTED"},
	secretCertificate: {"secret.certificate", Secret, "encryptionCertificate and other key material in base64: REDACTED in base64"},
	secretClientState: {"secret.client-state", Secret, "clientState of subscriptions and notifications: REDACTED"},
	secretCookie:      {"secret.cookie", Secret, "Cookie and Set-Cookie headers: REDACTED"},
	secretJWT:         {"secret.jwt", Secret, "signed tokens, anywhere: an unsigned token that says it is redacted"},
	secretJoin:        {"secret.join-link", Secret, "joinUrl and joinWebUrl of meetings, and their passcodes: pseudonym tokens in the link"},
	secretKey:         {"secret.key", Secret, "keyCredentials.key, BitLocker and other recovery keys, storage keys: zeros or REDACTED"},
	secretLink:        {"secret.link", Secret, "pre-authenticated links (uploadUrl, downloadUrl, redirects off Graph) and requests to them: pseudonym tokens in the link"},
	secretLogin:       {"secret.login", Secret, "what is sent to and comes from the login host (client_secret, code, assertion, refresh_token, ...): REDACTED"},
	secretOpaque:      {"secret.opaque-token", Secret, "tokens of consumer accounts (EwA...), anywhere: REDACTED"},
	secretPassword:    {"secret.password", Secret, "passwords and secretText: REDACTED"},
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
	contentText:     {"content.text", Content, "subjects, bodies, previews, topics: a filler of the same length"},
}

func ruleNamed(id string) rule {
	for n := 1; n < int(ruleCount); n++ {
		if table[n].ID == id {
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
	if name == "" || fs.may[lower(name[0])]&lengthBit(len(name)) == 0 || len(name) > 48 {
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
	"cookie": {rule: secretCookie}, "set-cookie": {rule: secretCookie},
	"clientstate":     {rule: secretClientState},
	"validationtoken": {rule: secretValidation}, "validationtokens": {rule: secretValidation},
	"proof":                 {rule: secretProof},
	"encryptioncertificate": {rule: secretCertificate, treatment: base64ed}, "pkcs12value": {rule: secretCertificate, treatment: base64ed},
	"key":         key.in("keycredentials", "keycredential", "recoverykeys"),
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
	"alternateemail": person, "login_hint": person, "upn": person, "loginname": person,
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

	"subject": writing, "bodypreview": writing, "topic": writing, "aboutme": writing, "personalnotes": writing,
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
	"sharingtoken": token, "api-key": token, "subscription-key": token, "client_secret": login,
	"skiptoken": page, "deltatoken": page, "token": page, "validationtoken": {rule: secretValidation},
})

// forms are fields that are secret only in forms, where a code is no error's code.
var forms = newFields(map[string]field{"code": login, "username": person, "client_assertion": login})

// wellKnown are ids that every tenant has.
var wellKnown = map[string]bool{
	// Applications of Microsoft's (concepts/permissions-reference; real recordings).
	"00000003-0000-0000-c000-000000000000": true, // Microsoft Graph
	"00000002-0000-0000-c000-000000000000": true, // Azure AD Graph
	"00000003-0000-0ff1-ce00-000000000000": true, // SharePoint Online
	"00000002-0000-0ff1-ce00-000000000000": true, // Exchange Online
	"04b07795-8ddb-461a-bbee-02f9e1bf7b46": true, // Azure CLI
	"14d82eec-204b-4c2f-b7e8-296a70dab67e": true, // Microsoft Graph PowerShell
	"797f4846-ba00-4fd7-ba43-dac1f8f63013": true, // Azure Service Management
	"f8cdef31-a31e-4b4a-93e4-5f571e91255a": true, // the tenant that owns Microsoft's services
	"9188040d-6c67-4c5b-b112-36a304b66dad": true, // the tenant of consumer accounts
	"00000000-0000-0000-0000-000000000000": true,
	"ffffffff-ffff-ffff-ffff-ffffffffffff": true,
	// Permissions of Graph that nearly every application asks for (concepts/permissions-reference).
	"e1fe6dd8-ba31-4d61-89e7-88639da4683d": true, // User.Read
	"df021288-bdef-4463-88db-98f22de89214": true, // User.Read.All, application
	"a154be20-db9c-4678-8ab7-66f6cc099a59": true, // User.Read.All, delegated
	"7ab1d382-f21e-4acd-a863-ba3e13f7da61": true, // Directory.Read.All, application
	"06da0dbc-49e2-44d2-8312-53f166ab848a": true, // Directory.Read.All, delegated
	"311a71cc-e848-46a1-bdf8-97ff7156d8e6": true, // User.Read of Azure AD Graph
	// Role templates (v1.0/resources/directoryroletemplate).
	"62e90394-69f5-4237-9190-012177145e10": true, // Global Administrator
	"10dae51f-b6af-4016-8d66-8c2a99b929b3": true, // Guest User
	"a0b1b346-4d3e-4e8b-98f8-753987be4970": true, // User
	"2af84b1e-32c8-42b7-82bc-daa82404023b": true, // Restricted Guest User
	"fe930be7-5e62-47db-91af-98c3a49a38b1": true, // User Administrator
	"f2ef992c-3afb-46b9-b7cf-a126ee74c451": true, // Global Reader
	"29232cdf-9323-42fd-ade2-1d097af3e4de": true, // Exchange Administrator
	"f28a1f50-f6e7-4571-818b-6a12f2af6b6c": true, // SharePoint Administrator
	"69091246-20e8-4a56-aa4d-066075b2a7a8": true, // Teams Administrator
	"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": true, // Application Administrator
	"158c047a-c907-4556-b7ef-446551a6b5f7": true, // Cloud Application Administrator
	"88d8e3e3-8f55-4a1e-953a-9b9898b8876b": true, // Directory Readers
	"9360feb5-f418-4baa-8175-e2a00bac4301": true, // Directory Writers
	"b79fbf4d-3ef9-4689-8143-76b194e85509": true, // the claim of a user without roles
	// Products (v1.0/api/subscribedsku-list, user-assignlicense).
	"c7df2760-2c81-4ef7-b578-5b5392b571df": true, // Office 365 E5
	"6fd2c87f-b296-42f0-b197-1e91e994b900": true, // Office 365 E3
	"05e9a617-0261-4cee-bb44-138d3ef5d965": true, // Microsoft 365 E3
	"06ebc4ee-1bb5-47dd-8120-11324bc54e06": true, // Microsoft 365 E5
	"f30db892-07e9-47e9-837c-80727f46fd3d": true, // Power Automate Free
	// Categories of app in the Teams store and built-in teams apps (v1.0/api/teamsappinstallation pages).
	"1542629c-01b3-4a6d-8f76-1938b779e48d": true,
}

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
		if strings.EqualFold(s, known) {
			return true
		}
	}
	return false
}
