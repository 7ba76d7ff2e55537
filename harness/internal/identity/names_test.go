package identity_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/identity/numbered"
)

func TestNamesAreTold(t *testing.T) {
	classes := map[numbered.Class]string{
		numbered.Phrase: "name", numbered.Word: "account", numbered.File: "file", numbered.Domain: "tenant", numbered.Digits: "number",
		numbered.Phone: "phone", numbered.IPv4: "ip", numbered.IPv6: "ip", numbered.MAC: "mac",
	}
	other := identity.NewFaker([]byte("another salt"))
	seen := map[string]bool{}
	for class, series := range classes {
		for _, n := range []int{1, 2, 10, 11, 12, 100, 65535} {
			name := faker.Name(class, series, n, ".docx")
			if !faker.IsName(name) || seen[name] {
				t.Errorf("class %d, number %d: %q is not a pseudonym, or stands twice", class, n, name)
			}
			seen[name] = true
			if fixed := class >= numbered.IPv4; !fixed && other.IsName(name) {
				t.Errorf("%q is a pseudonym of another salt, too", name)
			}
			if up := strings.ToUpper(name); class < numbered.Digits && !faker.IsName(up) {
				t.Errorf("%q is none in capitals", up)
			}
			if got := identity.Find(name); len(got) > 0 {
				t.Errorf("%q holds an id", name)
			}
		}
	}
	if address := faker.Name(numbered.Word, "user", 3, "") + "@" + faker.Name(numbered.Domain, "tenant", 1, ""); !faker.IsName(address) {
		t.Errorf("%q is not a pseudonym", address)
	}
}

func TestRealNamesAreNoPseudonyms(t *testing.T) {
	for _, name := range []string{"", "Name 1", "user1@contoso.example", "Adele Vance", "file1.docx", "12345", "5550100", "+1 425 555 0109", "tenant1.example", "Name 12 qzkz x", "10.1.2.3"} {
		if faker.IsName(name) || len(faker.FindNames(name)) > 0 {
			t.Errorf("%q passes for a pseudonym", name)
		}
	}
}

func TestFindNames(t *testing.T) {
	name, file := faker.Name(numbered.Phrase, "name", 12, ""), faker.Name(numbered.File, "file", 3, ".docx")
	text := "from " + name + " (" + strings.ToUpper(name) + "), " + file + "."
	var found []string
	for _, s := range faker.FindNames(text) {
		found = append(found, text[s.Start:s.End])
	}
	if found := faker.FindNames("x" + faker.Name(numbered.Word, "user", 3, "")); len(found) > 0 {
		t.Errorf("found %v within a word", found)
	}
	if want := []string{name, strings.ToUpper(name), strings.TrimSuffix(file, ".docx")}; strings.Join(found, "|") != strings.Join(want, "|") {
		t.Errorf("found %q in %q, want %q", found, text, want)
	}
}
