package signin

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// keep adds to an answer what leaves a client's cache as it is. MSAL puts what it is
// answered in place of what it has. What comes without client_info belongs to no account.
func keep(r *http.Request, said fields) {
	sent := r.PostForm.Get("refresh_token")
	if r.PostForm.Get("grant_type") != "refresh_token" || sent == "" {
		return // whoever signs in for the first time has nothing that could be kept
	}
	said["refresh_token"] = sent
	if uid, utid, ok := namedAccount(r.Header.Get("X-AnchorMailbox")); ok && r.PostForm.Get("client_info") == "1" {
		info, _ := json.Marshal(fields{"uid": uid, "utid": utid}) // of strings: cannot fail
		said["client_info"] = base64.RawURLEncoding.EncodeToString(info)
	}
}

// namedAccount is the account that MSAL names for the routing of a request:
// "Oid:UID@UTID".
func namedAccount(mailbox string) (uid, utid string, ok bool) {
	const prefix = "oid:"
	if len(mailbox) < len(prefix) || !strings.EqualFold(mailbox[:len(prefix)], prefix) {
		return "", "", false
	}
	uid, utid, ok = strings.Cut(mailbox[len(prefix):], "@")
	return uid, utid, ok && uid != "" && utid != ""
}

// family are Microsoft's own apps whose refresh tokens are good for each other ("foci"
// in their answers), as far as they are known.
var family = map[string]bool{
	"00b41c95-dab0-4487-9791-b9d2c32c80f2": true, // Office 365 Management
	"04b07795-8ddb-461a-bbee-02f9e1bf7b46": true, // Azure CLI, and azidentity's own
	"0ec893e0-5785-4de6-99da-4ed124e5296c": true, // Office UWP PWA
	"1950a258-227b-4e31-a9cf-717495945fc2": true, // Azure PowerShell
	"1fec8e78-bce4-4aaf-ab1b-5451cc387264": true, // Teams
	"22098786-6e16-43cc-a27d-191a01a1e3b5": true, // To-Do
	"26a7ee05-5602-4d76-a7ba-eae8b7b67941": true, // Windows Search
	"27922004-5251-4030-b22d-91ecd9a37ea4": true, // Outlook Mobile
	"2d7f3606-b07d-41d1-b9d2-0d0c9296a6e8": true, // Bing Search for Edge
	"4813382a-8fa7-425e-ab75-3b753aab3abb": true, // Authenticator
	"4e291c71-d680-4d0e-9640-0a3358e31177": true, // Power Apps
	"57336123-6e14-4acc-8dcf-287b6088aa28": true, // Whiteboard
	"57fcbcfa-7cee-4eb1-8b25-12d2030b4ee0": true, // Power Automate
	"66375f6b-983f-4c2c-9701-d680650f588f": true, // Planner
	"844cca35-0656-46ce-b636-13f48b0eecbd": true, // Stream
	"872cd9fa-d31f-45e0-9eab-6e460a02d1f1": true, // Visual Studio
	"87749df4-7ccf-48f8-aa87-704bad0e0e16": true, // Teams, device administration
	"9ba1a5c7-f17a-4de9-a1f1-6178c8d51223": true, // Intune Company Portal
	"a40d7d7d-59aa-447e-a655-679a4107e548": true, // Accounts Control
	"a569458c-7f2b-45cb-bab9-b7dee514d112": true, // Yammer
	"ab9b8c07-8f02-4f72-87fa-80105867a763": true, // OneDrive's sync engine
	"af124e86-4e96-495a-b70a-90f90ab96707": true, // OneDrive on iOS
	"b26aadf8-566f-4478-926f-589f601d9c74": true, // OneDrive
	"be1918be-3fe3-4be9-b32b-b542fc27f02e": true, // Compliance Drive
	"c0d2a505-13b8-4ae0-aa9e-cddd5eab0b12": true, // Power BI
	"cab96880-db5b-4e15-90a7-f3f1d62ffe39": true, // Defender
	"cf36b471-5b44-428c-9ce7-313bf84528de": true, // Bing Search
	"d326c1ce-6cc6-4de2-bebc-4591e5e13ef0": true, // SharePoint
	"d3590ed6-52b3-4102-aeff-aad2292ab01c": true, // Office
	"d7b530a4-7680-4c23-a8bf-c52c121d2e87": true, // Edge, new tab page
	"dd47d17a-3194-4d86-bfd5-c6ae6f5651e3": true, // Defender for mobile devices
	"e9b154d0-7658-433b-bb25-6b8e0a8a7c59": true, // Outlook Lite
	"e9c51622-460d-4d3d-952d-966a5b1da34c": true, // Edge
	"eb539595-3fe1-474e-9c1d-feb3625d1be5": true, // Tunnel
	"ecd6b820-32c2-49b6-98a6-444530e5a77a": true, // Edge
	"f05ff7c9-f75a-4acd-a3b5-f4b6a870245d": true, // SharePoint on Android
	"f44b1140-bc5e-48c6-8dc0-5cf5a53c0e34": true, // Edge
}
