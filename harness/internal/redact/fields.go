package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// A treatment is what happens to a value that a rule names.
type treatment uint8

const (
	asName     treatment = iota // a counted pseudonym
	asConstant                  // REDACTED, in the value's format
	asScheme                    // as asConstant, but for a scheme before a space
	asBase64                    // REDACTED in base64
	asLink                      // a link whose tokens are all renamed
	asToken                     // a pseudonym token of the same shape
	asFiller                    // filler in base64
	asOnes                      // a number of the same length
	asHash                      // the hash of the filler
	asDay                       // a date
)

// A field says how the value of a member, option, header or form field is treated by
// its name.
type field struct {
	rule
	treatment
	series string   // of asName
	within []string // only inside one of these members (lower case), if any
}

func credential(r rule) field { return field{rule: r, treatment: asConstant} }

func counted(r rule, series string) field { return field{rule: r, series: series} }

var (
	nameField     = counted(identityName, "name")
	accountField  = counted(identityAccount, "account")
	employeeField = counted(identityEmployee, "employee")
	placeField    = counted(identityPostal, "place")
	personField   = counted(identityAddress, "user")
	phoneField    = counted(identityPhone, "phone")
	domainField   = counted(identityDomain, "tenant")
	deviceField   = counted(identityDevice, "device")
	textField     = counted(contentText, "text")
	fileNameField = counted(contentFileName, "file")
	cellField     = counted(contentCells, "value")
	loginField    = credential(secretLogin)
	passwordField = credential(secretPassword)
	keyField      = credential(secretKey)
	linkField     = field{rule: secretLink, treatment: asLink}
	gpsField      = field{rule: contentGPS, treatment: asOnes}
	birthdayField = field{rule: identityBirthday, treatment: asDay}
)

func (f field) in(parents ...string) field {
	f.within = parents
	return f
}

