package route_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/route"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

var models sync.Map

// model reads the metadata of an API, once: v1.0 of the public cloud, beta of the
// only cloud at hand.
func model(t testing.TB, api string) *csdl.Model {
	t.Helper()
	file := testkit.Corpus(t, "metadata/"+map[string]string{"v1.0": "v1.0-Prod.csdl", "beta": "beta-USNat.csdl"}[api])
	if m, ok := models.Load(file); ok {
		return m.(*csdl.Model)
	}
	m, err := csdl.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	models.Store(file, m)
	return m
}

var indexes = func() func(t testing.TB) map[string]*route.Index {
	var once sync.Once
	made := map[string]*route.Index{}
	return func(t testing.TB) map[string]*route.Index {
		once.Do(func() { made["v1.0"], made["beta"] = route.New(model(t, "v1.0")), route.New(model(t, "beta")) })
		return made
	}
}()

// TestResolve walks paths of real metadata: "METHOD path: answer < body".
func TestResolve(t *testing.T) {
	text, err := os.ReadFile("testdata/paths.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for line := range strings.Lines(string(text)) {
		request, _, found := strings.Cut(strings.TrimSuffix(line, "\n"), " => ")
		method, path, _ := strings.Cut(request, " ")
		if !found {
			got.WriteString(line)
			continue
		}
		api := "v1.0"
		if strings.Contains(path, "/beta/") {
			api = "beta"
		}
		x := indexes(t)[api]
		if method == "CONTEXT" {
			answer, err := x.Context(path)
			fmt.Fprintf(&got, "%s => %s\n", request, told(answer, err))
			continue
		}
		target, err := x.Resolve(method, path)
		fmt.Fprintf(&got, "%s => %s", request, told(target.Answer, err))
		if target.Operation != "" {
			fmt.Fprintf(&got, " by %s(%d)", target.Operation, len(target.Parameters))
		}
		if target.Body.Shape != route.Nothing {
			fmt.Fprintf(&got, " < %s", target.Body)
		}
		got.WriteByte('\n')
	}
	testkit.Golden(t, "testdata/paths.txt", got.String())
}

func told(a route.Answer, err error) string {
	var unsure *route.Unsure
	switch {
	case err == nil:
		return a.String()
	case errors.As(err, &unsure):
		return "unsure: " + unsure.Reason
	}
	return "error: " + err.Error()
}

func TestTextIsRead(t *testing.T) {
	m := model(t, "v1.0")
	text := route.Text(m)
	if again := route.Text(m); !bytes.Equal(text, again) {
		t.Error("two texts of one model differ")
	}
	x, err := route.Parse(text, "index.json")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(route.New(m), x) {
		t.Error("the index that was read is another")
	}
	t.Logf("%d bytes", len(text))
}

// TestPartOfAnIndex resolves what it holds, and says what it lacks.
func TestPartOfAnIndex(t *testing.T) {
	part, unknown := model(t, "v1.0").Only("microsoft.graph.team", "microsoft.graph.teamsAsyncOperation")
	if len(unknown) > 0 {
		t.Fatal(unknown)
	}
	text := route.Text(part)
	if len(text) > 20_000 {
		t.Errorf("the index of two types has %d bytes", len(text))
	}
	x, err := route.Parse(text, "x")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/teams/1/operations/2": "microsoft.graph.teamsAsyncOperation",
		"/teams/1/archive":      "nothing",
		"/teams/1/channels":     "Collection(microsoft.graph.channel)",
		"/users/1":              "microsoft.graph.user",
		"/users/1/messages":     `unsure: the index does not hold type microsoft.graph.user, so that "messages" leads nowhere`,
	} {
		method := "GET"
		if strings.HasSuffix(path, "archive") {
			method = "POST"
		}
		target, err := x.Resolve(method, path)
		if got := told(target.Answer, err); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if _, unknown := model(t, "v1.0").Only("microsoft.graph.nothing", "microsoft.graph.user"); len(unknown) != 1 || unknown[0] != "microsoft.graph.nothing" {
		t.Error(unknown)
	}
}

