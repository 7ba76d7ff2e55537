package identity_test

import (
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

var faker = identity.NewFaker([]byte("a salt"))

// forms are texts that hold ids, and the atoms that are in them.
var forms = map[string][]string{
	"8ea0e38b-efb3-4757-924a-5f94061cf8c2":                                                                 {"8ea0e38b-efb3-4757-924a-5f94061cf8c2"},
	"{86EB4C8E-D20D-46B9-AD41-23B8868DDA8A},1":                                                             {"86eb4c8e-d20d-46b9-ad41-23b8868dda8a"},
	"8ea0e38befb34757924a5f94061cf8c2":                                                                     {"8ea0e38b-efb3-4757-924a-5f94061cf8c2"},
	"19:c253a29b5f694b55a6baad8e83510af7@thread.v2":                                                        {"c253a29b-5f69-4b55-a6ba-ad8e83510af7"},
	"19:8b081ef6-4792-4def-b2c9-c363a1bf41d5_877192bd-9183-47d3-a74c-8aa0426716cf@unq.gbl.spaces":          {"8b081ef6-4792-4def-b2c9-c363a1bf41d5", "877192bd-9183-47d3-a74c-8aa0426716cf"},
	"19:meeting_MjdhNjM4YzUtYzExZi00OTFkLTkzZTAtNTVlNmZmMDhkNGU2@thread.v2":                                {"27a638c5-c11f-491d-93e0-55e6ff08d4e6"},
	"SHFT_6548f642-cbc1-4228-8621-054327576457":                                                            {"6548f642-cbc1-4228-8621-054327576457"},
	"S-1-12-1-2750858758-1121401068-3973320332-1637682607":                                                 {"a3f6c606-38ec-42d7-8c0e-d4ecaf0d9d61"},
	"S-1-5-21-2111111111-1111111111-1111111111-1001":                                                       {"S-1-5-21-2111111111-1111111111-1111111111-1001"},
	"01NKDM7HMOJTVYMDOSXFDK2QJDXCDI3WUK":                                                                   {"01NKDM7HMOJTVYMDOSXFDK2QJDXCDI3WUK"},
	"xqQg5FS2LkCp935s-FIFm2QAFkHM":                                                                         {"xqQg5FS2LkCp935s-FIFm2QAFkHM"},
	"AAMkADADAAAAAAEMAAAAAAAAAAAAAA_AAAAAAAA-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=":            {"AAMkADADAAAAAAEMAAAAAAAAAAAAAA_AAAAAAAA-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
	"ZWUwZjVhZTItOGJjNi00YWU1LTg0NjYtN2RhZWViYmZhMDYyIyM3Mzc2MWYwNi0yYWM5LTQ2OWMtOWYxMC0yNzlhOGNjMjY3Zjk=": {"ee0f5ae2-8bc6-4ae5-8466-7daeebbfa062", "73761f06-2ac9-469c-9f10-279a8cc267f9"},
	"contoso.sharepoint.com,da60e844-ba1d-49bc-b4d4-d5e36bae9019,0271110f-634f-4300-a841-3a8a2e851851":     {"da60e844-ba1d-49bc-b4d4-d5e36bae9019", "0271110f-634f-4300-a841-3a8a2e851851"},
	"/users/8ea0e38b-efb3-4757-924a-5f94061cf8c2/manager":                                                  {"8ea0e38b-efb3-4757-924a-5f94061cf8c2"},
	"040000008200E00074C5B7101A82E0080000000060074BC55843D60100000000000000":                               {"040000008200E00074C5B7101A82E0080000000060074BC55843D60100000000000000"},
	"S-1-12-1-2750858758-1121401068-3973320332-1637682607-1":                                               nil,
	"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464":                                       nil,
	"i-OgjrPvV0eSSl-UBhz4wg":                                                                               {"8ea0e38b-efb3-4757-924a-5f94061cf8c2"},
	"19:abcdefghijklmnopqrstuvwxyz@thread.v2":                                                              {"abcdefghijklmnopqrstuvwxyz"},
	"01A8B9C0D1E2F3G4H5I6J7K8L9M0N1O2P3":                                                                   {"01A8B9C0D1E2F3G4H5I6J7K8L9M0N1O2P3"},
	"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa":                                                                 {"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"},
	"0x0101008EA0E38BEFB34757924A5F94061CF8C203":                                                           {"8ea0e38b-efb3-4757-924a-5f94061cf8c2"},
	"QWRlbGUgVmFuY2U6IDhlYTBlMzhiLWVmYjMtNDc1Ny05MjRhLTVmOTQwNjFjZjhjMg==":                                 {"QWRlbGUgVmFuY2U6IDhlYTBlMzhiLWVmYjMtNDc1Ny05MjRhLTVmOTQwNjFjZjhjMg"},
	"no ids, a date 2022-05-07T06:53:16.5922778Z and 1590776551682":                                        nil,
	"8Ea0e38b-efB3-4757-924a-5f94061cf8c2":                                                                 {"8ea0e38b-efb3-4757-924a-5f94061cf8c2"},
	"S-1-5-21-2111111111-1111111111-1111111111-abc":                                                        nil,
	"S-1-5-21-4294967295-1111111111-1111111111-1111111111":                                                 {"S-1-5-21-4294967295-1111111111-1111111111-1111111111"},
	"0x01F2A3B4C5D6E7F8A9B0C1D2E3F4A5":                                                                     {"0x01F2A3B4C5D6E7F8A9B0C1D2E3F4A5"},
	"S-1-12-1-0-0-0-7":                                                                                     {"00000000-0000-0000-0000-000007000000"},
	"%2C8ea0e38befb34757924a5f94061cf8c2":                                                                  {"8ea0e38b-efb3-4757-924a-5f94061cf8c2"},
	"123456789012345678901234567890":                                                                       nil, "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJh": nil,
	"microsoft.graph.aadUserConversationMember": nil, "IEEE754Compatible=false;odata.metadata=minimal": nil,
	"AzureADandPersonalMicrosoftAccount": nil, "": nil,
}

func TestFormsHoldAtoms(t *testing.T) {
	for text, want := range forms {
		var got []string
		for _, a := range identity.Atoms(text) {
			got = append(got, a.Text)
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s\n got %q\nwant %q", text, got, want)
		}
	}
}

// Every registered format's values keep their format, whatever their ids are.
func TestPseudonymsKeepFormats(t *testing.T) {
	for _, name := range identity.Names() {
		f, _ := identity.Lookup(name)
		for _, value := range testkit.Formats(t)[name].Matches {
			if name == "jwt" || strings.HasSuffix(value, "989kMTQ=") {
				continue // a credential; a sample of the documentation that is no base64 at its end
			}
			fake := faker.Text(value)
			if !f.Match(fake) {
				t.Errorf("%s: %q became %q", name, value, fake)
			}
			checkFake(t, value, fake)
		}
	}
}

// checkFake checks what holds of every text and its pseudonym.
func checkFake(t *testing.T, text, fake string) {
	t.Helper()
	if again := faker.Text(fake); again != fake {
		t.Errorf("%q: its pseudonym %q has another, %q", text, fake, again)
	}
	was, is := identity.Atoms(text), identity.Atoms(fake)
	if len(was) != len(is) {
		t.Fatalf("%q has %d atoms, its pseudonym %q has %d", text, len(was), fake, len(is))
	}
	for i := range was {
		if !identity.IsFake(is[i]) || was[i].Kind != is[i].Kind || len(was[i].Text) != len(is[i].Text) {
			t.Errorf("%q: atom %v became %v", text, was[i], is[i])
		}
	}
}

// What stands for an id is the same in every version: cassettes hold it.
func TestPseudonymsStay(t *testing.T) {
	var b strings.Builder
	for _, text := range slices.Sorted(maps.Keys(forms)) {
		fmt.Fprintf(&b, "%s\n  %s\n", text, faker.Text(text))
	}
	testkit.Golden(t, "testdata/pseudonyms.txt", b.String())
}

// GUIDs of letters alone, which people write into tests, are told apart as all others are.
func TestGUIDsOfLetters(t *testing.T) {
	a, b := faker.Text("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"), faker.Text("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaab")
	if a == b || !identity.IsFake(identity.Atom{Kind: identity.GUID, Text: a}) {
		t.Errorf("they became %s and %s", a, b)
	}
}

// A replacement that does not fit the composite that it is a part of leaves that as it is.
func TestReplacementsThatDoNotFit(t *testing.T) {
	for _, text := range []string{"S-1-12-1-2750858758-1121401068-3973320332-1637682607", "8ea0e38befb34757924a5f94061cf8c2", "i-OgjrPvV0eSSl-UBhz4wg"} {
		if got := identity.Rewrite(text, func(identity.Atom) string { return "x" }); got != text {
			t.Errorf("%s became %s", text, got)
		}
	}
	for is, want := range map[string]string{"ab": "aB", strings.Repeat("ab", 20): "aBababababaB" + strings.Repeat("ab", 14)} {
		if got := identity.Rewrite("8Ea0e38b-efB3-4757-924a-5f94061cf8c2", func(identity.Atom) string { return is }); got != want {
			t.Errorf("a GUID of both cases became %s, want %s", got, want)
		}
	}
}

func TestSaltsDiffer(t *testing.T) {
	const id = "8ea0e38b-efb3-4757-924a-5f94061cf8c2"
	a, b := faker.Text(id), identity.NewFaker([]byte("another")).Text(id)
	if a == b || a == id || b == id {
		t.Errorf("%s became %s and %s", id, a, b)
	}
}

// A composite holds the pseudonyms of its parts.
func TestCompositesAgree(t *testing.T) {
	const id = "a3f6c606-38ec-42d7-8c0e-d4ecaf0d9d61"
	fake := faker.Text(id)
	for _, text := range []string{
		"S-1-12-1-2750858758-1121401068-3973320332-1637682607", strings.ReplaceAll(id, "-", ""), strings.ToUpper(id),
	} {
		if got := identity.Atoms(faker.Text(text)); len(got) != 1 || got[0].Text != fake {
			t.Errorf("%s became %v, not of %s", text, got, fake)
		}
	}
	const thumbprint = "a3f6c60638ec42d78c0ed4ecaf0d9d61a3f6c606"
	if got, want := faker.Text(strings.ToUpper(thumbprint)), strings.ToUpper(faker.Text(thumbprint)); got != want {
		t.Errorf("in capitals it became %s, want %s", got, want)
	}
	const file = "01NKDM7HMOJTVYMDOSXFDK2QJDXCDI3WUK"
	guid := func(file string) string {
		memory, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(file[2:])
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(memory[4:])
	}
	if got, want := guid(faker.Text(file)), faker.Text(guid(file)); got != want || got == guid(file) {
		t.Errorf("the file's GUID became %s, and by itself %s", got, want)
	}
}

// The name of a directory extension holds the id of its application, and a name, which is
// no id.
func TestExtensionsHoldAnApplication(t *testing.T) {
	const app, name = "b7d8e648-520f-41d3-b9c0-fdeb91768a0a", "extension_b7d8e648520f41d3b9c0fdeb91768a0a_jobGroup"
	want := "extension_" + strings.ReplaceAll(faker.Text(app), "-", "") + "_jobGroup"
	if fake := faker.Text(name); fake != want {
		t.Errorf("%s became %s, want %s", name, fake, want)
	}
	if n, called, ok := identity.Extension(want); !ok || called != "jobGroup" || want[n:] != "jobGroup" {
		t.Errorf("the name in %s is %q", want, called)
	}
	for _, none := range []string{"", "jobGroup", strings.TrimSuffix(name, "jobGroup"), strings.Replace(name, "_job", "-job", 1), strings.Replace(name, "b7d8", "job8", 1)} {
		if _, called, ok := identity.Extension(none); ok {
			t.Errorf("the name in %s is %q", none, called)
		}
	}
}

func TestRealIDsAreNoPseudonyms(t *testing.T) {
	for _, text := range append(slices.Collect(maps.Keys(forms)), "ttvt1d7umic11ac3fsn7emx") { // whose checksum is right, and letters are not
		for _, a := range identity.Atoms(text) {
			if identity.IsFake(a) {
				t.Errorf("%v passes for a pseudonym", a)
			}
		}
	}
}

func TestTokens(t *testing.T) {
	for _, text := range []string{"R0usmcCM996atia_sR0usmcCM996atia_s", "X'44537070000000000044537070000000000'"} {
		fake, ok := identity.RewriteToken(text, faker.Fake)
		if again, _ := identity.RewriteToken(fake, faker.Fake); !ok || fake == text || again != fake || len(fake) != len(text) {
			t.Errorf("%s became %s, then %s", text, fake, again)
		}
	}
	for _, text := range []string{"23", strings.Repeat("a1z2", 4096)} {
		if _, ok := identity.RewriteToken(text, faker.Fake); ok || identity.IsFake(identity.Atom{Kind: identity.Token, Text: text[:2]}) {
			t.Errorf("%.10s has no room", text)
		}
	}
	const id = "8ea0e38b-efb3-4757-924a-5f94061cf8c2"
	for _, text := range []string{id, "0x0101008EA0E38BEFB34757924A5F94061CF8C203"} {
		if got, _ := identity.RewriteToken(text, faker.Fake); got != faker.Text(text) {
			t.Errorf("%s became %s", text, got)
		}
	}
	if got, _ := identity.RewriteToken(id+",adele", faker.Fake); strings.Contains(got, "adele") {
		t.Errorf("what stands beside an id stays in %s", got)
	}
}

func TestContentTypes(t *testing.T) {
	for text, want := range map[string]bool{
		"0x01": true, "0x0101": true, "0x01020304050F": true, "0x010": false, "0x01020304050607": false, "0x0101zz": false, "0x02": false, "": false,
		"0x0101008EA0E38BEFB34757924A5F94061CF8C2": false,
	} {
		if got := identity.IsContentType(text); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

func FuzzText(f *testing.F) {
	for text := range forms {
		f.Add(text, "x")
	}
	f.Fuzz(func(t *testing.T, text, salt string) {
		fk := identity.NewFaker([]byte(salt))
		fake := fk.Text(text)
		if again := fk.Text(fake); again != fake {
			t.Errorf("%q became %q, then %q", text, fake, again)
		}
		if same := identity.Rewrite(text, func(a identity.Atom) string { return a.Text }); same != text {
			t.Errorf("%q left alone became %q", text, same)
		}
		end := 0
		for _, s := range identity.Find(text) {
			if s.Start < end || s.End <= s.Start || s.End > len(text) {
				t.Errorf("%q: span %v behind %d", text, s, end)
			}
			end = s.End
		}
	})
}

func BenchmarkText(b *testing.B) {
	for name, text := range map[string]string{"id": "8ea0e38b-efb3-4757-924a-5f94061cf8c2", "words": "the quick brown fox jumps over the lazy dog, again and again"} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				faker.Text(text)
			}
		})
	}
}

