package redact_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// redactTable redacts a body of CSV.
func redactTable(t testing.TB, kind, body string) string {
	t.Helper()
	once, err := redactOnce(redact.Rules{}, exchangesOf(kind, body)["answer"])
	if err != nil {
		t.Fatal(err)
	}
	return once.Response.Body
}

func TestTables(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"columns", "Report Refresh Date,User Principal Name,Display Name\r\n2026-01-02,adele@fabrikam.com,Adele Vance\r\n",
			"Report Refresh Date,User Principal Name,Display Name\r\n2026-01-02,user1@tenant1.example,Name 1\r\n"},
		{"columns that no member is named like", "Site Id,Owner Display Name,ownerPrincipalName\n1,Adele Vance,adele\n", "Site Id,Owner Display Name,ownerPrincipalName\n1,Value 1,value2\n"},
		{"bytes that stay", "\ufeff\"a\",Display Name,\"d\"\r\n\r\n7,\"Vance, Adele\",7\n,,\n,\n", "\ufeff\"a\",Display Name,\"d\"\r\n\r\n7,\"Name 1\",7\n,,\n,\n"},
		{"a quoted cell", "a,b\n1,\"he said \"\"ask adele@fabrikam.com, now\"\"\r\nor never\"\n", "a,b\n1,\"Value 1\"\n"},
		{"shifted", "Used,Password,Period\n1,\"a, b\",7\n1,x,hunter22,7\n1,hunter33,7,\n", "Used,Password,Period\n1,\"REDACTED\",7\n1,value1,value2,7\n1,value3,7,\n"},
		{"secrets first", "Password,Display Name\nhunter22,Adele Vance\nx,hunter33,Adele Vance\n", "Password,Display Name\nREDACTED,Name 1\nvalue1,value2,Name 1\n"},
		{"no columns", "1,2\nadele@fabrikam.com,3\n", "1,2\nuser1@tenant1.example,3\n"},
		{"below a title", "Users, by name\n2026\nUsed Web,Display Name,x\n1,Adele Vance,7\n", "Users,Member 1\n2026\nValue 1,Value 2,value3\n1,Value 4,7\n"},
		{"semicolons", "Used;Display Name\n1,5;Adele Vance\n", "Used;Display Name\nvalue1;Name 1\n"},
		{"tabs", "Used\tDisplay Name\n1\tAdele Vance\n\tAdele Vance\n", "Used\tDisplay Name\n1\tName 1\n\tName 1\n"},
		{"names of files and others", "Name,Size\nDragonfly plan.docx,7\nMarketing,8\n", "Name,Size\nfile1.docx,7\nvalue1,8\n"},
		{"JSON in a cell", "id,data\n1,\"{\"\"password\"\":\"\"hunter22\"\",\"\"n\"\":1}\"\n", "id,data\n1,\"{\"\"password\"\":\"\"REDACTED\"\",\"\"n\"\":1}\"\n"},
		{"a key of several cells", "a,b\n1,-----BEGIN " + "PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0\n-----END " + "PRIVATE KEY-----\n2,3\n", "a,b\n1,REDACTED\nvalue1\nvalue2\nValue 3\n2,3\n"},
		{"a key in a line", "a,b\n1,-----BEGIN " + "PRIVATE KEY----- MIIEvQIBADANBg -----END " + "PRIVATE KEY-----\n", "a,b\n1,REDACTED\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := unchecked(redactTable(t, "text/csv", c.in)); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// A report is one whatever its type says.
func TestReportsOfOtherTypes(t *testing.T) {
	for _, kind := range []string{"", "application/octet-stream", "text/plain", "application/json"} {
		for _, body := range []string{
			"Report Refresh Date,Display Name\n2026-01-02,Adele Vance\n", "\ufeffReport Refresh Date,Display Name\n2026-01-02,Adele Vance\n",
			"\"Report Refresh Date\",\"Display Name\"\n2026-01-02,\"Adele Vance\"\n", "Report Refresh Date;Display Name\n2026-01-02;Adele Vance\n",
			"Report Refresh Date\tDisplay Name\n2026-01-02\tAdele Vance\n",
		} {
			if got, want := unchecked(redactTable(t, kind, body)), strings.ReplaceAll(body, "Adele Vance", "Name 1"); got != want {
				t.Errorf("%q: got %q", kind, got)
			}
		}
	}
}

// FuzzTables holds that a table keeps its shape: as many records, as many cells in each, and
// in the cells that hold nothing to redact what was in them.
func FuzzTables(f *testing.F) {
	for _, seed := range []string{
		"Report Refresh Date,Display Name\r\n2026-01-02,\"Vance, Adele\"\r\n", "Password,a\n\"x\"\"y\",\" z\n", "\ufeff\"Display Name\";Password\n\n \"q\" ;7\r", "a\tPassword\n\"\t\t\"\t1\t2\n",
		"x\"y,\"a\"b\"\",c\nDisplay Name,Mail\n\"\r\n\"\"\",q,r", "Name,City\r\n\"a.docx\",Ghent,,\r\n,,x", "-----BEGIN X-----,\"\n-----END X-----\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		once := redactTable(t, "text/csv", body)
		if twice := redactTable(t, "text/csv", once); twice != once {
			t.Fatalf("redacting twice changes more:\n%q\n%q\n%q", body, once, twice)
		}
		if !utf8.ValidString(body) || strings.Contains(body, "-----BEGIN ") || strings.TrimLeft(body, " \t\r\n\ufeff") != body || strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
			return // a key may be of several cells; what looks like JSON, or is no text, is no table
		}
		separator := slices.MaxFunc([]byte(",;\t|"), func(a, b byte) int { // which the first line has most of
			line, _, _ := strings.Cut(body, "\n")
			return strings.Count(line, string(a)) - strings.Count(line, string(b))
		})
		if separator == '\t' {
			return // which csv.Reader takes for leading space
		}
		before, after := recordsOf(body, rune(separator)), recordsOf(once, rune(separator))
		if len(before) != len(after) {
			t.Fatalf("%d records became %d:\n%q\n%q", len(before), len(after), body, once)
		}
		for n := range before {
			if len(before[n]) != len(after[n]) {
				t.Fatalf("record %d of %d cells has %d:\n%q\n%q", n, len(before[n]), len(after[n]), body, once)
			}
		}
	})
}

func recordsOf(s string, separator rune) [][]string {
	r := csv.NewReader(strings.NewReader(s))
	r.Comma = separator
	r.FieldsPerRecord, r.LazyQuotes, r.TrimLeadingSpace = -1, true, true
	records, _ := r.ReadAll()
	return records
}
