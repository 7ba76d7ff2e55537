package redact_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/planted"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// large makes an interaction one that is scanned while the recording goes on.
func large(i *cassette.Interaction) *cassette.Interaction {
	i.Response.Body += strings.Repeat("\n", 8<<10)
	return i
}

// late are values that are recognised only when a member names them, and in how many of
// the positions they are looked for at least: names as whole values only, secrets in JSON
// and as they are.
var late = []struct {
	member, value string
	places        int
}{
	{"mobilePhone", "14255550109", 17},
	{"employeeId", "EMP-77231", 18},
	{"publisherDomain", "fabrikam.co.uk", 19},
	{"displayName", "Adele O'Vance", 5},
	{"password", "Test1234!!" + "x&y", 10},
	{"deltaToken", "kq5ZfPw8rT2mXc7", 10},
}

// teach has a redactor meet a value by its name.
func teach(r *redact.Redactor, member, value string) {
	i := interaction("POST", graph+"/users")
	text, _ := json.Marshal(map[string]string{member: value})
	i.Request.Body = string(text)
	if member == "deltaToken" {
		i.Request.Body, i.Request.URL = "", graph+"/users/delta?$deltatoken="+value
	}
	r.Interaction(i)
}

// agreeing checks what Settled promises: what is settled, Guard lets pass and Finish leaves
// as it is. It reports whether the interaction is settled.
func agreeing(t *testing.T, r *redact.Redactor, note []byte, stored *cassette.Interaction) bool {
	t.Helper()
	settled := r.Settled(note, stored)
	refused := r.Guard()(&cassette.Cassette{Interactions: []*cassette.Interaction{stored}})
	before := brief(stored) + stored.Response.Body
	polished := *stored
	r.Finish(&cassette.Cassette{Interactions: []*cassette.Interaction{&polished}})
	changed := brief(&polished)+polished.Response.Body != before
	if settled && (refused != nil || changed) {
		t.Errorf("settled, and the guard says %v, and the last pass made of\n%.300s\nthis:\n%.300s", refused, before, brief(&polished)+polished.Response.Body)
	}
	return settled
}

// A value that is recognised later, wherever it stands in an earlier interaction and in
// whatever encoding: the earlier one is no longer settled, and others are.
func TestLateValuesUnsettle(t *testing.T) {
	for _, v := range late {
		r := newRedactor(t)
		placed := planted.Positions(v.value)
		placed["in an encoded id"] = interaction("GET", graph+"/me")
		placed["in an encoded id"].Response.Body = `{"id":"` + base64.StdEncoding.EncodeToString([]byte(tenant+"##"+v.value+"##"+object)) + `"}`
		type kept struct {
			stored *cassette.Interaction
			note   []byte
		}
		all := map[string]kept{"page": {stored: r.Interaction(page(9 << 10))}}
		for _, where := range slices.Sorted(maps.Keys(placed)) {
			all[where] = kept{stored: r.Interaction(large(placed[where]))}
		}
		for where, k := range all {
			all[where] = kept{k.stored, r.Note(k.stored)}
		}
		for _, k := range all {
			agreeing(t, r, k.note, k.stored)
		}
		teach(r, v.member, v.value)
		unsettled := 0
		for _, k := range all {
			if !agreeing(t, r, k.note, k.stored) {
				unsettled++
			}
		}
		if !agreeing(t, r, all["page"].note, all["page"].stored) {
			t.Errorf("%s: an interaction without it is not settled", v.member)
		}
		if unsettled < v.places {
			t.Errorf("%s: %d of %d are not settled, want %d at least", v.member, unsettled, len(all), v.places)
		}
	}
}

// FuzzSettled holds what makes it enough to scan a recording as it is stored: whatever
// comes later, the guard finds nothing in what is settled.
func FuzzSettled(f *testing.F) {
	for _, v := range late {
		text, _ := json.Marshal(map[string]string{v.member: v.value})
		f.Add(graph+"/users/"+v.value, `{"note":"`+v.value+` and more","x":"{\"y\":\"`+v.value+`\"}"}`, graph+"/me", string(text))
		f.Add(graph+"/users?$filter=x eq '"+v.value+"'", "a="+v.value, graph+"/users?$deltatoken="+v.value, "password="+v.value)
	}
	f.Fuzz(func(t *testing.T, address, body, laterAddress, laterBody string) {
		r := newRedactor(t)
		early, later := interaction("POST", address), interaction("POST", laterAddress)
		early.Request.Body, early.Response.Body = body, body
		later.Request.Body, later.Response.Body = laterBody, laterBody
		stored := r.Interaction(large(early))
		note := r.Note(stored)
		agreeing(t, r, note, stored)
		r.Interaction(later)
		agreeing(t, r, note, stored)
	})
}

