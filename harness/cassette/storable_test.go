package cassette

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// What a recorder may be handed is stored and loads, or a journal refuses it by itself and
// goes on.
func TestStorable(t *testing.T) {
	crowd := http.Header{}
	for n := range maxKeys + 1 {
		crowd[fmt.Sprintf("X-%d", n)] = []string{"x"}
	}
	for name, c := range map[string]struct {
		set  func(i *Interaction)
		want string // of the error; "" where it is stored
	}{
		"status 000":     {func(i *Interaction) { i.Response.Code, i.Response.Status = 0, "000 Nothing" }, "status code 000 "},
		"status -1":      {func(i *Interaction) { i.Response.Code = -1 }, "status code -01 "},
		"status 099":     {func(i *Interaction) { i.Response.Code = 99 }, "status code 099 "},
		"status 1000":    {func(i *Interaction) { i.Response.Code = 1000 }, "status code 1000 "},
		"status 100":     {func(i *Interaction) { i.Response.Code = 100 }, ""},
		"status 103":     {func(i *Interaction) { i.Response.Code = 103 }, ""},
		"status 600":     {func(i *Interaction) { i.Response.Code, i.Response.Status = 600, "600" }, ""},
		"status 999":     {func(i *Interaction) { i.Response.Code, i.Response.Status = 999, "999 Request denied" }, ""},
		"no reason":      {func(i *Interaction) { i.Response.Status = "" }, ""},
		"odd protocol":   {func(i *Interaction) { i.Response.Proto, i.Response.ProtoMajor = "ICY", -7 }, ""},
		"odd method":     {func(i *Interaction) { i.Request.Method = "M-SEARCH!#$" }, ""},
		"no method":      {func(i *Interaction) { i.Request.Method = "" }, ""},
		"port":           {func(i *Interaction) { i.Request.URL = "https://graph.microsoft.com:port/v1.0/me?code=topsecret" }, "address cannot be read back"},
		"escape":         {func(i *Interaction) { i.Request.URL = "https://graph.microsoft.com/v1.0/100%" }, "address cannot be read back"},
		"control":        {func(i *Interaction) { i.Request.URL = "https://graph.microsoft.com/\x7f" }, "address cannot be read back"},
		"large port":     {func(i *Interaction) { i.Request.URL = "https://graph.microsoft.com:99999999/v1.0/me" }, ""},
		"no host":        {func(i *Interaction) { i.Request.URL, i.Request.Host = "/v1.0/me", "" }, ""},
		"header's bytes": {func(i *Interaction) { i.Response.Headers["\xff: \x00"] = []string{"\xff\n---\n", ""} }, ""},
		"trailers":       {func(i *Interaction) { i.Response.Trailer = http.Header{"": nil, "~": {}} }, ""},
		"many headers":   {func(i *Interaction) { i.Response.Headers = crowd }, "answer's headers are 10001, more than the 10000 "},
		"many trailers":  {func(i *Interaction) { i.Request.Trailer = crowd }, "request's trailers are 10001, more than the 10000 "},
	} {
		t.Run(name, func(t *testing.T) {
			odd := sample(1, "x")
			c.set(odd)
			j, file := journalOf(t, samples(1))
			err := j.Append(1, NoRetry, odd, nil)
			var fault *UnstorableError
			if errors.As(err, &fault) != (c.want != "") || err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret")) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if err := j.Append(2, NoRetry, sample(2, "last"), nil); err != nil {
				t.Fatal(err)
			}
			left, err := j.Save(file, Meta{Origin: Recorded}, Saving{})
			if err != nil || left != nil {
				t.Fatal(left, err)
			}
			loaded, err := Load(file)
			if err != nil {
				t.Fatal(err)
			}
			want := []*Interaction{samples(1)[0], odd, sample(2, "last")}
			if c.want != "" {
				want = []*Interaction{want[0], renumbered(want[2], 1)}
			}
			same(t, loaded.Interactions, want)
			alone := filepath.Join(t.TempDir(), "x.yaml")
			if err := (&Cassette{Interactions: []*Interaction{odd}}).Save(alone, nil); (err == nil) != (c.want == "") {
				t.Errorf("Save says %v", err)
			}
		})
	}
}

// An interaction with which a file were larger than Load reads is left out, and those that
// still fit are not.
func TestStorableWithinTheLimit(t *testing.T) {
	all := samples(3)
	all[1].Response.Body = strings.Repeat("x", 5000)
	var refused []int
	p := partsOf(all)
	p.limit, p.refuse = 5000, func(n int, err error) error {
		refused = append(refused, n)
		return nil
	}
	var text strings.Builder
	if err := stream(&text, &Meta{}, p); err != nil {
		t.Fatal(err)
	}
	if len(refused) != 1 || refused[0] != 1 || text.Len() > 5000 || strings.Count(text.String(), "- id:") != 2 {
		t.Errorf("refused %v of\n%s", refused, text.String())
	}
}
