package planted

import (
	"fmt"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// Tables puts a value into the cells of reports, in every column, behind cells that shift
// it, and where no column is. A value that is JSON stands in no cell.
func Tables(k Kind) map[string]*cassette.Interaction {
	all := map[string]*cassette.Interaction{}
	if k.Value[0] == '{' || k.Value[0] == '[' {
		return all
	}
	put := func(name, kind, body string) {
		i := Exchange("GET", Graph+"/reports/getTeamsUserActivityUserDetail(period='D7')")
		i.Response.Headers.Set("Content-Type", kind)
		i.Response.Body = body
		all["table: "+name] = i
	}
	const columns, plain = 4, "text/csv"
	cell := cellOf(k.Value, ',')
	for n := range columns {
		put(fmt.Sprintf("column %d", n), plain, tableOf(",", "\r\n", n, k.column(), cell))
		put(fmt.Sprintf("column %d of tabs", n), "text/tab-separated-values", tableOf("\t", "\n", n, k.column(), cellOf(k.Value, '\t')))
		put(fmt.Sprintf("column %d of semicolons", n), plain, tableOf(";", "\n", n, k.column(), cellOf(k.Value, ';')))
	}
	last := columns - 1
	table := tableOf(",", "\r\n", last, k.column(), cell)
	behind := func(first string) string { return strings.ReplaceAll(table, "2026-01-02,", first+",") }
	put("behind a comma in quotes", plain, behind(`"Berg, Anna"`))
	put("behind a line break in quotes", plain, behind("\"Berg\r\nAnna\""))
	put("behind quotes in quotes", plain, behind(`"the ""other"", Anna"`))
	put("behind a space and quotes", plain, behind(` "Berg, Anna"`))
	put("behind a bare comma", plain, behind("Berg, Anna"))
	put("behind a bare quote", plain, behind(`5" disk`))
	put("below a title", plain, "Usage of July\r\nAll users, by name\r\n"+table)
	put("behind a mark", plain, "\ufeff"+table)
	put("as octets", "application/octet-stream", "\ufeff\"Report Refresh Date\","+strings.TrimPrefix(tableOf(",", "\n", last, k.column(), cell), "Report Refresh Date,"))
	if k.Member == "" {
		for name, body := range map[string]string{
			"beyond the columns":   "a,b\nx,y,z," + cell + "\n",
			"in a short row":       "a,b,c,d\n" + cell + "\n",
			"among the columns":    "a," + cell + ",b\n1,2,3\n",
			"in a title":           "for " + strings.ReplaceAll(k.Value, "\n", " ") + " only\nReport Refresh Date,Display Name\n2026-01-02,x\n",
			"in a text in quotes":  "a,b\n1,\"see, " + k.Value + ", and\"\n",
			"behind quotes":        "a,b\n1,\"say \"\"" + k.Value + "\"\" again\"\n",
			"behind an open quote": "a,b\n\"1," + k.Value,
		} {
			put(name, plain, body)
		}
	}
	return all
}

// column is how a report names the column of a kind: User Principal Name.
func (k Kind) column() string {
	if k.Member == "" {
		return "Column"
	}
	var b strings.Builder
	for n, c := range k.Member {
		if n > 0 && c >= 'A' && c <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return strings.ToUpper(b.String()[:1]) + b.String()[1:]
}

// tableOf is a report of two rows and four columns, of which column n has the value.
func tableOf(comma, end string, n int, column, cell string) string {
	names, row := []string{"Report Refresh Date", "Is Deleted", "Used", "Period"}, []string{"2026-01-02", "False", "7", "30"}
	names[n] = column
	other := strings.Join(row, comma)
	row[n] = cell
	return strings.Join(names, comma) + end + strings.Join(row, comma) + end + other + end
}

func cellOf(value string, comma rune) string {
	if strings.ContainsAny(value, "\"\r\n"+string(comma)) {
		return `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	}
	return value
}
