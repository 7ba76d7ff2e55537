package transport_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A spelling rewrites a request without changing what it asks for.
type spelling func(rng *rand.Rand, r *cassette.Request) cassette.Request

func asRecorded(_ *rand.Rand, r *cassette.Request) cassette.Request { return *r }

// respelled shuffles the query, varies the percent-encoding and reorders the
// members of a JSON body.
func respelled(rng *rand.Rand, r *cassette.Request) cassette.Request {
	out := *r
	address, query, _ := strings.Cut(r.URL, "?")
	origin, path, _ := strings.Cut(strings.TrimPrefix(address, "https://"), "/")
	out.URL = "https://" + origin + "/" + reencoded(rng, path, "!$&'()*+,;=:@-._~")
	if query != "" {
		options := strings.Split(query, "&")
		rng.Shuffle(len(options), func(i, j int) { options[i], options[j] = options[j], options[i] })
		for i, option := range options {
			name, value, _ := strings.Cut(option, "=")
			options[i] = reencoded(rng, name, "$") + "=" + reencoded(rng, value, "!$'()*,:@/?-._~")
		}
		out.URL += "?" + strings.Join(options, "&")
	}
	if doc, err := jsondoc.Parse(r.Body); err == nil {
		out.Body = string(shuffledJSON(rng, doc))
	}
	return out
}

// reencoded writes characters that may stand raw either raw or percent-encoded.
func reencoded(rng *rand.Rand, text, optional string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '%' && i+2 < len(text) {
			plain, _ := url.PathUnescape(text[i : i+3])
			if len(plain) == 1 && strings.Contains(optional, plain) && plain != "/" && rng.IntN(2) == 0 {
				out.WriteString(plain)
			} else if rng.IntN(2) == 0 {
				out.WriteString(strings.ToLower(text[i : i+3]))
			} else {
				out.WriteString(text[i : i+3])
			}
			i += 2
			continue
		}
		if strings.IndexByte(optional, c) >= 0 && rng.IntN(2) == 0 {
			fmt.Fprintf(&out, "%%%02X", c)
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}

func shuffledJSON(rng *rand.Rand, doc any) []byte {
	switch doc := doc.(type) {
	case map[string]any:
		names := make([]string, 0, len(doc))
		for name := range doc {
			names = append(names, name)
		}
		rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		out := []byte("{ ")
		for i, name := range names {
			if i > 0 {
				out = append(out, " , "...)
			}
			out = append(jsondoc.Canonical(out, name), " :\n"...)
			out = append(out, shuffledJSON(rng, doc[name])...)
		}
		return append(out, '}')
	case []any:
		out := []byte("[")
		for i, item := range doc {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(out, shuffledJSON(rng, item)...)
		}
		return append(out, ']')
	}
	return jsondoc.Canonical(nil, doc)
}
