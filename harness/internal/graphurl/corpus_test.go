package graphurl_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

func read(t testing.TB, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func recordedAddresses(t testing.TB) []string {
	t.Helper()
	var all []string
	uri := regexp.MustCompile(`(?m)^ +uri: (https://\S+)$`)
	for _, file := range testkit.Recordings(t) {
		for _, match := range uri.FindAllStringSubmatch(read(t, file), -1) {
			all = append(all, match[1])
		}
	}
	if len(all) != 148 {
		t.Fatalf("%d recorded addresses, want 148", len(all))
	}
	return all
}

// TestRecordedAddresses sends what real clients sent, spelled otherwise.
func TestRecordedAddresses(t *testing.T) {
	forms := make(map[string]bool)
	addresses := recordedAddresses(t)
	for _, raw := range addresses {
		want := canonical(t, raw)
		forms[want] = true
		checkStable(t, raw)
		for seed := range uint64(20) {
			random := rand.New(rand.NewPCG(seed, 2))
			for _, other := range []string{respell(raw, random), respellWords(t, raw, random)} {
				if got := canonical(t, other); got != want {
					t.Fatalf("%s\n spelled %s\n gives %s\n want %s", raw, other, got, want)
				}
			}
		}
	}
	// Of 93 addresses as sent, what remains differs in more than spelling.
	if got, want := len(forms), len(slices.Compact(slices.Sorted(slices.Values(addresses)))); got >= want {
		t.Errorf("%d canonical forms of %d spellings: none folded", got, want)
	}
}

// respellWords changes the case of words and of option names, and the syntax of
// keys.
func respellWords(t *testing.T, raw string, random *rand.Rand) string {
	u, err := graphurl.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("https://" + mixCase("graph.microsoft.com", random) + "/" + mixCase(u.Version, random))
	for _, s := range u.Segments {
		switch {
		case s.Kind == graphurl.Key && (random.IntN(2) == 0 || s.Text[0] == '$'):
			b.WriteString("('" + quoted(s.Text) + "')")
		case s.Kind == graphurl.Key:
			b.WriteString("/" + graphurl.EscapeSegment(s.Text))
		default:
			b.WriteString("/" + mixCase(s.Text, random))
		}
	}
	if query := u.Query(); query != "" {
		name, value, _ := strings.Cut(query, "=")
		b.WriteString("?" + mixCase(name[random.IntN(2):], random) + "=" + value)
	}
	return b.String()
}

// TestRecordedIDsCount changes one character of each id and option.
func TestRecordedIDsCount(t *testing.T) {
	for _, raw := range recordedAddresses(t) {
		u, err := graphurl.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		before := u.String()
		for i, s := range u.Segments {
			if s.Kind != graphurl.Key {
				continue
			}
			for j := range len(s.Text) {
				u.Segments[i].Text = s.Text[:j] + string(s.Text[j]^0x20) + s.Text[j+1:]
				if again := canonical(t, u.String()); again == before {
					t.Errorf("%s: unchanged by byte %d of id %q", raw, j, s.Text)
				}
			}
			u.Segments[i].Text = s.Text
		}
		for i, o := range u.Options {
			u.Options[i].Value = o.Value + "x"
			if again := canonical(t, u.String()); again == before {
				t.Errorf("%s: unchanged by the value of %s", raw, o.Name)
			}
			u.Options[i] = o
		}
	}
}

// names of path steps by what declares them.
type names map[string]map[string]bool

func (n names) add(kind, name string) {
	if n[kind] == nil {
		n[kind] = make(map[string]bool)
	}
	n[kind][name] = true
}

func metadataNames(t *testing.T) names {
	t.Helper()
	all := make(names)
	for _, file := range testkit.CorpusFiles(t, "metadata", "*.csdl") {
		decoder := xml.NewDecoder(strings.NewReader(read(t, file)))
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			element, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			switch kind := element.Name.Local; kind {
			case "Schema":
				all.add(kind, attribute(element, "Namespace"))
			case "EntitySet", "Singleton", "Action", "Function", "NavigationProperty":
				all.add(kind, attribute(element, "Name"))
			}
		}
	}
	return all
}

func attribute(element xml.StartElement, name string) string {
	for _, a := range element.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// TestVocabularyCoversMetadata says which share of the metadata's names is known:
// that is, written in capitals, reads as the name itself.
func TestVocabularyCoversMetadata(t *testing.T) {
	all := metadataNames(t)
	for namespace := range all["Schema"] {
		if got := lastStep(t, "/v1.0/me/"+namespace+".GetMemberGroups"); got != "getMemberGroups" {
			t.Errorf("namespace %s is not known", namespace)
		}
	}
	delete(all, "Schema")
	for kind, set := range all {
		var missing []string
		for name := range set {
			before := "/v1.0/me/"
			if kind == "EntitySet" || kind == "Singleton" {
				before = "/v1.0/"
			}
			upper := strings.ToUpper(name)
			if got := lastStep(t, before+upper); got == upper && got != name {
				missing = append(missing, name)
			}
		}
		slices.Sort(missing)
		share := 100 - 100*float64(len(missing))/float64(len(set))
		t.Logf("%-18s %5d names, %.1f%% known", kind, len(set), share)
		if share < 95 {
			t.Errorf("%s: %.1f%% known; unknown: %q", kind, share, missing)
		}
	}
}

func lastStep(t *testing.T, raw string) string {
	t.Helper()
	u, err := graphurl.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u.Segments[len(u.Segments)-1].Text
}
