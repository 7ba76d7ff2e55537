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

// table describes the rules. Where the values sit is known from the pages of the
// documentation and from real recordings.
var table = [ruleCount]Rule{
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

// A treatment is what happens to a value that a rule names.
type treatment uint8

const (
	named     treatment = iota // a counted pseudonym
	constant                   // REDACTED, in the value's format
	schemed                    // as constant, but for a scheme before a space
	base64ed                   // REDACTED in base64
	linked                     // a link whose tokens are all renamed
	tokenised                  // a pseudonym token of the same shape
	bytesText                  // filler in base64
	ones                       // a number of the same length
	hashed                     // the hash of the filler
	day                        // a date
)

// A field says how the value of a member, option, header or form field is treated by
// its name.
type field struct {
	rule
	treatment
	series string   // of named
	within []string // only inside one of these members (lower case), if any
}

func secret(r rule) field { return field{rule: r, treatment: constant} }

func counted(r rule, series string) field { return field{rule: r, series: series} }

var (
	name     = counted(identityName, "name")
	account  = counted(identityAccount, "account")
	employee = counted(identityEmployee, "employee")
	postal   = counted(identityPostal, "place")
	person   = counted(identityAddress, "user")
	number   = counted(identityPhone, "phone")
	domain   = counted(identityDomain, "tenant")
	device   = counted(identityDevice, "device")
	writing  = counted(contentText, "text")
	fileName = counted(contentFileName, "file")
	cells    = counted(contentCells, "value")
	login    = secret(secretLogin)
	password = secret(secretPassword)
	key      = secret(secretKey)
	link     = field{rule: secretLink, treatment: linked}
	gps      = field{rule: contentGPS, treatment: ones}
	birthday = field{rule: identityBirthday, treatment: day}
)

func (f field) in(parents ...string) field {
	f.within = parents
	return f
}

// fields are found by name, whatever its letter case.
type fields struct {
	byName map[string]*field
	may    [256]uint64 // by first letter, the lengths of names
}

func newFields(lists ...fieldList) *fields {
	fs := &fields{byName: map[string]*field{}}
	for _, l := range lists {
		for name := range strings.FieldsSeq(l.names) {
			fs.byName[name] = &l.field
			fs.may[name[0]] |= 1 << min(len(name), 63)
		}
	}
	return fs
}

// A fieldList gives names, in lower case, one field.
type fieldList struct {
	field field
	names string
}

// find returns nil for a name that there is no field for.
func (fs *fields) find(name, parent string) *field {
	if name == "" || len(name) > 63 || fs.may[ascii.Lower(name[0])]&(1<<len(name)) == 0 {
		return nil
	}
	var room [64]byte
	f := fs.byName[string(lowered(name, &room))]
	if f == nil || len(f.within) == 0 {
		return f
	}
	for _, p := range f.within {
		if len(p) == len(parent) && strings.EqualFold(p, parent) {
			return f
		}
	}
	return nil
}

// credentials are the names of members, form fields, options and headers that hold what
// gives access. No rule turns them off.
var credentials = newFields(
	fieldList{login, `access_token refresh_token id_token client_secret client_assertion device_code user_code assertion client_info samlresponse
		requested_token code_verifier accesstoken refreshtoken idtoken clientsecret subject_token actor_token tokenvalue usertoken authtoken
		bearertoken sessiontoken oauthtoken securitytoken token_secret samltoken clienttoken appsecret appsecretproof applicationsecret
		consumersecret consumer_secret oauth_token enrollmenttoken registrationtoken devicetoken pushtoken appletoken vpptoken bindtoken
		apitoken azureblobtoken recordingaccesstoken synctoken provisioningtoken secrettoken servertoken apptoken authorizationcode authorization_code`},
	fieldList{password, `password secrettext newpassword currentpassword passwd temporaryaccesspass secret sharedsecret privatekey passphrase pwd
		passwordbase64 secretkey oathsecret oathsecretkey addomainpassword lockpin unlockpin seed secretvalue encryptedpfxpassword pfxpassword pfxblob encryptedpfxblob adminpassword
		userpassword defaultpassword devicepassword wifipassword proxypassword certificatepassword credential clientcredential backuppassword
		localadminpassword accountpassword passwordhash password_hash hashedpassword pin pincode passcodevalue unlockcode unlocktoken
		activationlockbypasscode bypasscode confirmationcode verificationcode otp onetimepasscode onetimepassword securityanswer
		secretstring connectionstring sas encryptedsecret wrappedkey apppassword basicauthpassword smtppassword networkkey
		fileencryptionkey encryptionkey symmetrickey encrypteddatakey datakey mackey initializationvector
		qrcodecontent qrcodeimage qrcode qrpin standardqrcode temporaryqrcode challenge challengeresponse attestationobject`},
	fieldList{field{rule: secretAuth, treatment: schemed}, `authorization proxy-authorization x-ms-authorization-auxiliary www-authorization`},
	fieldList{secret(secretCookie), `cookie set-cookie`},
	fieldList{secret(secretClientState), `clientstate`},
	fieldList{secret(secretValidation), `validationtoken validationtokens`},
	fieldList{secret(secretProof), `proof`},
	fieldList{field{rule: secretCertificate, treatment: base64ed}, `encryptioncertificate pkcs12value certificatedata signingcertificate rawcertificate
		trustedrootcertificate nextsigningcertificate encodedcertificate certificatesigningrequest`},
	fieldList{key.in("keycredentials", "keycredential", "recoverykeys"), `key`},
	fieldList{key, `x-api-key api-key api_key apikey x-functions-key ocp-apim-subscription-key subscription-key
		recoverykey bitlockerkey accountkey sharedaccesskey presharedkey personalrecoverykey storagekey masterkey primarykey secondarykey
		azureoperationalinsightsworkspacekey decryptionkey deploymentaccesskey filevaultkey filevaultrecoverykey licensekey productkey workspacekey primarysharedkey functionkey hostkey`},
	fieldList{secret(secretJoin), `passcode`},
	fieldList{secret(secretSharing).in("link"), `webhtml`},
	fieldList{secret(secretPassword).in("secrets", "synchronizationsecretkeystringvaluepair", "omasettings", "credentials"), `value`},
)

// forms are fields that are credentials only in forms, where a code is no error's code.
var forms = newFields(fieldList{login, `code client_assertion assertion refresh_token`}, fieldList{person, `username login_hint`})

// members are JSON members, form fields, columns and properties in filters whose values
// say who, where or what, beside those that no list knows.
var members = newFields(
	fieldList{link, `uploadurl @microsoft.graph.downloadurl downloadurl @content.downloadurl storageurl uploadsessionurl azurestorageuri
		contentdownloadurl lifecyclenotificationurl notificationurl sastoken sasurl saskey`},
	fieldList{field{rule: secretJoin, treatment: linked}, `joinurl joinweburl`},
	fieldList{field{rule: secretSharing, treatment: linked}.in("link"), `weburl`},
	fieldList{field{rule: secretSharing, treatment: tokenised}, `shareid`},
	fieldList{field{rule: identityPageToken, treatment: tokenised}, `skiptoken deltatoken`},

	fieldList{person, `userprincipalname mail othermails proxyaddresses username emailaddress onpremisesuserprincipalname smtpaddress imaddresses
		alternateemail login_hint upn loginname principalname inviteduseremailaddress`},
	fieldList{person.in("emailaddress", "emailaddresses", "scoredemailaddresses"), `address`},
	fieldList{name, `displayname givenname surname userdisplayname appdisplayname firstname lastname middlename nickname fullname
		creatordisplayname initials teamdisplayname resourcedisplayname principaldisplayname companyname spousename channeldisplayname`},
	fieldList{name.in("emailaddress", "emailaddresses"), `name`},
	fieldList{account, `mailnickname onpremisessamaccountname onpremisesdistinguishedname onpremisesnetbiosname onpremisesimmutableid samaccountname`},
	fieldList{domain, `onpremisesdomainname publisherdomain defaultdomainname domainname`},
	fieldList{employee, `employeeid employeenumber`},
	fieldList{number, `businessphones mobilephone homephones faxnumber phonenumber telephonenumber othermobile phones mobile`},
	fieldList{number.in("phones", "phone"), `number`},
	fieldList{postal, `street streetaddress city postalcode officelocation postofficebox`},
	fieldList{device, `devicename serialnumber imei meid wifimacaddress ethernetmacaddress manageddevicename hostname udid hardwareserial iccid`},
	fieldList{birthday, `birthday birthdate dateofbirth anniversary weddinganniversary hiredate employeehiredate employeeleavedatetime`},

	fieldList{writing, `subject title description bodypreview topic aboutme personalnotes`},
	fieldList{writing.in("body", "uniquebody", "attachments", "note", "quickreplies"), `content`},
	fieldList{writing.in("hits", "chatmessage", "message"), `summary`},
	fieldList{field{rule: contentBytes, treatment: bytesText}, `contentbytes`},
	fieldList{counted(contentHeaders, "text").in("internetmessageheaders"), `value`},
	fieldList{fileName, `filename`},
	fieldList{counted(contentIP, "address"), `ipaddress clientipaddress ipaddressfromresourceprovider`},
	fieldList{gps, `latitude longitude altitude`},
	fieldList{gps.in("coordinates"), `accuracy`},
	fieldList{cells, `values formulas formulaslocal formulasr1c1 numberformatlocal`},
	fieldList{field{rule: contentBytes, treatment: hashed}, `quickxorhash sha1hash sha256hash crc32hash`},
)
