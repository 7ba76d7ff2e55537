package graphurl_test

import (
	"net/url"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

func BenchmarkFromURL(b *testing.B) {
	for name, raw := range map[string]string{
		"plain":   "https://graph.microsoft.com/v1.0/groups/a3f6c606-38ec-42d7-8c0e-d4ecaf0d9d61/members",
		"encoded": "https://graph.microsoft.com/v1.0/users('%24azure-cli-test-user%23000001%40AzureSDKTeam.onmicrosoft.com')/getMemberGroups",
		"filter":  "https://graph.microsoft.com/v1.0/groups?$filter=startswith%28displayName%2C%27testgroup000001%27%29&$top=5",
		"expand":  "https://graph.microsoft.com/v1.0/groups?$expand=members($select=id,displayName;$top=5)&$select=id,displayName,mail",
		"colon":   "https://graph.microsoft.com/v1.0/me/drive/items/root%3A%2Fa.bin%3A/content",
	} {
		b.Run(name, func(b *testing.B) {
			u, err := url.Parse(raw)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				_ = graphurl.FromURL(u).String()
			}
		})
	}
}
