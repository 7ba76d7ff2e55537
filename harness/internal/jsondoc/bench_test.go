package jsondoc_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// usersPage is a list page of about 100 KB as Graph sends it.
func usersPage() string {
	var b strings.Builder
	b.WriteString(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[`)
	for i := range 170 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"businessPhones":["+1 425 555 01%02d"],"displayName":"User number %d","givenName":"Megan","jobTitle":"Marketing Manager","mail":"user%d@contoso.example","mobilePhone":null,"officeLocation":"12/1110","preferredLanguage":"en-US","surname":"Bowen","userPrincipalName":"user%d@contoso.example","accountEnabled":true,"id":"48d31887-5fad-4d73-a9f5-3c356e68%04d","createdDateTime":"2022-05-07T06:53:16.5922778Z","aboutMe":"A short text about this person, with a quote: \"none\", and an umlaut: ü.","attempts":%d}`, i%100, i, i, i, i, i)
	}
	b.WriteString(`]}`)
	return b.String()
}

const smallBody = `{"chatType":"group","topic":"Design review","members":[{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"],"user@odata.bind":"https://graph.microsoft.com/beta/users('8b081ef6-4792-4def-b2c9-c363a1bf41d5')"}]}`

func bench(b *testing.B, text string, run func(text string, raw []byte) error) {
	raw := []byte(text)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if err := run(text, raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompact(b *testing.B) {
	indented, _, _, ok := jsondoc.Indent(nil, usersPage(), 0)
	if !ok {
		b.Fatal("not compact")
	}
	b.Run("ours", func(b *testing.B) {
		dst := make([]byte, 0, len(indented))
		bench(b, string(indented), func(text string, _ []byte) error {
			_, err := jsondoc.Compact(dst, text)
			return err
		})
	})
	b.Run("encoding-json", func(b *testing.B) {
		var dst bytes.Buffer
		bench(b, string(indented), func(_ string, raw []byte) error {
			dst.Reset()
			return json.Compact(&dst, raw)
		})
	})
}

func BenchmarkIndent(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		dst := make([]byte, 0, 3*len(usersPage()))
		bench(b, usersPage(), func(text string, _ []byte) error {
			if _, _, _, ok := jsondoc.Indent(dst, text, 8); !ok {
				return errors.New("not compact")
			}
			return nil
		})
	})
	b.Run("encoding-json", func(b *testing.B) {
		var dst bytes.Buffer
		bench(b, usersPage(), func(_ string, raw []byte) error {
			dst.Reset()
			return json.Indent(&dst, raw, "", "  ")
		})
	})
}

func BenchmarkParse(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		bench(b, usersPage(), func(text string, _ []byte) error {
			_, err := jsondoc.Parse(text)
			return err
		})
	})
	b.Run("encoding-json", func(b *testing.B) {
		bench(b, usersPage(), func(_ string, raw []byte) error {
			decoder := json.NewDecoder(bytes.NewReader(raw))
			decoder.UseNumber()
			var doc any
			return decoder.Decode(&doc)
		})
	})
}

func BenchmarkCanonical(b *testing.B) {
	for name, text := range map[string]string{"small": smallBody, "page": usersPage()} {
		dst := make([]byte, 0, len(text))
		b.Run(name+"/text", func(b *testing.B) {
			bench(b, text, func(text string, _ []byte) error {
				_, err := jsondoc.CanonicalText(dst, text)
				return err
			})
		})
		b.Run(name+"/document", func(b *testing.B) {
			doc := mustParse(b, text)
			bench(b, text, func(string, []byte) error {
				jsondoc.Canonical(dst, doc)
				return nil
			})
		})
		b.Run(name+"/encoding-json", func(b *testing.B) {
			bench(b, text, func(_ string, raw []byte) error {
				var doc any
				if err := json.Unmarshal(raw, &doc); err != nil {
					return err
				}
				_, err := json.Marshal(doc)
				return err
			})
		})
	}
}
