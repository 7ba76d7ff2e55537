package graphurl_test

import (
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

func seed(f *testing.F, add func(raw string)) {
	f.Helper()
	for _, file := range []string{"testdata/equal.txt", "testdata/differ.txt"} {
		for _, group := range groups(f, file) {
			for _, raw := range group {
				add(raw)
			}
		}
	}
	for _, raw := range hostile {
		add(raw)
	}
}

// hostile addresses are badly formed, or well formed to confuse.
var hostile = []string{
	"", "/repo\xf0rts/f(period=@p)?@p", "/f(period=@p)?@p= 1", "/f(period=@p)?@p=a,b=c", "/f(period=@p)?@p=(", "/", "//", "///", "?", "#", "/?", "/users//x", "/users//Print(1)", "/users/../me", "/users/./x", "/users('')", "/users('..')",
	"/users(", "/users()", "/users)", "/users('", "/users(')", "/users(''')", "/users('a'b')", "/users('a')('b')", "/users('a')b", "/('a')",
	"/users(a=)", "/users(=a)", "/users(a=b=c)", "/users(a='x,y',b=(1,2))", "/users('a=b')", "/users(MCM==)", "/users(MCM=)",
	"/names/Print_Area(1)", "/workbook/names/Print_Area(1)", "/workbook/names/Print_Area()", "/me/drive/items/x:", "/me/drive/items/:/x",
	"/me/drive/items('a:/b'):/c:/content", "/me/drive/items('a/b'):/c", "/me/drive/items/..:/c", "/me/drive/root:", "/me/drive/root:/", "/me/drive/root:/:/x",
	"/me/drive/root:/a:/b:/c", "/me/drive/root%3A%2Fa%3A%2Fb%3A%2Fc", "/me/drive/items/foo():/x", "/items():", "/aa/USERS/0(0", "/v1.0()", "/v1.0(x1)", "/me/drive/items/foo(a=1):/x", "/users/x('a:/b')/c",
	"/f('a/b',/c", "/f('a/b", "/graph.", "/microsoft.graph.", "/microsoft.graph.x", "/users/graph.x", "/users('graph.user')", "/users/microsoft.graph.user/a:",
	"/users?$expand=a(", "/users?$expand=a(b)", "/users?$expand=a($select=b,", "/users?$select=,", "/users?$select='", "/users?=", "/users?=a&a", "/users?$$select=b,a",
	"/users?%24expand=a(%24expand=a(%24expand=a(b=c)))", "https://[::1]:443/x", "https://::1/x", "https://h:80:80/x", "https://h.:8080", "http://@/x",
	"/tas\u212as/x", "/users/\u00e9%ff%00", "/users/%2e%2e", "/users/a%5Cb", "/me('users')/x", "/unknown('abc')", "/unknown('a1')", "/unknown('messages')",
}

func TestHostileAddresses(t *testing.T) {
	for _, raw := range hostile {
		checkStable(t, raw)
	}
	for _, raw := range []string{"", "https://", "ftp://graph.microsoft.com/me", "/users/%zz", "/users/%", "/users?$top=%f", "/us\ners", "https://:443/x"} {
		if u, err := graphurl.Parse(raw); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", raw, u)
		}
	}
	u := graphurl.FromURL(&url.URL{Host: "graph.microsoft.com", Path: "/v1.0/users/%zz", RawQuery: "$filter=%zz;%4"})
	if got, want := u.String(), "//graph/v1.0/users/%25zz?$filter=%25zz%3B%254"; got != want {
		t.Errorf("malformed escapes: got %s, want %s", got, want)
	}
}

// checkStable holds that what String returns is read as the same address.
func checkStable(t *testing.T, raw string) {
	t.Helper()
	u, err := graphurl.Parse(raw)
	if err != nil {
		return
	}
	form := u.String()
	again, err := graphurl.Parse(form)
	if err != nil {
		t.Fatalf("Parse(%q).String() = %q: %v", raw, form, err)
	}
	if got := again.String(); got != form {
		t.Fatalf("%q\n gives %q\n  then %q", raw, form, got)
	}
	if got, want := again.Template(), u.Template(); got != want {
		t.Fatalf("%q: template %q, then %q", raw, want, got)
	}
	if !slices.EqualFunc(u.Segments, again.Segments, sameSegment) {
		t.Fatalf("%q\n gives %+v\n  then %+v", raw, u.Segments, again.Segments)
	}
	if host, path, query := u.Host, u.Path(), u.Query(); form != "//"+host+path && form != "//"+host+path+"?"+query {
		t.Fatalf("%q: String %q is not made of %q, %q, %q", raw, form, host, path, query)
	}
}

func sameSegment(a, b graphurl.Segment) bool {
	return a.Text == b.Text && a.Kind == b.Kind && slices.Equal(a.Args, b.Args)
}

// FuzzStable holds that the canonical form is its own canonical form, and that
// net/url's reading of an address gives the same one.
func FuzzStable(f *testing.F) {
	seed(f, func(raw string) { f.Add(raw) })
	f.Fuzz(func(t *testing.T, raw string) {
		checkStable(t, raw)
		parsed, err := url.Parse(raw)
		if err != nil || parsed.Opaque != "" || parsed.RawPath != "" && parsed.EscapedPath() != parsed.RawPath {
			return // net/http would not send the path as it is spelled
		}
		got := graphurl.FromURL(parsed).String()
		if u, err := graphurl.Parse(raw); err == nil && parsed.Host != "" && u.String() != got {
			t.Fatalf("%q\nParse %q\nFromURL %q", raw, u.String(), got)
		}
	})
}

