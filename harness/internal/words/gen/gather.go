package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// A gatherer collects what the sources say, so that members and the types of their values can
// be brought together at the end, whichever source names which.
type gatherer struct {
	*table
	enums    map[string]set     // values by the local name of an enum, in lower case
	typed    map[string][]place // members by the local name of their type, in lower case
	referred map[string]set     // members whose value is of a type, by its local name in lower case
	bases    map[string]string  // local names in lower case
	said     []saying
	prose    *prose
}

// A saying is that a member has a value.
type saying struct {
	place
	value string
}

// A place is a member of a type.
type place struct{ owner, member string }

// ambiguous are members that hold words of people as often as words of the service. There a
// value belongs to the member of the type that documents it, known by the member above.
var ambiguous = newSet(`value values name displayname title description key label subject content text body summary
	comment comments note notes message location recipients detail details assignedto city department jobtitle companyname publisher
	manufacturer model username password address keywords query path filename data customdata user owner author tag alias caption
	footer header`)

// isFree reports whether a member is ambiguous, or holds text, links, names or secrets by the end of its name.
func isFree(member string) bool {
	return ambiguous.has(member) || endsFree(member)
}

var endsFree = ending("url", "uri", "secret", "message", "label", "accountname", "domainname", "distinguishedname", "principalname",
	"rule", "notes", "address", "secrettext", "alttext", "plaintext")

// keep puts a value that a member of a type may have into the table.
func (g *gatherer) keep(at place, value string) {
	if !isFree(at.member) {
		g.value(at.member, value)
		return
	}
	g.value(at.owner+"/"+at.member, value)
	for base, n := strings.ToLower(at.owner), 0; base != "" && base != "entity" && n < 8; base, n = g.bases[base], n+1 {
		for _, parent := range g.referred[base] {
			if !isFree(parent) {
				g.value(parent+"/"+at.member, value)
			}
		}
	}
}

// member notes a name, and the type of its values.
func (g *gatherer) member(at place, typ string) {
	g.list(words.SectionMembers).add(at.member)
	typ = local(typ)
	key := strings.ToLower(typ)
	if typ == "" || typ == "string" {
		return
	}
	g.typed[key] = append(g.typed[key], at)
	if g.referred[key] == nil {
		g.referred[key] = set{}
	}
	g.referred[key].add(at.member)
}

func local(typ string) string { return typ[strings.LastIndexByte(typ, '.')+1:] }

// finish gives the values of enums to the members that have them.
func (g *gatherer) finish() {
	for enum, values := range g.enums {
		at := g.typed[enum]
		if _, ok := g.list(words.SectionMembers)[enum]; ok {
			at = append(at, place{enum, g.list(words.SectionMembers)[enum]}) // a table of values that is named after a member
		}
		for _, p := range at {
			for _, v := range values {
				g.keep(p, v)
			}
		}
	}
	for _, s := range g.said {
		if isWord(s.value) {
			g.keep(s.place, s.value)
		}
	}
	for _, word := range g.prose.words() {
		g.list(words.SectionText).add(word)
	}
	for _, m := range g.list(words.SectionMembers).sorted() {
		for class, has := range classes {
			if has(m) {
				g.list(class).add(m)
			}
		}
	}
}

func (g *gatherer) metadata(corpus fs.FS) error {
	g.bases = map[string]string{}
	return each(corpus, "metadata", ".csdl", func(file string) error {
		f, err := corpus.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		m, err := csdl.Parse(f, file)
		if err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		g.model(m)
		return nil
	})
}

func (g *gatherer) model(m *csdl.Model) {
	for name, t := range m.Types {
		owner := local(name)
		g.list(words.SectionTypes).add(strings.TrimPrefix(name, "microsoft.graph."))
		if t.Base != "" {
			g.bases[strings.ToLower(owner)] = strings.ToLower(local(t.Base))
		}
		for _, p := range t.Properties {
			g.member(place{owner, p.Name}, primitive(p.Type))
		}
		for _, member := range t.Members {
			g.enum(owner, member.Name)
		}
	}
	for name, overloads := range m.Operations {
		g.list(words.SectionMembers).add(local(name))
		for _, o := range overloads {
			for _, p := range o.Parameters {
				g.member(place{local(name), p.Name}, primitive(p.Type))
			}
		}
	}
	for name := range m.Resources {
		g.list(words.SectionMembers).add(name)
	}
}

// primitive is the name of a type, or "" for one of OData's own.
func primitive(r csdl.Ref) string {
	if r.IsPrimitive() {
		return ""
	}
	return r.Name
}

// enum notes a value of an enum. What metadata declares is one whatever it looks like.
func (g *gatherer) enum(name, value string) {
	key := strings.ToLower(name)
	if g.enums[key] == nil {
		g.enums[key] = set{}
	}
	g.enums[key].add(value)
}

func (g *gatherer) permissions(corpus fs.FS) error {
	data, err := fs.ReadFile(corpus, "permissions/permissions.json")
	if err != nil {
		return fmt.Errorf("read the permissions: %w", err)
	}
	var file struct {
		Permissions map[string]json.RawMessage `json:"permissions"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return fmt.Errorf("read the permissions: %w", err)
	}
	for name := range file.Permissions {
		g.list(words.SectionPermissions).add(name)
	}
	return nil
}

// each calls f with the files below a folder that have an extension, in the order of their names.
func each(corpus fs.FS, folder, ext string, f func(file string) error) error {
	found := 0
	err := fs.WalkDir(corpus, folder, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ext {
			return err
		}
		found++
		return f(file)
	})
	if err == nil && found == 0 {
		return fmt.Errorf("no %s file in %s", ext, folder)
	}
	return err
}

// classes say by the name of a member that its values have a form, not a list: which
// section has it.
var classes = map[string]func(member string) bool{
	"languages.members": ending("language", "languages", "languagetag", "languagetags", "locale", "locales", "culture", "languageid"),
	"countries.members": ending("country", "countries", "countrycode", "countryorregion", "countryorregioncode", "countriesandregions",
		"countryletter", "countryletters", "countryletterode", "countrylettercode", "usagelocation", "countryregion"),
	"zones.members":      ending("timezone", "timezoneid", "timezones"),
	"currencies.members": ending("currency", "currencycode", "currencyid"),
	"media.members":      ending("contenttype", "mimetype", "mediatype", "contenttypes", "mimetypes"),
}

func ending(ends ...string) func(string) bool {
	return func(member string) bool {
		return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(strings.ToLower(member), end) })
	}
}