func TestBadIndex(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "read the index of paths x: EOF",
		`{"format": 2}`:          "read the index of paths x: its format is 2, and this graphvcr reads 1",
		`{"format": 1, "a": {}}`: `read the index of paths x: unknown field "a"`,
	} {
		if _, err := route.Parse([]byte(text), "x"); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if _, err := route.Load(filepath.Join(t.TempDir(), "x")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// TestRecordedExchanges resolves every real exchange: what its path says, and what
// its answer's context says, must be the same.
func TestRecordedExchanges(t *testing.T) {
	files := testkit.Recordings(t)
	exchanges, contexts := 0, 0
	for _, file := range files {
		for _, e := range recorded(t, file) {
			exchanges++
			x := indexes(t)[e.api]
			target, err := x.Resolve(e.method, e.uri)
			if err != nil {
				t.Errorf("%s %s: %v", e.method, e.uri, err)
			}
			if e.context == "" {
				continue
			}
			contexts++
			if answer, err := x.Context(e.context); err != nil || answer != target.Answer {
				t.Errorf("%s %s: the path says %s, its context %s says %s", e.method, e.uri, target.Answer, e.context, told(answer, err))
			}
		}
	}
	t.Logf("%d exchanges resolved by path, %d by context too", exchanges, contexts)
	if exchanges != 148 {
		t.Errorf("%d exchanges", exchanges)
	}
}

type exchange struct{ api, method, uri, context string }

func recorded(t *testing.T, file string) (all []exchange) {
	t.Helper()
	var recording struct {
		Interactions []struct {
			Request  struct{ Method, URI string }
			Response struct{ Body struct{ String string } }
		}
	}
	text, err := os.ReadFile(file)
	if err == nil {
		err = yaml.Unmarshal(text, &recording)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range recording.Interactions {
		e := exchange{api: "v1.0", method: i.Request.Method, uri: i.Request.URI}
		if strings.Contains(e.uri, "/beta/") {
			e.api = "beta"
		}
		doc, _ := jsondoc.Parse(i.Response.Body.String)
		body, _ := doc.(map[string]any)
		e.context, _ = body["@odata.context"].(string)
		all = append(all, e)
	}
	return all
}

// FuzzResolve: no address and no context makes the walk fail otherwise than by being
// unsure, and what it says of an address it says again.
func FuzzResolve(f *testing.F) {
	m, err := csdl.Parse(strings.NewReader(`<Edmx Version="4.0"><DataServices><Schema Namespace="n">
<EntityType Name="t"><Property Name="s" Type="Edm.Stream"/><Property Name="x" Type="Edm.String"/><NavigationProperty Name="ts" Type="Collection(n.t)"/>
<Annotation Term="c.AlternateKeys"><Collection><Record><PropertyValue Property="Key"><Collection><Record><PropertyValue Property="Name" PropertyPath="x"/></Record></Collection></PropertyValue></Record></Collection></Annotation></EntityType>
<EntityType Name="u" BaseType="n.t"/>
<Action Name="a" IsBound="true"><Parameter Name="b" Type="n.t"/><ReturnType Type="n.u"/></Action>
<Function Name="a" IsBound="true"><Parameter Name="b" Type="Collection(n.t)"/><Parameter Name="c" Type="Edm.String"/><ReturnType Type="Collection(n.u)"/></Function>
<EntityContainer Name="c"><EntitySet Name="users" EntityType="n.t"/><Singleton Name="me" Type="n.u"/></EntityContainer>
</Schema></DataServices></Edmx>`), "x")
	if err != nil {
		f.Fatal(err)
	}
	x := route.New(m)
	for _, path := range []string{"/users('1')/ts/a(c='/')/n.u/$count", "me/ts(x='1')/$ref", "/v1.0/users/root:/a:/s", "users((1)/x", "https://x/#users(1)/ts(id)/$entity", "#Collection(n.t)(x", "#users('/(')/ts"} {
		f.Add("POST", path)
	}
	f.Fuzz(func(t *testing.T, method, text string) {
		var unsure *route.Unsure
		first, err := x.Resolve(method, text)
		again, errAgain := x.Resolve(method, text)
		if !reflect.DeepEqual(first, again) || fmt.Sprint(err) != fmt.Sprint(errAgain) || err != nil && !errors.As(err, &unsure) {
			t.Fatalf("%v %v, then %v %v", first, err, again, errAgain)
		}
		if _, err := x.Context(text); err != nil && !errors.As(err, &unsure) {
			t.Fatal(err)
		}
	})
}