// FuzzSpelling holds law 3: percent-encoding, the order of options and the case of
// option names do not change the canonical form.
func FuzzSpelling(f *testing.F) {
	seed(f, func(raw string) { f.Add(raw, uint64(len(raw))) })
	f.Fuzz(func(t *testing.T, raw string, random uint64) {
		u, err := graphurl.Parse(raw)
		if err != nil {
			return
		}
		other := respell(raw, rand.New(rand.NewPCG(random, 1)))
		again, err := graphurl.Parse(other)
		if err != nil {
			t.Fatalf("%q spelled %q: %v", raw, other, err)
		}
		if again.String() != u.String() {
			t.Fatalf("%q\n gives %q\nspelled\n%q\n gives %q", raw, u.String(), other, again.String())
		}
	})
}

// FuzzInjective holds the other half of law 3: an id put in at one place of an
// address gives another canonical form than any other id at that place.
func FuzzInjective(f *testing.F) {
	f.Add("AAMk=", "AAMK=")
	f.Add("delta", "Delta")
	f.Add("a/b", "a%2Fb")
	f.Add("$x@y", "$X@y")
	f.Add("o'brien", "o''brien")
	f.Add("", "''")
	f.Add("a&b", "a&$top=1")
	f.Add("a:/b:", "a:/B:")
	f.Add("x(1)", "x('1')")
	f.Add("a,b", "b,a")
	f.Add("messages", "Messages")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, address := range addressesWith {
			x, y := graphurl.FromURL(address(a)).String(), graphurl.FromURL(address(b)).String()
			if (x == y) != (a == b) {
				t.Errorf("%q and %q give %q and %q", a, b, x, y)
			}
		}
	})
}

var addressesWith = []func(id string) *url.URL{
	func(id string) *url.URL { return pathOf("/v1.0/users('" + quoted(id) + "')") },
	func(id string) *url.URL { return pathOf("/v1.0/users('" + quoted(id) + "')/messages('x')/$value") },
	func(id string) *url.URL { return pathOf("/v1.0/me/drive/items('" + quoted(id) + "')/content") },
	func(id string) *url.URL { return pathOf("/beta/unknown('" + quoted(id) + "')/Unknown") },
	func(id string) *url.URL { return pathOf("/v1.0/reports/getX(period='" + quoted(id) + "')") },
	func(id string) *url.URL { return queryOf("$filter", "name eq '"+quoted(id)+"'") },
	func(id string) *url.URL { return queryOf("$search", id) },
	func(id string) *url.URL { return queryOf("token", id) },
	func(id string) *url.URL { return queryOf("$expand", "m($filter=name eq '"+quoted(id)+"')") },
}

func quoted(id string) string { return graphurl.EscapeSegment(strings.ReplaceAll(id, "'", "''")) }

func pathOf(raw string) *url.URL {
	path, err := url.PathUnescape(raw)
	if err != nil {
		panic(err)
	}
	return &url.URL{Scheme: "https", Host: "graph.microsoft.com", Path: path, RawPath: raw}
}

func queryOf(name, value string) *url.URL {
	return &url.URL{Scheme: "https", Host: "graph.microsoft.com", Path: "/v1.0/users", RawQuery: name + "=" + url.QueryEscape(value)}
}

func TestEscapeSegmentIsOneSegment(t *testing.T) {
	for _, id := range []string{"", "a/b", "a%2Fb", "..", ".", "a?b#c", "19:x@thread.v2", "b!x", "é", "a b+c", "x;y=z&"} {
		raw := "/v1.0/me/" + graphurl.EscapeSegment(id) + "/end"
		parsed, err := url.Parse(raw)
		if err != nil {
			t.Fatalf("%q: %v", id, err)
		}
		parts := strings.Split(parsed.EscapedPath(), "/")
		if got, err := url.PathUnescape(parts[3]); len(parts) != 5 || got != id || err != nil {
			t.Errorf("EscapeSegment(%q): %s has the segments %q", id, raw, parts)
		}
	}
}

// TestHugeAddresses reads very long runs of what nests or stays open. The time is
// linear, else the test does not end.
func TestHugeAddresses(t *testing.T) {
	for _, unit := range []string{
		"/", "/a", "(", "/f('", "/f('a/b')", "/users('a')", "/root:/", "/root%3A%2Fa", "/items/x:", "/me/drive/root:/a(':", "'", "/sites/a(", "%2F", ":/", "()",
		"/users?", "&$expand=a(", "a($expand=", "$expand=a(b,", ";", "=", "&a", "/microsoft.graph.", "+", "..", "(a=1,",
	} {
		for _, prefix := range []string{"/v1.0/", "/v1.0/me/drive/root:/", "/users?$expand="} {
			raw := prefix + strings.Repeat(unit, 1<<18/len(unit))
			u, err := graphurl.Parse(raw)
			if err != nil {
				t.Errorf("%s%s...: %v", prefix, unit, err)
				continue
			}
			form := u.String()
			if again := canonical(t, form); again != form {
				t.Errorf("%s%s... is not stable", prefix, unit)
			}
			u.Template()
		}
	}
}
