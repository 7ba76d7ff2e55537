package identity_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

func lookup(t testing.TB, name string) *identity.Format {
	t.Helper()
	f, ok := identity.Lookup(name)
	if !ok {
		t.Fatalf("no format %q", name)
	}
	return f
}

func TestEveryRow(t *testing.T) {
	shape := regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	examples := testkit.Formats(t)
	for _, name := range identity.Names() {
		f, of := lookup(t, name), examples[name]
		if of == nil || f.Name != name || !shape.MatchString(name) || f.Doc == "" || of.Source == "" {
			t.Fatalf("%s: a row needs a name in kebab case, what it is, and examples with where that is from", name)
		}
		if len(of.Matches) == 0 || len(of.Rejects) < 2 {
			t.Errorf("%s: a row needs values that match and near misses", name)
		}
		for _, s := range of.Matches {
			if !f.Match(s) {
				t.Errorf("%s does not match %q", name, s)
			}
		}
		for _, s := range of.Rejects {
			if f.Match(s) {
				t.Errorf("%s matches %q", name, s)
			}
		}
	}
}

func TestNames(t *testing.T) {
	names := identity.Names()
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("names are not sorted and distinct: %v", names)
	}
	if _, ok := identity.Lookup("guidd"); ok {
		t.Error("found a format that is none")
	}
	names[0] = "changed"
	if identity.Names()[0] == "changed" {
		t.Error("callers can change the registry")
	}
}

// Where a value has several formats, the one that says most wins; what cannot be
// told from free text is not recognised.
func TestRecognise(t *testing.T) {
	tests := []struct{ value, want string }{
		{"8ea0e38b-efb3-4757-924a-5f94061cf8c2", "guid"},
		{"00000000-0000-0000-0000-000000000000", "guid"},
		{"2432b57b-0abd-43db-aa7b-16eadd115d34-e88ae9aa-887e-4972-ac3e-bd578e38232e", "teams-operation-id"},
		{"19:c253a29b5f694b55a6baad8e83510af7@thread.v2", "chat-id"},
		{"19:33b76eea88574bd1969dca37e2b7a819@thread.skype", "channel-id"},
		{"1590776551682", "message-id"},
		{"AAMkAGI1AAAt9AHjAAA=", "outlook-id"},
		{"b!2SInBlQrN0K8-GXMy9qNsPtI5ScW8C5IlZtycoy6ZpJZRRtgE4qVTrE8wrvL0-hd", "drive-id"},
		{"5D33DD65C6932946", ""}, // a personal drive, or any 16 hexadecimal digits
		{"D4648F06C91D9D3D!54927", "driveitem-id"},
		{"xqQg5FS2LkCp935s-FIFm2QAFkHM", "planner-id"},
		{"onPremisesSecurityIdentifier", ""}, // 28 letters
		{"get_user_memberof_count_only", ""},
		{"2022-05-07T06:53:16.5922778Z", "date-time"},
		{"2022-05-07T06:53:15", "date-time-local"},
		{"2017-09-04", "date"},
		{"PT1H", "duration"},
		{"Pacific Standard Time", "time-zone"},
		{"Resources/UploadSession", ""},
		{"5", ""},
		{"/teams('dbd8de4f-5d47-48da-87f1-594bed003375')/operations('3a6fdce1-c261-48bc-89de-1cfef658c0d5')", "operation-link"},
		{"/chats('19:c253a29b5f694b55a6baad8e83510af7@thread.v2')", "key-link"},
		{"/me/messages", "relative-link"},
		{"/9j/4AAQSkZJRgABAQEAYABgAAD", ""}, // a JPEG in base64
		{"https://graph.microsoft.com/v1.0/$metadata#users", "odata-context"},
		{"https://graph.microsoft.com/v1.0/users?$skiptoken=X%274453707", "next-link"},
		{"https://graph.microsoft.com/v1.0/users/delta?$deltatoken=x", "delta-link"},
		{"https://contoso.sharepoint.com/_api/v2.0/monitor/4A3407B5-88FC-4504-8B21-0AABD3412717", "monitor-link"},
		{"https://contoso.com", "absolute-link"},
		{"#microsoft.graph.user", "odata-type"},
		{"AdeleV@contoso.onmicrosoft.com", "upn"},
		{"adele+news@contoso.com", "mail"},
		{"members@odata.bind", ""},
		{"contoso.onmicrosoft.com", "domain"},
		{"report.pdf", ""},
		{"extk9eruy7c_courses", "schema-extension-id"},
		{"external_link", ""},
		{`{"appIds":[]}`, "json-string"},
		{`W/"ZlnW4RIAV06KYYwlrfNZvQAAKGWwbw=="`, "etag"},
		{`"quoted"`, ""},
		{"eyJDb250aW51YXRpb25Ub2tlbiI6Ilczc2lj", ""}, // a skip token
		{"Design review", ""},
		{"succeeded", ""},
		{"createChat", ""},
		{"", ""},
	}
	for _, test := range tests {
		got := ""
		if f := identity.Recognise(test.value); f != nil {
			got = f.Name
		}
		if got != test.want {
			t.Errorf("Recognise(%q) = %q, want %q", test.value, got, test.want)
		}
	}
}

