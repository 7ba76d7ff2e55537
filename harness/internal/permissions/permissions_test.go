package permissions_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/permissions"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

const small = `{"permissions": {
 "User.Read": {"schemes": {"DelegatedWork": {"privilegeLevel": 1}, "DelegatedPersonal": {}}, "pathSets": [
  {"schemeKeys": ["DelegatedWork", "DelegatedPersonal"], "methods": ["GET"], "paths": {"/me": "least=DelegatedWork,DelegatedPersonal", "/users/{id}": ""}}]},
 "User.ReadBasic.All": {"schemes": {"DelegatedWork": {"privilegeLevel": 2}}, "pathSets": [
  {"schemeKeys": ["DelegatedWork"], "methods": ["GET"], "paths": {"/users/{user-id}": "least=DelegatedWork;AlsoRequires=User.Read"}}]},
 "User.ReadWrite.All": {"schemes": {"DelegatedWork": {"privilegeLevel": 4}, "Application": {"privilegeLevel": 4}}, "pathSets": [
  {"schemeKeys": ["DelegatedWork", "Application"], "methods": ["GET", "PATCH"], "paths": {"/Users/{id}": "least=Application", "/users/{id}/manager/$ref": "",
   "/users/{id}/microsoft.graph.exportPersonalData": "", "/applications(appId={value})": "", "/reports/getX(period={value},date={value})": "",
   "/me/drive/root:/{id}:/content": "", "/drives/{id}/items/{id}:/{path}": "", "/users/{id}/photo": "", "/teams/all": "", "/teams/{id}": "", "/users?$filter=x": ""}}]}
}}`

func TestOf(t *testing.T) {
	m, err := permissions.Parse(small, "x")
	if err != nil {
		t.Fatal(err)
	}
	for request, want := range map[string]permissions.Need{
		"GET https://graph.microsoft.com/v1.0/me?$select=id": {Path: "/me", Delegated: []string{"User.Read"}, Personal: []string{"User.Read"}},
		"GET /users/a%40b.example": {Path: "/Users/{id}", Delegated: []string{"User.ReadBasic.All", "User.Read", "User.ReadWrite.All"},
			Personal: []string{"User.Read"}, Application: []string{"User.ReadWrite.All"}},
		"PATCH https://graph.microsoft.us/beta/users('1')": {Path: "/Users/{id}", Delegated: []string{"User.ReadWrite.All"}, Application: []string{"User.ReadWrite.All"}},
		"GET /users/1/manager/$ref":                        {Path: "/users/{id}/manager/$ref"},
		"PATCH /users/1/exportPersonalData":                {Path: "/users/{id}/microsoft.graph.exportPersonalData"},
		"GET /applications(appId='1')":                     {Path: "/applications(appId={value})"},
		"GET /reports/getX(date=2026-01-05,period='D7')":   {Path: "/reports/getX(period={value},date={value})"},
		"GET /me/drive/root:/a/b.txt:/content":             {Path: "/me/drive/root:/{id}:/content"},
		"GET /drives/1/items/2:/a.txt":                     {Path: "/drives/{id}/items/{id}:/{path}"},
		"GET /users/1/photo/$value":                        {Path: "/users/{id}/photo"},
		"GET /teams/all":                                   {Path: "/teams/all"},
		"GET /myorganization/teams/1":                      {Path: "/teams/{id}"},
	} {
		method, address, _ := strings.Cut(request, " ")
		got, ok := m.Of(method, address)
		if want.Delegated == nil {
			want.Delegated, want.Application = []string{"User.ReadWrite.All"}, []string{"User.ReadWrite.All"}
		}
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v %+v, want %+v", request, ok, got, want)
		}
	}
	for _, request := range []string{"POST /me", "GET /users", "GET /nothing", "GET /teams/1/x", "GET https://example.com/v1.0/me", "GET /$count", "GET"} {
		method, address, _ := strings.Cut(request, " ")
		if got, ok := m.Of(method, address); ok {
			t.Errorf("%s: %+v", request, got)
		}
	}
}

func TestWriteIsRead(t *testing.T) {
	m, err := permissions.Parse(small, "x")
	if err != nil {
		t.Fatal(err)
	}
	var first, second bytes.Buffer
	if err := m.Write(&first); err != nil {
		t.Fatal(err)
	}
	again, err := permissions.Parse(first.String(), "x")
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Write(&second); err != nil || first.String() != second.String() || !json.Valid(first.Bytes()) {
		t.Errorf("%v: first\n%s\nthen\n%s", err, &first, &second)
	}
	if again.Paths() != m.Paths() || again.Permissions() != 3 {
		t.Errorf("%d paths and %d permissions", again.Paths(), again.Permissions())
	}
}