// isCredential reports whether the value gives access as a whole, and is no link or token.
func (f *field) isCredential() bool {
	return f != nil && table[f.rule].Class == Secret && f.treatment != asToken && f.treatment != asLink
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

// credentialFields are the names of members, form fields, options and headers that hold what
// gives access. No rule turns them off.
var credentialFields = newFields(
	fieldList{loginField, `access_token refresh_token id_token client_secret client_assertion device_code user_code assertion client_info samlresponse
		requested_token code_verifier accesstoken refreshtoken idtoken clientsecret subject_token actor_token tokenvalue usertoken authtoken
		bearertoken sessiontoken oauthtoken securitytoken token_secret samltoken clienttoken appsecret appsecretproof applicationsecret
		consumersecret consumer_secret oauth_token enrollmenttoken registrationtoken devicetoken pushtoken appletoken vpptoken bindtoken
		apitoken azureblobtoken recordingaccesstoken synctoken provisioningtoken secrettoken servertoken apptoken authorizationcode authorization_code userinfo`},
	fieldList{passwordField, `password secrettext newpassword currentpassword passwd temporaryaccesspass secret sharedsecret privatekey passphrase pwd
		passwordbase64 secretkey oathsecret oathsecretkey addomainpassword lockpin unlockpin seed secretvalue encryptedpfxpassword pfxpassword pfxblob encryptedpfxblob adminpassword
		userpassword defaultpassword devicepassword wifipassword proxypassword certificatepassword credential clientcredential backuppassword
		localadminpassword accountpassword passwordhash password_hash hashedpassword pin pincode passcodevalue unlockcode unlocktoken
		activationlockbypasscode bypasscode confirmationcode verificationcode otp onetimepasscode onetimepassword securityanswer
		secretstring connectionstring sas encryptedsecret wrappedkey apppassword basicauthpassword smtppassword networkkey
		fileencryptionkey encryptionkey symmetrickey encrypteddatakey datakey mackey initializationvector
		otpcode usercode smscode mfacode accesscode pukcode puk simpin pinvalue totp totpsecret securitycode cvv cvc
		qrcodecontent qrcodeimage qrcode qrpin standardqrcode temporaryqrcode challenge challengeresponse attestationobject`},
	fieldList{field{rule: secretAuth, treatment: asScheme}, `authorization proxy-authorization x-ms-authorization-auxiliary www-authorization`},
	fieldList{credential(secretCookie), `cookie set-cookie`},
	fieldList{credential(secretClientState), `clientstate`},
	fieldList{credential(secretValidation), `validationtoken validationtokens`},
	fieldList{credential(secretProof), `proof`},
	fieldList{field{rule: secretCertificate, treatment: asBase64}, `encryptioncertificate pkcs12value certificatedata signingcertificate rawcertificate
		trustedrootcertificate nextsigningcertificate encodedcertificate certificatesigningrequest`},
	fieldList{keyField.in("keycredentials", "keycredential", "recoverykeys"), `key`},
	fieldList{keyField, `x-api-key api-key api_key apikey x-functions-key ocp-apim-subscription-key subscription-key
		recoverykey bitlockerkey accountkey sharedaccesskey presharedkey personalrecoverykey storagekey masterkey primarykey secondarykey
		azureoperationalinsightsworkspacekey decryptionkey deploymentaccesskey filevaultkey filevaultrecoverykey licensekey productkey workspacekey primarysharedkey functionkey hostkey`},
	fieldList{credential(secretJoin), `passcode`},
	fieldList{credential(secretSharing).in("link"), `webhtml`},
	fieldList{credential(secretPassword).in("secrets", "synchronizationsecretkeystringvaluepair", "omasettings", "credentials"), `value`},
)

// formFields are fields that are credentials only in forms, where a code is no error's code.
var formFields = newFields(fieldList{loginField, `code client_assertion assertion refresh_token`}, fieldList{personField, `username login_hint`})

// memberFields are JSON members, form fields, columns and properties in filters whose values
// say who, where or what, beside those that no list knows.
var memberFields = newFields(
	fieldList{linkField, `uploadurl @microsoft.graph.downloadurl downloadurl @content.downloadurl storageurl uploadsessionurl azurestorageuri
		contentdownloadurl lifecyclenotificationurl notificationurl sastoken sasurl saskey`},
	fieldList{field{rule: secretJoin, treatment: asLink}, `joinurl joinweburl`},
	fieldList{field{rule: secretSharing, treatment: asLink}.in("link"), `weburl`},
	fieldList{field{rule: secretSharing, treatment: asToken}, `shareid`},
	fieldList{field{rule: identityPageToken, treatment: asToken}, `skiptoken deltatoken`},

	fieldList{personField, `userprincipalname mail othermails proxyaddresses username emailaddress onpremisesuserprincipalname smtpaddress imaddresses
		alternateemail login_hint upn loginname principalname inviteduseremailaddress`},
	fieldList{personField.in("emailaddress", "emailaddresses", "scoredemailaddresses"), `address`},
	fieldList{nameField, `displayname givenname surname userdisplayname appdisplayname firstname lastname middlename nickname fullname
		creatordisplayname initials teamdisplayname resourcedisplayname principaldisplayname companyname spousename channeldisplayname`},
	fieldList{nameField.in("emailaddress", "emailaddresses"), `name`},
	fieldList{accountField, `mailnickname onpremisessamaccountname onpremisesdistinguishedname onpremisesnetbiosname onpremisesimmutableid samaccountname`},
	fieldList{domainField, `onpremisesdomainname publisherdomain defaultdomainname domainname`},
	fieldList{employeeField, `employeeid employeenumber studentnumber teachernumber personalnumber badgenumber nationalid nationalidnumber nationalidentifier
		passportnumber driverslicensenumber driverlicensenumber socialsecuritynumber ssn taxid taxidentifier taxregistrationnumber vatnumber vatregistrationnumber
		accountnumber bankaccountnumber iban cardnumber creditcardnumber`},
	fieldList{phoneField, `businessphones mobilephone homephones faxnumber phonenumber telephonenumber othermobile phones mobile tollnumber tollnumbers
		tollfreenumber tollfreenumbers conferenceid joinmeetingid videoteleconferenceid`},
	fieldList{phoneField.in("phones", "phone"), `number`},
	fieldList{placeField, `street streetaddress city postalcode officelocation postofficebox`},
	fieldList{deviceField, `devicename serialnumber imei meid wifimacaddress ethernetmacaddress manageddevicename hostname udid hardwareserial iccid`},
	fieldList{birthdayField, `birthday birthdate dateofbirth anniversary weddinganniversary hiredate employeehiredate employeeleavedatetime`},

	fieldList{textField, `subject title description bodypreview topic aboutme personalnotes`},
	fieldList{textField.in("body", "uniquebody", "attachments", "note", "quickreplies"), `content`},
	fieldList{textField.in("hits", "chatmessage", "message"), `summary`},
	fieldList{field{rule: contentBytes, treatment: asFiller}, `contentbytes`},
	fieldList{counted(contentHeaders, "text").in("internetmessageheaders"), `value`},
	fieldList{fileNameField, `filename`},
	fieldList{counted(contentIP, "address"), `ipaddress clientipaddress ipaddressfromresourceprovider`},
	fieldList{gpsField, `latitude longitude altitude`},
	fieldList{gpsField.in("coordinates"), `accuracy`},
	fieldList{cellField, `values formulas formulaslocal formulasr1c1 numberformatlocal`},
	fieldList{field{rule: contentBytes, treatment: asHash}, `quickxorhash sha1hash sha256hash crc32hash`},
)

// secretField is what the first of some tables says of the name of a credential, nil of
// another name.
func secretField(name, parent string, tables ...*fields) *field {
	for _, of := range tables {
		if f := of.find(name, parent); f != nil && table[f.rule].Class == Secret {
			return f
		}
	}
	return nil
}

// IsCredential reports whether a member, option, header or form's field of a name holds what
// gives access. The parent is the member that the object with it is the value of, or "".
func IsCredential(name, parent string) bool {
	return secretField(name, parent, credentialFields, formFields, memberFields) != nil
}

// isSetting distinguishes a switch from a credential: members of settings are called
// password, pin and the like too.
func isSetting(s string) bool {
	switch s {
	case "true", "false", "enabled", "disabled", "notConfigured", "required", "optional", "none", "null":
		return true
	}
	return false
}