func TestIsPlaceholder(t *testing.T) {
	for _, s := range []string{
		"id-value", "displayName-value", "User Principal Name value", "operation-id", "drive-item-id", "{id}", "{shiftId}",
		"/teams({id})/operations({opId})", "https://graph.microsoft.com/v1.0/users/{user-id}", "<id>", "<access token>",
		"string", "String", "String (identifier)", "string (etag)", "Int32", "Edm.Guid", "timestamp", "@{triggerBody}",
		"group | oneOnOne | meeting", "eyJ0eXAiO...", "AAMkAD…", "...",
	} {
		if !identity.IsPlaceholder(s) {
			t.Errorf("%q is a placeholder", s)
		}
	}
	for _, s := range []string{
		"", "8ea0e38b-efb3-4757-924a-5f94061cf8c2", "{B39D5D2E-E968-491A-B0EB-D5D0431CB423}", `"{B39D5D2E-E968-491A-B0EB-D5D0431CB423},1"`,
		`{"appIds":["x"]}`, "{}", "succeeded", "<4aade2547798441eab5188a7a2436bc1@contoso.com>", "AAMkAGI1AAAt9AHjAAA=", "Design review",
		"19:c253a29b5f694b55a6baad8e83510af7@thread.v2", "done", "String theory", "1590776551682",
	} {
		if identity.IsPlaceholder(s) {
			t.Errorf("%q is no placeholder", s)
		}
	}
}

// No placeholder has a format, or a check could not tell it from a real value.
func TestPlaceholdersMatchNoFormat(t *testing.T) {
	free := []string{"skiptoken", "deltatoken", "base64", "base64url", "binary"} // any word has these
	for _, name := range identity.Names() {
		if slices.Contains(free, name) {
			continue
		}
		for _, s := range []string{"id-value", "operation-id", "{id}", "<id>", "string", "String (identifier)", "/teams({id})/operations({opId})"} {
			if lookup(t, name).Match(s) {
				t.Errorf("%s matches the placeholder %q", name, s)
			}
		}
	}
}

// TestHostileLength runs every matcher over long values that begin like each
// format's own and go on and on. A matcher that takes quadratic time does not get
// through 5 MB before the test's own time limit.
func TestHostileLength(t *testing.T) {
	units := []string{"a", "A1-", "=", "('", "/operations(", "[", "##", "-8ea0e38b-efb3-4757-924a-5f94061cf8c2", "1.", "&$skip=", "{a", "x@"}
	starts := []string{"", "19:", "AAMk", "W/\"", "/a", "https://a", "P", "MCMj", "S-1-", "eyJ.eyJ.", "{"}
	longs := map[string]bool{"a": true, "('": true, "1.": true}
	for i, unit := range units {
		size := 64 << 10
		if longs[unit] {
			size = 5 << 20
		}
		filler := strings.Repeat(unit, size/len(unit))
		for _, s := range []string{filler, starts[i%len(starts)] + filler} {
			identity.Recognise(s)
			identity.IsPlaceholder(s)
			for _, name := range identity.Names() {
				lookup(t, name).Match(s)
			}
		}
	}
}

func FuzzMatch(f *testing.F) {
	for _, of := range testkit.Formats(f) {
		for _, s := range slices.Concat(of.Matches, of.Rejects) {
			f.Add(s)
		}
	}
	f.Add("////")
	f.Add("W/\"")
	f.Fuzz(func(t *testing.T, s string) {
		recognised := identity.Recognise(s)
		if recognised != nil && !recognised.Match(s) {
			t.Errorf("%q is recognised as %s, which it is not", s, recognised.Name)
		}
		identity.IsPlaceholder(s)
		matched := map[string]bool{}
		for _, name := range identity.Names() {
			matched[name] = lookup(t, name).Match(s)
		}
		for general, special := range map[string]string{
			"absolute-link": "next-link", "relative-link": "key-link", "binary": "base64", "skiptoken": "base64url",
		} {
			if matched[special] && !matched[general] && s != "" {
				t.Errorf("%q is a %s but no %s", s, special, general)
			}
		}
		if matched["date-time"] && matched["date-time-local"] {
			t.Errorf("%q has a zone and has none", s)
		}
	})
}

func BenchmarkRecognise(b *testing.B) {
	values := []string{
		"8ea0e38b-efb3-4757-924a-5f94061cf8c2", "Design review", "https://graph.microsoft.com/v1.0/users?$skiptoken=X%274453707",
		"2022-05-07T06:53:16.5922778Z", "messages", strings.Repeat("Some longer text. ", 100),
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range values {
			identity.Recognise(s)
		}
	}
}
