package docs

import (
	"regexp"
	"slices"
	"strings"
)

// Permissions are what one table lists, of each kind the least privileged first. Any
// one of a kind is enough. A * behind a name marks resource-specific consent, which
// only applications have.
type Permissions struct {
	Line                             int
	Lead                             string // the text before the table, or the label within it: what it is for
	Delegated, Personal, Application []string
}

// maxTables is how many tables of permissions are read.
const maxTables = 1000

// table reads a table of permissions, or of the methods of a resource, and what stands before it.
func (p *Page) table(line int, lead string, rows []string) {
	if len(rows) < 3 {
		return
	}
	head := strings.ToLower(rows[0])
	switch {
	case len(p.Permissions) >= maxTables:
		if !p.full {
			p.full = true
			p.note(Permission, line, "more than %d tables: this one and those after it were not read", maxTables)
		}
	case strings.Contains(head, "permission type") && strings.Count(head, "permission") > 1:
		p.permissions(line, lead, head, rows)
	case strings.Contains(head, "method") && strings.Contains(head, "return"):
		p.methods(line, rows)
	}
}

func (p *Page) permissions(line int, lead, head string, rows []string) {
	mostFirst := strings.Contains(head, "most to least")
	var labels []string
	tables := map[string]*Permissions{}
	for n, row := range rows[1:] {
		cells := cells(row)
		kind := strings.ToLower(cells[0])
		if len(cells) < 2 || !strings.Contains(kind, "delegated") && !strings.Contains(kind, "application") {
			continue
		}
		for _, group := range p.names(line+1+n, strings.Join(cells[1:], ","), strings.Contains(kind, "application")) {
			if mostFirst {
				slices.Reverse(group.names)
			}
			if tables[group.label] == nil {
				tables[group.label] = &Permissions{Line: line, Lead: lead + " " + group.label}
				labels = append(labels, group.label)
			}
			tables[group.label].add(kind, group.names)
		}
	}
	if !mostFirst && !strings.Contains(head, "least") {
		p.minor(Permission, line, "the table does not say which permission is the least privileged")
	}
	for _, label := range labels {
		p.Permissions = append(p.Permissions, *tables[label])
	}
}

func (p *Permissions) add(kind string, names []string) {
	list := &p.Application
	if strings.Contains(kind, "delegated") {
		list = &p.Delegated
		if strings.Contains(kind, "personal") {
			list = &p.Personal
		}
	}
	*list = append(*list, names...)
}

func cells(row string) []string {
	row = strings.Trim(strings.TrimSpace(row), "|")
	all := strings.Split(strings.ReplaceAll(row, `\|`, "\x00"), "|")
	for i := range all {
		all[i] = strings.TrimSpace(strings.ReplaceAll(all[i], "\x00", "|"))
	}
	return all
}

// group are the permissions under one label of a cell.
type group struct {
	label string
	names []string
}

var (
	lineBreak  = regexp.MustCompile(`(?i)<br\s*/?>`)
	footnote   = regexp.MustCompile(`(?i)<sup>.*?</sup>`)
	tag        = regexp.MustCompile(`<[^>]*>`)
	link       = regexp.MustCompile(`\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?`)
	splitNames = regexp.MustCompile(`[,;\n]|\s+(?:or|and)\s+`)
	permission = regexp.MustCompile(`^[A-Za-z][\w-]*(\.[\w-]+)+\*?$`)
	noName     = regexp.MustCompile(`(?i)^(not (supported|available|applicable|required)|none|n/?a|no|-+|no permissions? required|)$`)
)

var unmarked = strings.NewReplacer(`\*`, "*", "**", "", "`", "", "\u00a0", " ")

// openIDScopes are permissions without a dot in their names (I: identity platform).
var openIDScopes = []string{"email", "offline_access", "openid", "profile"}

// names reads a cell. Where it speaks of several things, each has a label.
func (p *Page) names(line int, cell string, application bool) []group {
	text := lineBreak.ReplaceAllString(cell, "\n")
	text = tag.ReplaceAllString(footnote.ReplaceAllString(text, ""), "")
	text = link.ReplaceAllString(text, "$1")
	text = unmarked.Replace(text)
	groups := []group{{}}
	for part := range strings.SplitSeq(text, "\n") {
		label, rest, labelled := strings.Cut(part, ":")
		if labelled && !strings.ContainsAny(label, ",;.*") {
			if len(groups[0].names) == 0 && len(groups) == 1 {
				groups = groups[:0]
			}
			groups = append(groups, group{label: strings.ToLower(strings.TrimSpace(label))})
			part = rest
		}
		if strings.Contains(part, " and ") {
			p.note(Permission, line, "some permissions are needed together, and are listed one by one: %s", brief(strings.TrimSpace(part)))
		}
		last := &groups[len(groups)-1]
		for _, name := range splitNames.Split(part, -1) {
			if name = p.name(line, strings.Trim(strings.TrimSpace(name), ". "), application); name != "" && !slices.Contains(last.names, name) {
				last.names = append(last.names, name)
			}
		}
	}
	return groups
}

func (p *Page) name(line int, name string, application bool) string {
	switch {
	case noName.MatchString(name), strings.HasPrefix(strings.ToLower(name), "not supported"):
		return ""
	case slices.Contains(openIDScopes, name):
		return name
	case !permission.MatchString(name):
		p.note(Permission, line, "left out what is not a permission: %s", brief(name))
		return ""
	case strings.HasSuffix(name, "*") && !application:
		p.note(Permission, line, "%s is marked as resource-specific, which only applications' permissions are", name)
		return strings.TrimSuffix(name, "*")
	}
	return name
}

var resourcePage = regexp.MustCompile(`\[\W*(\w+)\W*\]\(\s*(?:[^()\s]*/)?(\w+)\.md`)

var apiPage = regexp.MustCompile(`\(\s*(?:[^()\s]*/)?api/([\w.-]+\.md)`)

// methods reads the table of what can be done with a resource.
func (p *Page) methods(line int, rows []string) {
	for n, row := range rows[1:] {
		cells := cells(row)
		page := apiPage.FindStringSubmatch(cells[0])
		if page == nil || len(cells) < 2 {
			continue
		}
		if returns := resourcePage.FindStringSubmatch(cells[1]); returns != nil && strings.EqualFold(returns[1], returns[2]) {
			p.Methods = append(p.Methods, Method{Line: line + 1 + n, Page: page[1], Returns: returns[1]})
		}
	}
}