func TestBadFile(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "read permissions x: line 1: not JSON",
		"{\n\"permissions\": {\n":          "read permissions x: line 3: not JSON",
		"{}":                               "read permissions x: line 1: there are no permissions",
		"[]":                               "read permissions x: line 1:",
		"{\n\"permissions\":\n{\"a\": 5}}": "read permissions x: line 3: permissions is a number",
		`{"permissions": {"a": {"pathSets": [{"paths": {"/x": 1}}]}}}`: "read permissions x: line 1: permissions",
	} {
		if _, err := permissions.Parse(text, "x"); err == nil || !strings.HasPrefix(err.Error(), want) || fault.Hint(err) == "" {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// Every recorded request that the file covers takes what the file says, read again by other
// means: its own paths as patterns.
func TestRecordedRequests(t *testing.T) {
	file := testkit.Corpus(t, "permissions/permissions.json")
	m, err := permissions.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	covered, left := 0, map[string]int{}
	for _, recording := range testkit.Recordings(t) {
		var vcr struct {
			Interactions []struct{ Request struct{ Method, URI string } }
		}
		text, err := os.ReadFile(recording)
		if err == nil {
			err = yaml.Unmarshal(text, &vcr)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range vcr.Interactions {
			need, ok := m.Of(i.Request.Method, i.Request.URI)
			if !ok {
				left[i.Request.Method+" "+i.Request.URI]++
				continue
			}
			covered++
			if len(need.Delegated)+len(need.Application)+len(need.Personal) == 0 {
				t.Errorf("%s %s: nothing", i.Request.Method, i.Request.URI)
			}
		}
	}
	t.Logf("%d paths of %d permissions; %d requests covered, not covered: %v", m.Paths(), m.Permissions(), covered, left)
	if m.Permissions() != 917 || covered < 140 {
		t.Errorf("%d permissions, %d requests covered", m.Permissions(), covered)
	}
}

// TestFileSaysSo asks of every path of the file for every method what the file says of it.
func TestFileSaysSo(t *testing.T) {
	name := testkit.Corpus(t, "permissions/permissions.json")
	m, err := permissions.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Permissions map[string]struct {
			PathSets []struct {
				SchemeKeys, Methods []string
				Paths               map[string]string
			}
		}
	}
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	asked, wrong := 0, 0
	for permission, p := range f.Permissions {
		for _, set := range p.PathSets {
			for path := range set.Paths {
				if strings.Contains(path, "?") {
					continue
				}
				if strings.Contains(path, "scope={value}") { // brackets are missing in the file
					continue
				}
				address := strings.NewReplacer("root:/{id}/", "root:/{id}:/", "root:/{item-path}/", "root:/x:/", "({id})", "('x')", "(team-id)", "1", "{value}", "'x'", "={", "='", "},", "',", "})", "')").Replace(path)
				for _, method := range set.Methods {
					need, ok := m.Of(method, "https://graph.microsoft.com/v1.0"+address)
					for _, scheme := range set.SchemeKeys {
						asked++
						list := need.Of(permissions.Kind(scheme))
						first := ok && slices.Contains(list, permission)
						if !first {
							if wrong++; wrong < 60 {
								t.Errorf("%s %s (%s): %v lacks %s", method, path, scheme, list, permission)
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d of %d as the file says", asked-wrong, asked)
}

func FuzzOf(f *testing.F) {
	m, err := permissions.Parse(small, "x")
	if err != nil {
		f.Fatal(err)
	}
	f.Add("GET", "/users/1/manager/$ref", small)
	f.Add("get", "//users((a=b)/:/x:/", `{"permissions": {"a": {"pathSets": [{"methods": ["GET"], "schemeKeys": [""], "paths": {"/:/(/)=": "least="}}]}}}`)
	f.Fuzz(func(t *testing.T, method, address, text string) {
		first, ok := m.Of(method, address)
		if again, okAgain := m.Of(method, address); ok != okAgain || !reflect.DeepEqual(first, again) {
			t.Fatalf("%+v, then %+v", first, again)
		}
		if other, err := permissions.Parse(text, "x"); err == nil {
			other.Of(method, address)
		}
	})
}