// A cassette that is saved by Saving holds no value that was recognised late, and the
// guard still refuses what redaction missed.
func TestSaving(t *testing.T) {
	r := newRedactor(t)
	early := interaction("GET", graph+"/me")
	early.Response.Body = `{"note":"call 14255550109 or fabrikam.co.uk","title":"Adele O'Vance","x":"{\"y\":\"14255550109\"}"}`
	saving := journaled(t, r, large(early), page(9<<10), page(1<<10))
	for _, v := range late {
		teach(r, v.member, v.value)
	}
	c, err := saving()
	if err != nil {
		t.Fatal(err)
	}
	if text := dump(t, c); strings.Contains(text, "14255550109") || strings.Contains(text, "fabrikam") || strings.Contains(text, "Vance") {
		t.Errorf("got %s", text)
	}

	leaking := interaction("POST", graph+"/users")
	leaking.Request.Body = `{"passwordProfile":{"password":"hunter2hunter2"}}`
	for _, i := range []*cassette.Interaction{leaking, large(leaking)} {
		j, file := journalFor(t)
		if err := j.Append(0, journal.NoRetry, i, r.Note(i)); err != nil {
			t.Fatal(err)
		}
		how := r.Saving()
		how.Polish = nil
		if _, err := j.Save(file, cassette.Meta{Origin: cassette.Emulator}, how); err == nil || !strings.Contains(err.Error(), "secret.password") {
			t.Errorf("a secret was saved: %v", err)
		}
	}
}

// What is learned while interactions are being saved, from some that were put into the
// journal as they are, is replaced in those that were written before.
func TestSavingLearns(t *testing.T) {
	r := newRedactor(t)
	j, file := journalFor(t)
	early, late := large(interaction("GET", graph+"/me")), interaction("GET", graph+"/me")
	early.Response.Body = `{"note":"call 14255550109"}` + early.Response.Body
	late.Response.Body = `{"mobilePhone":"+1 425 555 0109"}`
	for n, i := range []*cassette.Interaction{r.Interaction(early), late} {
		if err := j.Append(n, journal.NoRetry, i, r.Note(i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := j.Save(file, cassette.Meta{Origin: cassette.Emulator}, r.Saving()); err != nil {
		t.Fatal(err)
	}
	c, err := cassette.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if text := dump(t, c); strings.Contains(text, "5550109") || strings.Contains(text, "555 0109") {
		t.Errorf("got %s", text)
	}
}

// A note is worth nothing to another redactor, whose rules and values may be others.
func TestNotesOfOthers(t *testing.T) {
	i := large(interaction("GET", graph+"/users/adele@fabrikam.com"))
	off, err := redact.New(redact.Rules{Identity: redact.Off}, redact.Options{})
	if err != nil {
		t.Fatal(err)
	}
	stored := off.Interaction(i)
	note := off.Note(stored)
	if !agreeing(t, off, note, stored) {
		t.Error("not settled for the one that made the note")
	}
	if agreeing(t, newRedactor(t), note, stored) {
		t.Error("settled for another, whose rules replace the address")
	}
}

func journalFor(t *testing.T) (*journal.Journal, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.yaml")
	j, err := journal.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Remove() })
	return j, file
}

// journaled redacts interactions into a journal, which the result makes a cassette of.
func journaled(t *testing.T, r *redact.Redactor, all ...*cassette.Interaction) func() (*cassette.Cassette, error) {
	t.Helper()
	j, file := journalFor(t)
	for n, i := range all {
		stored := r.Interaction(i)
		if err := j.Append(n, journal.NoRetry, stored, r.Note(stored)); err != nil {
			t.Fatal(err)
		}
	}
	return func() (*cassette.Cassette, error) {
		if _, err := j.Save(file, cassette.Meta{Origin: cassette.Emulator}, r.Saving()); err != nil {
			return nil, err
		}
		return cassette.Load(file)
	}
}
