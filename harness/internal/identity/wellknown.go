package identity

import "strings"

// IsWellKnown reports whether a GUID, in either letter case, is an id that every tenant
// has: it says nothing about one.
func IsWellKnown(id string) bool {
	return len(id) == 36 && mayBeWellKnown[beginning(id)] && wellKnown[strings.ToLower(id)]
}

// mayBeWellKnown says how the well-known ids begin, so that nearly all others need no
// look-up.
var mayBeWellKnown = func() (t [1 << 12]bool) {
	for id := range wellKnown {
		t[beginning(id)] = true
	}
	return t
}()

// beginning is made of the first digits of an id, whatever their letter case.
func beginning(id string) uint16 {
	return uint16(id[0]&15)<<8 | uint16(id[1]&15)<<4 | uint16(id[2]&15)
}

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
