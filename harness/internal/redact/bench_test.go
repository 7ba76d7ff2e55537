package redact_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// page is a page of users of about size bytes, spelled as Graph does.
func page(size int) *cassette.Interaction {
	i := interaction("GET", graph+"/users?$top=100")
	i.Response.Headers["Request-Id"] = []string{"8ea0e38b-efb3-4757-924a-5f94061cf8c2"}
	var b strings.Builder
	b.WriteString(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$top=100&$skiptoken=RFNwdAIAAQAAABg6YWRlbGVAY29udG9zby5jb20","value":[`)
	for n := 0; b.Len() < size; n++ {
		if n > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%08x-efb3-4757-924a-5f94061cf8c2","deletedDateTime":null,"accountEnabled":true,"ageGroup":null,"businessPhones":["+1 425 555 %04d"],"city":"Bellevue","createdDateTime":"2022-05-07T06:53:16.5922778Z","creationType":null,"companyName":null,"consentProvidedForMinor":null,"country":"United States","department":"Sales & Marketing","displayName":"Person Number %d","employeeId":null,"faxNumber":null,"givenName":"Person","jobTitle":"Retail Manager","legalAgeGroupClassification":null,"mail":"person%d@fabrikam.com","mailNickname":"person%d","mobilePhone":null,"onPremisesDistinguishedName":null,"officeLocation":"18/2111","passwordPolicies":"DisablePasswordExpiration","postalCode":"98004","preferredDataLocation":null,"preferredLanguage":"en-US","proxyAddresses":["SMTP:person%d@fabrikam.com"],"state":"WA","surname":"Number%d","usageLocation":"US","userPrincipalName":"person%d@fabrikam.com","userType":"Member","securityIdentifier":"S-1-12-1-%d-1121401068-3973320332-1637682607"}`,
			n*7919, n, n, n, n, n, n, n, n*104729)
	}
	b.WriteString(`]}`)
	i.Response.Body = b.String()
	return i
}

func BenchmarkRedact(b *testing.B) {
	for _, size := range []int{2 << 10, 100 << 10} {
		b.Run(fmt.Sprintf("%dKB", size>>10), func(b *testing.B) {
			i := page(size)
			r, _ := redact.New(redact.Rules{}, redact.Options{Salt: salt})
			b.SetBytes(int64(len(i.Response.Body)))
			b.ReportAllocs()
			for b.Loop() {
				r.Interaction(i)
			}
		})
	}
}

// BenchmarkRedactAndScan is what a recording costs: redaction, and the scan before
// the file is written.
func BenchmarkRedactAndScan(b *testing.B) {
	i := page(100 << 10)
	r, _ := redact.New(redact.Rules{}, redact.Options{Salt: salt})
	guard := r.Guard()
	b.SetBytes(int64(len(i.Response.Body)))
	b.ReportAllocs()
	for b.Loop() {
		if err := guard(&cassette.Cassette{Salt: salt, Interactions: []*cassette.Interaction{r.Interaction(i)}}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRedactFresh(b *testing.B) {
	i := page(100 << 10)
	b.SetBytes(int64(len(i.Response.Body)))
	b.ReportAllocs()
	for b.Loop() {
		r, _ := redact.New(redact.Rules{}, redact.Options{Salt: salt})
		r.Interaction(i)
	}
}

func BenchmarkLeaks(b *testing.B) {
	i := page(100 << 10)
	r, _ := redact.New(redact.Rules{}, redact.Options{Salt: salt})
	c := &cassette.Cassette{Salt: salt, Interactions: []*cassette.Interaction{r.Interaction(i)}}
	b.SetBytes(int64(len(i.Response.Body)))
	b.ReportAllocs()
	for b.Loop() {
		if leaks, err := redact.Leaks(c, redact.Rules{}); err != nil || len(leaks) > 0 {
			b.Fatal(err, leaks)
		}
	}
}
