package journal

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// What a recorder may be handed is stored and loads, or a journal refuses it by itself and
// goes on.
func TestStorable(t *testing.T) {
	crowd := http.Header{}
	for n := range 10_001 {
		crowd[fmt.Sprintf("X-%d", n)] = []string{"x"}
	}
	for name, c := range map[string]struct {
		set  func(i *cassette.Interaction)
		want string // of the error; "" where it is stored
	}{
		"status 000":   {func(i *cassette.Interaction) { i.Response.Code, i.Response.Status = 0, "000 Nothing" }, "status code 000 "},
		"status -1":    {func(i *cassette.Interaction) { i.Response.Code = -1 }, "status code -01 "},
		"status 099":   {func(i *cassette.Interaction) { i.Response.Code = 99 }, "status code 099 "},
		"status 1000":  {func(i *cassette.Interaction) { i.Response.Code = 1000 }, "status code 1000 "},
		"status 100":   {func(i *cassette.Interaction) { i.Response.Code = 100 }, ""},
		"status 103":   {func(i *cassette.Interaction) { i.Response.Code = 103 }, ""},
		"status 600":   {func(i *cassette.Interaction) { i.Response.Code, i.Response.Status = 600, "600" }, ""},
		"status 999":   {func(i *cassette.Interaction) { i.Response.Code, i.Response.Status = 999, "999 Request denied" }, ""},
		"no reason":    {func(i *cassette.Interaction) { i.Response.Status = "" }, ""},
		"odd protocol": {func(i *cassette.Interaction) { i.Response.Proto, i.Response.ProtoMajor = "ICY", -7 }, ""},
		"odd method":   {func(i *cassette.Interaction) { i.Request.Method = "M-SEARCH!#$" }, ""},
		"no method":    {func(i *cassette.Interaction) { i.Request.Method = "" }, ""},
		"port": {func(i *cassette.Interaction) {
			i.Request.URL = "https://graph.microsoft.com:port/v1.0/me?code=topsecret"
		}, "address cannot be read back"},
		"escape":         {func(i *cassette.Interaction) { i.Request.URL = "https://graph.microsoft.com/v1.0/100%" }, "address cannot be read back"},
		"control":        {func(i *cassette.Interaction) { i.Request.URL = "https://graph.microsoft.com/\x7f" }, "address cannot be read back"},
		"large port":     {func(i *cassette.Interaction) { i.Request.URL = "https://graph.microsoft.com:99999999/v1.0/me" }, ""},
		"no host":        {func(i *cassette.Interaction) { i.Request.URL, i.Request.Host = "/v1.0/me", "" }, ""},
		"header's bytes": {func(i *cassette.Interaction) { i.Response.Headers["\xff: \x00"] = []string{"\xff\n---\n", ""} }, ""},
		"trailers":       {func(i *cassette.Interaction) { i.Response.Trailer = http.Header{"": nil, "~": {}} }, ""},
		"many headers":   {func(i *cassette.Interaction) { i.Response.Headers = crowd }, "answer's headers are 10001, more than the 10000 "},
		"many trailers":  {func(i *cassette.Interaction) { i.Request.Trailer = crowd }, "request's trailers are 10001, more than the 10000 "},
	} {
		t.Run(name, func(t *testing.T) {
			odd := sample(1, "x")
			c.set(odd)
			j, file := journalOf(t, samples(1))
			err := j.Append(1, NoRetry, odd, nil)
			var fault *cassette.UnstorableError
			if errors.As(err, &fault) != (c.want != "") || err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret")) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if err := j.Append(2, NoRetry, sample(2, "last"), nil); err != nil {
				t.Fatal(err)
			}
			left, err := j.Save(file, cassette.Meta{Origin: cassette.Recorded}, Saving{})
			if err != nil || left != nil {
				t.Fatal(left, err)
			}
			loaded, err := cassette.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			want := []*cassette.Interaction{samples(1)[0], odd, sample(2, "last")}
			if c.want != "" {
				want = []*cassette.Interaction{want[0], renumbered(want[2], 1)}
			}
			same(t, loaded.Interactions, want)
			alone := filepath.Join(t.TempDir(), "x.yaml")
			if err := (&cassette.Cassette{Interactions: []*cassette.Interaction{odd}}).Save(alone, nil); (err == nil) != (c.want == "") {
				t.Errorf("Save says %v", err)
			}
		})
	}
}
