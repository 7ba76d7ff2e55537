package redact

import (
	"encoding/csv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// isTable reports whether a type is that of lines of cells.
func isTable(name string) bool {
	switch name {
	case "text/csv", "application/csv", "text/x-csv", "text/comma-separated-values", "text/tab-separated-values":
		return true
	}
	return false
}

// isReport recognises the reports of usage, which are CSV whatever their type says
// (v1.0/api/reportroot pages). There may be a title above the names of the columns.
func isReport(s string) bool {
	const first, lines = "Report Refresh Date", 6
	rest := strings.TrimPrefix(s, "\ufeff")
	for range lines {
		line, more, found := strings.Cut(rest, "\n")
		if after, ok := strings.CutPrefix(strings.TrimLeft(line, ` "`), first); ok && after != "" && strings.IndexByte("\",;\t|", after[0]) >= 0 {
			return true
		}
		if !found {
			break
		}
		rest = more
	}
	return false
}

// A sheet is what the first records of a table say about all of them.
type sheet struct {
	comma  rune
	header int      // which record names the columns; -1 when none does
	rules  []*field // by column; nil for most
	// By column, the last one up to it whose values are secret, or replaced at all; -1
	// for none.
	secret, named []int
}

// maxTitles is how many records the one that names the columns is looked for among.
const maxTitles = 16

// sheetOf finds the record that names the most columns which rules know, and what stands
// between the cells, with which it names them. The widest one counts where
// two are alike, and of those the first: a title may end in a name too. Where none names
// any, the widest record is taken for it.
func sheetOf(s string, kind string) sheet {
	best := sheet{comma: ',', header: -1}
	most, widest := -1, 1
	commas := []rune{',', ';', '\t', '|'}
	if name, _ := mediaType(kind); name == "text/tab-separated-values" {
		commas, best.comma = []rune{'\t'}, '\t'
	}
	for _, comma := range commas {
		if strings.IndexByte(s, byte(comma)) < 0 && comma != commas[0] {
			continue
		}
		reader := cellsOf(s, comma)
		for n := range maxTitles {
			record, err := reader.Read()
			if err != nil {
				break
			}
			known, rules := 0, make([]*field, len(record))
			for c, cell := range record {
				f, sure := columnNamed(cell)
				rules[c] = f
				known += sure
			}
			if known > most || known == most && len(record) > widest {
				most, widest, best = known, len(record), sheet{comma: comma, header: n, rules: rules}
			}
		}
	}
	best.look()
	return best
}

func (t *sheet) look() {
	secret, named := -1, -1
	for c, f := range t.rules {
		if f != nil {
			named = c
			if table[f.rule].Class == Secret {
				secret = c
			}
		}
		t.secret, t.named = append(t.secret, secret), append(t.named, named)
	}
}

// column is the rule for a cell; nil for most. In a record with more cells than there are
// columns, something shifted them: a cell may be of any of the columns before, and is
// treated as one of those, of a secret's first.
func (t *sheet) column(n, surplus int) *field {
	if surplus <= 0 {
		if n < len(t.rules) {
			return t.rules[n]
		}
		return nil
	}
	if len(t.rules) == 0 {
		return nil
	}
	last, from := min(n, len(t.rules)-1), n-surplus
	for _, c := range [...]int{t.secret[last], t.named[last]} {
		if c >= max(from, 0) {
			return t.rules[c]
		}
	}
	return nil
}

// columnNamed finds the rule for a column by its name, or by the last words of it: that of
// Display Name for Owner Display Name. How sure it is that it is a column's name is 0 to 2.
func columnNamed(name string) (f *field, sure int) {
	const longest = 64
	if name = strings.TrimSpace(name); len(name) > longest || strings.Contains(name, "--") || !ascii.All(name, isOfName) {
		return nil, 0
	}
	sure = 2
	for i := range len(name) {
		if i > 0 && !startsWord(name, i) {
			continue
		}
		for _, spelled := range [...]string{name[i:], squeezed(name[i:])} { // x-api-key has its hyphens
			if f := members.find(spelled); f != nil && f.within == nil {
				return f, sure
			}
			if strings.EqualFold(spelled, "name") {
				return &fileOrOther, 1
			}
		}
		sure = 1
	}
	return nil, 0
}

// fileOrOther is the rule for a column of names, among which those of files are replaced.
var fileOrOther = fileNames

// squeezed is a name without what stands between its words.
func squeezed(name string) string {
	if !strings.ContainsAny(name, " _-") {
		return name
	}
	b := make([]byte, 0, len(name))
	for i := range len(name) {
		if strings.IndexByte(" _-", name[i]) < 0 {
			b = append(b, name[i])
		}
	}
	return string(b)
}

// isOfName says which bytes a column's name is made of.
func isOfName(c byte) bool { return isWord[c] || c == ' ' || c == '.' || c == '@' }

func startsWord(s string, i int) bool {
	return s[i-1] == ' ' || s[i-1] == '_' || ascii.IsLower(s[i-1]) && ascii.IsUpper(s[i])
}

// cellsOf reads any text to its end: what is no CSV in it is cells all the same.
func cellsOf(s string, comma rune) *csv.Reader {
	reader := csv.NewReader(strings.NewReader(s))
	reader.Comma, reader.FieldsPerRecord, reader.LazyQuotes, reader.ReuseRecord = comma, -1, true, true
	reader.TrimLeadingSpace = comma != '\t' // a quote after a space opens a cell too
	return reader
}

// table looks at the cells of CSV, each by the rule of its column, or as any text. What is
// not replaced keeps its bytes, its quotes too.
func (p *pass) table(s, kind string) {
	base := 0
	if rest, marked := strings.CutPrefix(s, "\ufeff"); marked {
		s, base = rest, len("\ufeff")
	}
	for at := strings.Index(s, pemBegin); at >= 0 && at < len(s); { // one may be of several cells
		at = max(p.pem(s, at, base), at+len(pemBegin))
		if next := strings.Index(s[min(at, len(s)):], pemBegin); next >= 0 {
			at += next
		} else {
			break
		}
	}
	t := sheetOf(s, kind)
	reader := cellsOf(s, t.comma)
	lines := lines{text: s, number: 1}
	for n := 0; ; n++ {
		record, err := reader.Read()
		if err != nil {
			return // the end: nothing else stops a lazy reader of a string
		}
		surplus := lastCell(record) + 1 - len(t.rules)
		for c, cell := range record {
			if cell == "" {
				continue
			}
			at := lines.offset(reader.FieldPos(c))
			switch {
			case n > t.header && t.header >= 0:
				p.cell(t.column(c, surplus), cell, s, at, base)
			case n == t.header && t.rules[c] != nil: // a name of a column
			default:
				p.cell(nil, cell, s, at, base)
			}
		}
	}
}

// lastCell is the position of the last cell that holds something; -1 for none.
func lastCell(record []string) int {
	for c := len(record) - 1; c >= 0; c-- {
		if record[c] != "" {
			return c
		}
	}
	return -1
}

// lines knows where the line begins that was asked for last.
type lines struct {
	text   string
	start  int
	number int
}

// offset is where a column of a line stands. Lines are asked for in their order.
func (l *lines) offset(line, column int) int {
	for ; l.number < line; l.number++ {
		l.start += strings.IndexByte(l.text[l.start:], '\n') + 1
	}
	return l.start + column - 1
}

// cell looks at one cell, which is spelled in text from at on.
func (p *pass) cell(f *field, value, text string, at, base int) {
	scan := func(t string, at int) {
		if f != nil && f != &fileOrOther {
			p.treat(f, t, at)
			return
		}
		first := len(p.edits)
		p.free(t, at)
		if f != nil && len(p.edits) == first && hasExtension(t) {
			p.treat(f, t, at)
		}
	}
	if text[at] != '"' {
		scan(value, base+at)
		return
	}
	at++
	if strings.HasPrefix(text[at:], value) && strings.IndexByte(value, '"') < 0 {
		scan(value, base+at)
		return
	}
	p.through(quotedCell(text[at:], value), base+at, func(t string) { scan(t, 0) })
}

// quotedCell maps what a quoted cell holds to how it is spelled behind its first quote.
func quotedCell(raw, value string) *view {
	v := &view{
		text: value, at: make([]int32, 0, len(value)+1),
		spell: func(c byte) string { return string([]byte{c, c}) },
		safe:  func(c byte) bool { return c != '"' },
	}
	i := 0
	for range len(value) {
		v.at = append(v.at, int32(i))
		if i+1 < len(raw) && (raw[i] == '"' && raw[i+1] == '"' || raw[i] == '\r' && raw[i+1] == '\n') {
			i++
		}
		i++
	}
	v.at = append(v.at, int32(i))
	v.raw = raw[:i]
	return v
}
