package identity_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// corpusText reads all files of one ending below the corpus that may stand beside
// the repository.
func corpusText(t *testing.T, folder, ending string) string {
	t.Helper()
	var text strings.Builder
	err := filepath.WalkDir(testkit.Corpus(t, folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ending) {
			return err
		}
		content, err := os.ReadFile(path)
		text.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// values says which format the values have that a pattern finds.
type values struct {
	pattern, name string
	atLeast       int // so many distinct ones, for the test to mean something
	strays        int // so many are known not to have the format
}

// check looks at every value, placeholders aside.
func (v values) check(t *testing.T, text string) {
	t.Helper()
	wanted := lookup(t, v.name)
	distinct, strays := map[string]bool{}, []string(nil)
	for _, found := range regexp.MustCompile(v.pattern).FindAllStringSubmatch(text, -1) {
		value := strings.ReplaceAll(found[1], `\"`, `"`)
		if distinct[value] || identity.IsPlaceholder(value) {
			continue
		}
		distinct[value] = true
		if !wanted.Match(value) {
			strays = append(strays, value)
		}
	}
	if len(strays) != v.strays {
		t.Errorf("%d values are no %s, want %d: %q", len(strays), v.name, v.strays, strays)
	}
	if len(distinct) < v.atLeast {
		t.Errorf("%s: %d distinct values, want at least %d", v.name, len(distinct), v.atLeast)
	}
}

func TestRecordings(t *testing.T) {
	// Bodies are YAML scalars in either kind of quotes, folded at spaces, of which
	// these values have none.
	text := strings.ReplaceAll(corpusText(t, "recordings", ".yaml"), `\"`, `"`)
	for _, test := range []values{
		{`"id":\s*"([^"]*)"`, "guid", 18, 0},
		{`"(?:appId|keyId|tenantId|appOwnerOrganizationId)":\s*"([^"]*)"`, "guid", 6, 0},
		{`"securityIdentifier":\s*"([^"]*)"`, "security-identifier", 5, 0},
		{`"(?:created|renewed|deleted|start|end)DateTime":\s*"([^"]*)"`, "date-time", 18, 0},
		{`"date":\s*"([^"]*)"`, "date-time-local", 3, 0},
		{`"userPrincipalName":\s*"([^"]*)"`, "upn", 4, 0},
		{`"publisherDomain":\s*"([^"]*)"`, "domain", 1, 0},
		{`"@odata.type":\s*"([^"]*)"`, "odata-type", 2, 0},
		{`"@odata.context":\s*"([^"' ]*)"`, "odata-context", 10, 0},
		{`(?m)^      request-id:\s+- ([^\s]*)$`, "guid", 100, 0},
		{`(?m)^      date:\s+- (.*)$`, "http-date", 50, 0},
	} {
		test.check(t, text)
	}
}

func TestDocs(t *testing.T) {
	text := corpusText(t, "docs", ".md")
	for _, test := range []values{
		{`"(19:[^"@]*@(?:thread\.v2|unq\.gbl\.spaces))"`, "chat-id", 10, 0},
		{`"(19:[^"@]*@thread\.(?:tacv2|skype))"`, "channel-id", 5, 0},
		{`"id": *"((?:MCM|Mm|ZW)[^"]*)"`, "conversation-member-id", 5, 4}, // letters changed by the docs,
		{`"(A[AQ]Mk[^"]*)"`, "outlook-id", 10, 0},
		{`"([0-9]{4}-[0-9]{2}-[0-9]{2}T[^"]*(?:Z|-[0-9]{2}:[0-9]{2}))"`, "date-time", 90, 0},
		{`"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]*)"`, "date-time-local", 20, 0},
		{`"@odata.type": *"(#?microsoft[^"]*)"`, "odata-type", 30, 0},
		{`"@odata.nextLink": *"(https:[^" ]*)"`, "next-link", 10, 0},
		{`"@odata.deltaLink": *"(https:[^" ]*)"`, "delta-link", 5, 1}, // delta?(token='..'),
		{`(?m)^Location: (/[^ \r\n]*/operations[^ \r\n]*)\r?$`, "operation-link", 4, 0},
		{`(?m)^Content-Location: (/[^ \r\n]*)\r?$`, "key-link", 3, 0},
		{`"@odata.etag": *"((?:[^"\\]|\\.)*)"`, "etag", 5, 0},
		{`"[ec]Tag": *"((?:[^"\\]|\\.)*)"`, "etag", 3, 0},
		{`"internetMessageId": *"([^"]*)"`, "internet-message-id", 1, 0},
		{`"timeZone": *"([^"]*)"`, "time-zone", 2, 0},
		{`(?m)^Retry-After: *([^\s]*)`, "retry-after", 2, 0},
		{`"planId": *"([^"]*)"`, "planner-id", 1, 0},
		{`"driveId": *"([^"]*)"`, "drive-id", 1, 1}, // a GUID,
		{`"(contoso\.sharepoint\.com,[^"]*)"`, "site-id", 2, 0},
	} {
		test.check(t, text)
	}
}