// What stands for an id is known again: bytes that encode to no digit, and a token that could
// as well be bytes.
func TestEncodedPseudonymsStay(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	for range 30_000 {
		memory, token := make([]byte, 16), make([]byte, 43)
		for i := range memory {
			memory[i] = byte(random.Uint32())
		}
		for i := range token {
			token[i] = letters[random.IntN(len(letters))]
		}
		for _, id := range []string{base64.RawURLEncoding.EncodeToString(memory), base64.StdEncoding.EncodeToString(memory), string(token)} {
			once := faker.Text(id)
			if twice := faker.Text(once); twice != once {
				t.Fatalf("%s became %s, and that %s", id, once, twice)
			}
			if was, is := len(identity.Atoms(id)), len(identity.Atoms(once)); was != is {
				t.Fatalf("%s has %d ids, and %s, which it became, %d", id, was, once, is)
			}
		}
	}
}

func TestIsMadeOf(t *testing.T) {
	const id = "8ea0e38b-efb3-4757-924a-5f94061cf8c2"
	encoded := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	isJoint := func(between string) bool { return between == "" || between == "," }
	for text, want := range map[string]bool{
		encoded(id + "," + id): true, encoded("adele," + id): false, encoded("there is no id in it"): false, encoded("none-in-this-either"): false,
		strings.ReplaceAll(id+id, "-", ""): true, "0x010100" + strings.ReplaceAll(id, "-", "") + "03": true, "/" + encoded(id) + "/x": false,
		id: true, id + "," + id: true, "," + id: true, "": false, ",": false, id + " of it": false, "of " + id: false, id + " and " + id: false,
	} {
		if spans := identity.Find(text); len(spans) > 0 && strings.Contains(text, encoded("none-in")) {
			t.Errorf("%q holds the ids %v", text, spans)
		}
		if got := identity.IsMadeOf(text, isJoint); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

// TestIDsOfMeetings: the id of an online meeting is base64 of the organizer's and the chat's (real
// recordings; clients put it together from these), which become what they become elsewhere.
func TestIDsOfMeetings(t *testing.T) {
	const user, chat = "8ea0e38b-efb3-4757-924a-5f94061cf8c2", "19:meeting_MjdhNjM4YzUtYzExZi00OTFkLTkzZTAtNTVlNmZmMDhkNGU2@thread.v2"
	id := func(user, chat string) string {
		return base64.StdEncoding.EncodeToString([]byte("1*" + user + "*0**" + chat))
	}
	if got, want := faker.Text(id(user, chat)), id(faker.Text(user), faker.Text(chat)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
