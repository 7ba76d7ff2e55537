package graph_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/async"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
)

// truth is a table of a function that says yes or no.
type truth struct {
	name string
	is   func(string) bool
	yes  []string
	no   []string
}

func TestTruths(t *testing.T) {
	for _, table := range []truth{
		{"IsHost", graph.IsHost, // concepts/deployments
			[]string{"graph.microsoft.com", "Graph.Microsoft.COM:443", "graph.microsoft.com.", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn", "graph.microsoft.de", "graph.microsoft.de:80"},
			[]string{"", "graph", "graph.microsoft.com:8443", "graph.microsoft.com.evil.example", "graph.windows.net", "login.microsoftonline.com", "[::1]:443", "teamsgraph.teams.microsoft.com"}},
		{"IsSignInHost", graph.IsSignInHost, // concepts/deployments; MSAL's instance metadata
			[]string{"login.microsoftonline.com", "LOGIN.microsoftonline.com:443", "login.windows.net", "login.microsoft.com", "sts.windows.net", "login-us.microsoftonline.com",
				"login.microsoftonline.us", "login.usgovcloudapi.net", "login.partner.microsoftonline.cn", "login.chinacloudapi.cn", "login.microsoftonline.de", "login.live.com"},
			[]string{"", "graph.microsoft.com", "login.microsoftonline.com:8443", "graph.windows.net", "169.254.169.254", "microsoftonline.com"}},
		{"IsFileHost", graph.IsFileHost, // v1.0/api/driveitem-get-content, attachment-createuploadsession
			[]string{"contoso-my.sharepoint.com", "public.DM.files.1drv.com", "api.onedrive.com", "outlook.office.com", "reportsweu.reports.office.com", "print.microsoft.com"},
			[]string{"", "sharepoint.com.example", "graph.microsoft.com", "contoso.com"}},
		{"IsTerminal", async.IsTerminal, // v1.0/resources/teamsasyncoperation, beta/resources/asyncjobstatus
			[]string{"succeeded", "failed", "Completed", "Failed", "complete", "deleteFailed", "partiallySucceeded", "partiallySuccessful", "completedWithErrors", "submissionFailed", "canceled", "cancelled", "aborted", "skipped", "invalid"},
			[]string{"", "notStarted", "inProgress", "running", "unknownFutureValue", "waiting", "deletePending"}},
		{"IsUnfinished", async.IsUnfinished,
			[]string{"notStarted", "NotStarted", "inProgress", "in progress", "In_Progress", "inprogress", "running", "waiting", "updating", "deletePending", "pending", "queued", "processing"},
			[]string{"", "succeeded", "failed", "completed", "unknownFutureValue", "on"}},
		{"IsFailed", async.IsFailed, []string{"failed", "Failed", "deleteFailed", "submissionFailed"}, []string{"", "succeeded", "cancelled", "partiallySucceeded"}},
		{"IsOperationType", async.IsOperationType,
			[]string{"microsoft.graph.teamsAsyncOperation", "microsoft.graph.workbookOperation", "microsoft.graph.security.caseOperation"}, []string{"microsoft.graph.operationError", "microsoft.graph.user", "teamsAsyncOperation"}},
		{"IsOperationPath", async.IsOperationPath,
			[]string{"/teams/1/operations/2", "/v1.0/me/Operations", "GET /print/printers/1/jobs/2", "/_api/v2.0/monitor/4A3407B5", "/x/exportJobs/1?$select=id"},
			[]string{"", "/users", "/users?$filter=x/operations/y", "/deviceManagement/monitoring/1", "/jobsearch"}},
		{"IsOperationHeader", protocol.IsOperationHeader, []string{"Location", "location", "Operation-Location", "Azure-AsyncOperation"}, []string{"Content-Location", "nextLink", ""}},
		{"IsFollowedMember", odata.IsFollowedMember, // concepts/paging, driveitem-createuploadsession, driveitem-delta, teamsasyncoperation
			[]string{"@odata.nextLink", "members@odata.nextLink", "@odata.deltaLink", "uploadUrl", "@microsoft.graph.downloadUrl", "@content.downloadUrl", "contentDownloadUrl", "photo@odata.mediaReadLink", "targetResourceLocation", "resourceLocation", "azureStorageUri"},
			[]string{"", "webUrl", "@odata.id", "@odata.editLink", "officeLocation", "webLink", "joinWebUrl", "@odata.context", "location"}},
		{"IsLinkHeader", protocol.IsLinkHeader, []string{"Location", "content-location", "Operation-Location", "Azure-AsyncOperation"}, []string{"", "Link", "Allocation"}},
		{"IsCredentialHeader", protocol.IsCredentialHeader, []string{"authorization", "Proxy-Authorization", "Cookie", "set-cookie", "X-MS-Authorization-Auxiliary"}, []string{"", "If-Match", "WWW-Authenticate"}},
		{"IsReadAction", func(s string) bool {
			below, name, _ := strings.Cut(s, " ")
			return graph.IsReadAction(name, below)
		},
			[]string{"directoryObjects getByIds", "calendar getSchedule", "me checkMemberGroups", "me microsoft.graph.getMemberGroups", "search query", "functions vlookup", "me findMeetingTimes", "users validateProperties"},
			[]string{"me sendMail", "x get", "users ", "teams clone", "functions "}},
		{"CutContent", func(s string) bool { of, is := graph.CutContent(s); return is && of == "/me/x" || !is && of != s }, // metadata
			[]string{"/me/x/content", "/me/x/$value", "/me/x/%24value", "/me/x/contentStream"}, []string{"", "/me/x", "/me/content/x", "/me/x/contentType", "/me/xcontent"}},
	} {
		for _, s := range table.yes {
			if !table.is(s) {
				t.Errorf("%s(%q) is false", table.name, s)
			}
		}
		for _, s := range table.no {
			if table.is(s) {
				t.Errorf("%s(%q) is true", table.name, s)
			}
		}
	}
}

// TestClouds holds that the table is whole: every cloud signs in at one of its own hosts,
// and each host leads back to a cloud of the same sign-in service.
func TestClouds(t *testing.T) {
	for _, c := range graph.Clouds() {
		if graph.CloudOf(strings.ToUpper(c.Host)+":443").Name != c.Name {
			t.Errorf("%s leads to %s", c.Host, graph.CloudOf(c.Host).Name)
		}
		if !slices.Contains(graph.Hosts(), c.Host) {
			t.Errorf("Hosts lacks %s", c.Host)
		}
		if of, known := graph.SignInCloud(c.Login); !known || of.Instance != c.Instance || !slices.Contains(of.SignIn[0], c.Login) {
			t.Errorf("%s signs in for %s, want %s", c.Login, of.Instance, c.Instance)
		}
	}
	if c := graph.CloudOf("127.0.0.1:8080"); c.Host != graph.Host {
		t.Errorf("a stand-in is of %s", c.Host)
	}
	if c, known := graph.SignInCloud("login-us.microsoftonline.com"); !known || len(c.SignIn[0]) != 1 || c.Host != graph.Host {
		t.Errorf("login-us is %+v, %v", c, known)
	}
}

func TestStages(t *testing.T) {
	for _, test := range []struct {
		before, after string
		back          bool
	}{
		{"notStarted", "inProgress", false}, {"inProgress", "notStarted", true}, {"running", "running", false},
		{"succeeded", "failed", true}, {"succeeded", "Succeeded", false}, {"failed", "running", true},
		{"waiting", "updating", false}, {"updating", "waiting", false}, {"deletePending", "deleteFailed", false},
		{"unknownFutureValue", "notStarted", false}, {"succeeded", "unknownFutureValue", false},
	} {
		if got := async.GoesBack(test.before, test.after); got != test.back {
			t.Errorf("GoesBack(%s, %s) is %v", test.before, test.after, got)
		}
	}
}

func TestDropCredentials(t *testing.T) {
	h := http.Header{"If-Match": {"1"}}
	for _, name := range protocol.CredentialHeaders() {
		h.Set(name, "secret")
	}
	h["authorization"] = []string{"as a client spells it"}
	if protocol.DropCredentials(h); len(h) != 1 {
		t.Errorf("left %v", h)
	}
}

func TestIsThrottled(t *testing.T) { // concepts/throttling, concepts/errors
	for status, want := range map[int]bool{200: false, 202: false, 404: false, 424: false, 429: true, 500: false, 501: false, 503: true, 504: true, 509: true} {
		if protocol.IsThrottled(status) != want {
			t.Errorf("IsThrottled(%d) is %v", status, !want)
		}
	}
}

func TestElementOf(t *testing.T) {
	for typ, want := range map[string]string{"Collection(Edm.String)": "Edm.String", "Edm.String": "Edm.String", "Collection(x": "Collection(x", "": ""} {
		element, collection := odata.ElementOf(typ)
		if element != want || collection != (want != typ) || odata.Bare(typ) != want {
			t.Errorf("ElementOf(%q) is %q, %v", typ, element, collection)
		}
	}
	if got := odata.CollectionOf("T"); got != "Collection(T)" {
		t.Error(got)
	}
}

func TestTypeOf(t *testing.T) {
	for name, want := range map[string]string{
		"#microsoft.graph.user": "microsoft.graph.user", "microsoft.graph.user": "microsoft.graph.user",
		"#Int64": "", "#Collection(String)": "", "#Collection(microsoft.graph.user)": "", "": "",
	} {
		if got := odata.TypeOf(map[string]any{odata.Type: name}); got != want {
			t.Errorf("%q is of the type %q, want %q", name, got, want)
		}
	}
	if got := odata.TypeOf(map[string]any{odata.Type: 1}) + odata.TypeOf(nil); got != "" {
		t.Errorf("a number, and nothing, are of the type %q", got)
	}
}

func TestParts(t *testing.T) { // concepts/json-batching
	doc := func(text string) any {
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		var v any
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	asked := graph.Requests(doc(`{"requests":[{"id":"1","method":"get","url":"/me"},
		{"id":2,"method":"POST","url":"groups","dependsOn":["1",null],"headers":{"content-type":"application/json","x":null},"body":null}, "odd"]}`))
	if len(asked) != 3 || asked[0].Method != "GET" || asked[0].HasBody || asked[1].ID != "2" || asked[1].Needs[0] != "1" || len(asked[1].Needs) != 1 ||
		!asked[1].HasBody || asked[1].Header.Get("Content-Type") != "application/json" || len(asked[1].Header) != 1 || asked[2].Members != nil {
		t.Errorf("requests are %+v", asked)
	}
	if a, b := asked[0].Address("beta"), asked[1].Address("v1.0"); a != "https://graph.microsoft.com/beta/me" || b != "https://graph.microsoft.com/v1.0/groups" {
		t.Errorf("addresses are %s and %s", a, b)
	}
	link := graph.Part{URL: "https://graph.microsoft.us/v1.0/me"}
	if link.Address("beta") != link.URL {
		t.Error("an absolute address does not stay")
	}
	inside := graph.Part{URL: "/shares?$filter=webUrl eq 'https://x'"}
	if got := inside.Address("beta"); got != "https://graph.microsoft.com/beta"+inside.URL {
		t.Errorf("the address is %s", got)
	}
	answered := graph.Responses(doc(`{"responses":[{"id":"2","status":200,"headers":{"Content-Type":"image/jpeg"},"body":"aGk="},
		{"id":"1","status":204},{"id":"3","status":200,"body":"aGk="}]}`))
	if text, ok := answered[0].Bytes(); !ok || text != "hi" || answered[0].Status != 200 {
		t.Errorf("the first answer is %+v", answered[0])
	}
	for _, p := range answered[1:] {
		if _, ok := p.Bytes(); ok {
			t.Errorf("part %s is bytes", p.ID)
		}
	}
	for _, text := range []string{`null`, `[]`, `{"requests":{}}`, `{"responses":[]}`} {
		if d := doc(text); len(graph.Requests(d))+len(graph.Responses(d)) != 0 {
			t.Errorf("%s has parts", text)
		}
	}
}

func TestWithoutPort(t *testing.T) {
	for host, want := range map[string]string{
		"graph.microsoft.com:8443": "graph.microsoft.com", "graph.microsoft.com": "graph.microsoft.com", "[::1]:80": "[::1]", "[::1]": "[::1]", "host:": "host", "host:x": "host:x", ":80": "", "": "",
	} {
		if got := graph.WithoutPort(host); got != want {
			t.Errorf("%q without its port is %q, want %q", host, got, want)
		}
	}
}
