package drift_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// FuzzAcceptances: whatever drift-accept.yaml holds, it is read or refused.
func FuzzAcceptances(f *testing.F) {
	f.Add("accepted:\n  - fingerprint: 0123456789ab\n    rule: property.added\n    change: a property\n    reason: it is known\n    until: 2027-01-31\n")
	f.Add("accepted: [{fingerprint: a, reason: '', until: 0000-00-00}]")
	file := filepath.Join(f.TempDir(), "accept.yaml")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		testkit.Bounded(t, len(text), func() { _, _ = drift.LoadAcceptances(file) })
	})
}

// FuzzAnnouncements: whatever a file of the changelog holds, it is read or refused.
func FuzzAnnouncements(f *testing.F) {
	f.Add(`{"changelog": [{"ChangeList": [{"ChangedApiName": "a,b", "ChangeType": "Deletion", "Description": "x", "Target": "t"}], "Version": "v1.0", "CreatedDateTime": "2025-07-20T10:00:00Z"}]}`)
	f.Add("{\"changelog\": [{\"ChangeList\": [{\"ChangedApiName\": 4}]}]}")
	f.Add("\ufeff{\"changelog\": {}")
	file := filepath.Join(f.TempDir(), "log.json")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		testkit.Bounded(t, len(text), func() { _, _ = drift.LoadAnnouncements("", file) })
	})
}
