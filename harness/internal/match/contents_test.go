package match

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/saltfile"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// An uploader asks a session whose cassette holds filler for the bytes of files.
type uploader struct {
	t         *testing.T
	recording *cassette.Cassette
	session   *Session
}

// recorded adds an interaction; a body is that of a file, and filler. A Range is written
// behind the method: "PUT 0-4/9".
func (u *uploader) recorded(method, url, body string, code int, answer, location string) {
	method, span, ranged := strings.Cut(method, " ")
	i := &cassette.Interaction{
		ID: len(u.recording.Interactions), Line: len(u.recording.Interactions) + 1,
		Request:  cassette.Request{Method: method, URL: url, Headers: http.Header{}, Body: body},
		Response: cassette.Response{Code: code, Headers: http.Header{}, Body: answer},
	}
	if location != "" {
		i.Response.Headers.Set("Location", location)
	}
	if ranged && method == http.MethodGet {
		i.Response.Headers.Set("Content-Range", "bytes "+span)
	} else if ranged {
		i.Request.Headers.Set("Content-Range", "bytes "+span)
	}
	if body != "" {
		i.Holes = []cassette.Hole{{Place: "body", Kind: cassette.HoleBytes}}
	}
	u.recording.Interactions = append(u.recording.Interactions, i)
}

// gets sends a request and wants an answer, with its Content-Range before it where that is
// another than the recorded one.
func (u *uploader) gets(method, url, body, want string) {
	u.t.Helper()
	if u.session == nil {
		u.session = newIndex(u.t, Rules{}, u.recording).NewSession()
	}
	method, span, ranged := strings.Cut(method, " ")
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		u.t.Fatal(err)
	}
	if ranged {
		req.Header.Set("Content-Range", "bytes "+span)
	}
	answer, err := u.session.Next(req, []byte(body))
	if err != nil {
		u.t.Fatal(err)
	}
	got := answer.Body
	if answer.contentRange != "" || answer.bound != nil {
		header := http.Header{"Content-Range": {"recorded"}}
		answer.RestoreHeader(header)
		trailer := http.Header{}
		if answer.RestoreHeader(trailer); len(trailer) > 0 {
			u.t.Errorf("%s %s: a trailer %v", method, url, trailer)
		}
		got = header.Get("Content-Range") + " " + got
	}
	if got != want {
		u.t.Errorf("%s %s\ngot  %s\nwant %s", method, url, got, want)
	}
}

const (
	drivesAt = "https://graph.microsoft.com/v1.0/me/drive"
	filesAt  = "https://contoso-my.sharepoint.com/"
)

// aFile is a file as answers show it.
func aFile(id, content, link string) string {
	hashed := func(member string) string {
		h, _ := graph.NewFileHash(member)
		_, _ = io.WriteString(h, content)
		return h.Text()
	}
	quick := hashed("quickXorHash")
	sha := hashed("sha1Hash")
	return `{"parentReference":{"id":"01P"},"@microsoft.graph.downloadUrl":"` + link + `","file":{"hashes":{"quickXorHash":"` + quick + `","sha1Hash":"` + sha + `"}},"id":"` + id + `","size":` + strconv.Itoa(len(content)) + `}`
}

func newUploader(t *testing.T) *uploader {
	return &uploader{t: t, recording: &cassette.Cassette{Name: "recording", File: "recording.yaml", Meta: cassette.Meta{Format: 2, Redaction: cassette.Redaction{Salt: saltfile.Digest(testSalt)}}, Salt: testSalt}}
}

// What a client has uploaded is what answers show and downloads hold from then on; what it
// has not is filler.
func TestUploadsComeBack(t *testing.T) {
	u := newUploader(t)
	item, other := aFile("01A", "what a", filesAt+"d?a=1"), aFile("01B", "what a", filesAt+"d?b=1")
	u.recorded("GET", drivesAt+"/root/children?a", "", 200, `{"value":[`+item+`]}`, "")
	u.recorded("PUT", drivesAt+"/root:/a.txt:/content", "what a", 201, item, "")
	u.recorded("GET", drivesAt+"/root/children", "", 200, `{"value":[`+other+`,`+item+`]}`, "")
	u.recorded("GET", filesAt+"d?a=1", "", 200, "what a", "")
	u.recorded("GET", filesAt+"d?b=1", "", 200, "what a", "")
	u.recorded("GET", drivesAt+"/items/01A/content", "", 302, "", filesAt+"e")
	u.recorded("GET 1-3/6", filesAt+"e", "", 206, "hat", "")
	u.recorded("GET", drivesAt+"/root:/a.txt:/content", "", 200, "what a", "")
	u.recorded("PUT", drivesAt+"/items/01A/content", "what a file", 200, aFile("01A", "what a file", filesAt+"d?a=1"), "")
	u.recorded("GET", drivesAt+"/root:/a.txt:/content?again", "", 200, "what a file", "")

	u.gets("GET", drivesAt+"/root/children?a", "", `{"value":[`+item+`]}`)
	mine := aFile("01A", "Hello!", filesAt+"d?a=1")
	u.gets("PUT", drivesAt+"/root:/a.txt:/content", "Hello!", mine)
	u.gets("GET", drivesAt+"/root/children?a", "", `{"value":[`+mine+`]}`)
	u.gets("GET", drivesAt+"/root/children", "", `{"value":[`+other+`,`+mine+`]}`)
	u.gets("GET", filesAt+"d?a=1", "", "Hello!")
	u.gets("GET", filesAt+"d?b=1", "", "what a")
	u.gets("GET", drivesAt+"/items/01A/content", "", "")
	u.gets("GET", filesAt+"e", "", "ell")
	u.gets("GET", drivesAt+"/root:/a.txt:/content", "", "Hello!")
	u.gets("PUT", drivesAt+"/items/01A/content", "Hi, you", aFile("01A", "Hi, you", filesAt+"d?a=1")) // shorter than was recorded
	u.gets("GET", drivesAt+"/root:/a.txt:/content?again", "", "Hi, you")
	u.gets("GET", filesAt+"e", "", "bytes 1-3/7 i, ")
	u.gets("GET", drivesAt+"/root/children?a", "", `{"value":[`+aFile("01A", "Hi, you", filesAt+"d?a=1")+`]}`)
}

// The slices of sessions that upload at once make their own files, and one that is sent
// again counts once.
func TestUploadedSlicesComeBack(t *testing.T) {
	u := newUploader(t)
	for id, session := range map[string]string{"01A": filesAt + "up?a=%27", "01B": filesAt + "up?b"} {
		u.recorded("POST", drivesAt+"/root:/"+id+":/createUploadSession", "", 200, `{"uploadUrl":"`+strings.ReplaceAll(session, "%27", "'")+`"}`, "")
		u.recorded("PUT 0-3/6", session, "what", 202, `{"nextExpectedRanges":["4-"]}`, "")
		u.recorded("PUT 0-3/6", session, "what", 202, `{"nextExpectedRanges":["4-"]}`, "")
		u.recorded("PUT 4-5/6", session, " a", 201, aFile(id, "what a", ""), "")
		u.recorded("GET", drivesAt+"/root:/"+id+":/content", "", 200, "what a", "")
	}
	u.gets("PUT 0-3/6", filesAt+"up?a=%27", "Hell", `{"nextExpectedRanges":["4-"]}`)
	u.gets("PUT 0-3/6", filesAt+"up?b", "Good", `{"nextExpectedRanges":["4-"]}`)
	u.gets("PUT 0-3/6", filesAt+"up?a=%27", "Hell", `{"nextExpectedRanges":["4-"]}`)
	u.gets("PUT 4-5/6", filesAt+"up?b", "by", aFile("01B", "Goodby", ""))
	u.gets("PUT 4-5/6", filesAt+"up?a=%27", "o!", aFile("01A", "Hello!", ""))
	u.gets("GET", drivesAt+"/root:/01A:/content", "", "Hello!")
	u.gets("GET", drivesAt+"/root:/01B:/content", "", "Goodby")
}

// What somebody compressed and uploads, as a whole or in slices, is a file like others.
func TestUploadedArchivesComeBack(t *testing.T) {
	const packed = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xf2H\xcd\xc9\xc9W\x04\x00\x00\x00\xff\xff\x03\x00V\xcc*\x9d\x06\x00\x00\x00" // of Hello!
	u := newUploader(t)
	u.recorded("PUT", drivesAt+"/root:/a.gz:/content", "what a", 201, aFile("01A", "what a", ""), "")
	u.recorded("GET", drivesAt+"/root:/a.gz:/content", "", 200, "what a", "")
	u.recorded("PUT 0-27/32", filesAt+"up?b", "what", 202, `{"nextExpectedRanges":["28-"]}`, "")
	u.recorded("PUT 28-31/32", filesAt+"up?b", " a", 201, aFile("01B", "what a", ""), "")
	u.gets("PUT", drivesAt+"/root:/a.gz:/content", packed, aFile("01A", packed, ""))
	u.gets("GET", drivesAt+"/root:/a.gz:/content", "", packed)
	u.gets("PUT 0-27/32", filesAt+"up?b", packed[:28], `{"nextExpectedRanges":["28-"]}`)
	u.gets("PUT 28-31/32", filesAt+"up?b", packed[28:], aFile("01B", packed, ""))
}

// Where a slice is missing nothing is put back: half a file is none.
func TestUploadsThatLackASlice(t *testing.T) {
	u := newUploader(t)
	session := filesAt + "up"
	u.recorded("PUT 0-3/6", session, "what", 202, `{"nextExpectedRanges":["4-"]}`, "")
	u.recorded("PUT 4-5/6", session, " a", 201, aFile("01A", "what a", ""), "")
	u.gets("PUT 4-5/6", session, "o!", aFile("01A", "what a", ""))
}

// What was refused is no file, nor is half of one, and one without content is.
func TestUploadsThatMakeNothing(t *testing.T) {
	u := newUploader(t)
	at := drivesAt + "/items/01A/content"
	u.recorded("PUT", drivesAt+"/root:/a.txt:/content", "what", 201, aFile("01A", "what", ""), "")
	u.recorded("PUT", at, "what a", 412, "{}", "")
	u.recorded("GET", at, "", 200, "what", "")
	u.recorded("GET", at+"?ranges", "", 206, "--several", "")
	for _, span := range []string{"-1-3/4", "3-1/4", "0--9/4"} {
		u.recorded("GET "+span, at+"?span="+span, "", 206, "no range", "")
	}
	u.recorded("PUT", at, "", 200, aFile("01A", "", ""), "")
	u.recorded("GET", at+"?empty", "", 200, "", "")

	u.gets("PUT", drivesAt+"/root:/a.txt:/content", "Hello!", aFile("01A", "Hello!", ""))
	u.gets("PUT", at, "refused", "{}")
	u.gets("GET", at, "", "Hello!")
	u.gets("GET", at+"?ranges", "", "--several")
	for _, span := range []string{"-1-3/4", "3-1/4", "0--9/4"} {
		u.gets("GET", at+"?span="+span, "", "no range")
	}
	u.gets("PUT", at, "", aFile("01A", "", ""))
	u.gets("GET", at+"?empty", "", "")
}

// A file is known by its id, whatever else an answer shows beside it, and which one an address
// names may change.
func TestUploadsByName(t *testing.T) {
	u := newUploader(t)
	at := drivesAt + "/root:/a.json"
	version := aFile("01A", "what", "")
	version = strings.Replace(version, `"size"`, `"versions":[{"@microsoft.graph.downloadUrl":"`+filesAt+`v","id":"1.0"}],"size"`, 1)
	u.recorded("PUT", at+":/content", "what", 201, aFile("01A", "what", ""), drivesAt+"/items/01A")
	u.recorded("GET", at+"?expanded", "", 200, version, "")
	u.recorded("GET", at+"?$select=size", "", 200, `{"size":4}`, "")
	u.recorded("GET", at+":/content", "", 200, `{"id":"of what it holds"}`, "")
	u.recorded("GET", drivesAt+"/items/01A/content", "", 200, "what", "")
	u.recorded("GET", drivesAt+"/items/01A", "", 200, aFile("01A", "what", ""), "")
	u.recorded("GET", filesAt+"v", "", 200, "what was", "")
	u.recorded("DELETE", drivesAt+"/items/01A", "", 204, "", "")
	u.recorded("PUT", at+":/content?again", "what", 201, aFile("01B", "what", ""), "")
	u.recorded("GET", at+":/content?again", "", 200, "what", "")
	other := drivesAt + "/items/01P:/other.txt:"
	u.recorded("PUT", other+"/content", "what", 201, "", "")
	u.recorded("GET", other, "", 200, aFile("01C", "what", ""), "")
	u.recorded("GET", drivesAt+"/items/01C/content", "", 200, "what", "")

	u.gets("PUT", at+":/content", "Hello!", aFile("01A", "Hello!", ""))
	u.gets("GET", at+"?expanded", "", strings.Replace(aFile("01A", "Hello!", ""), `"size"`, `"versions":[{"@microsoft.graph.downloadUrl":"`+filesAt+`v","id":"1.0"}],"size"`, 1))
	u.gets("GET", at+":/content", "", "Hello!")
	u.gets("GET", drivesAt+"/items/01A/content", "", "Hello!")
	u.gets("GET", drivesAt+"/items/01A", "", aFile("01A", "Hello!", ""))
	u.gets("GET", filesAt+"v", "", "what was")
	u.gets("DELETE", drivesAt+"/items/01A", "", "")
	u.gets("PUT", at+":/content?again", "Again", aFile("01B", "Again", ""))
	u.gets("GET", at+":/content?again", "", "Again")
	u.gets("PUT", other+"/content", "Other", "")
	u.gets("GET", drivesAt+"/items/01C/content", "", "Other")
}

// What was uploaded is nothing to what is no download, nor to the photo of somebody else.
func TestUploadsThatAreNoFiles(t *testing.T) {
	u := newUploader(t)
	users := "https://graph.microsoft.com/v1.0/users/"
	u.recorded("PUT", "https://graph.microsoft.com/v1.0/applications/1/logo", "what", 204, "", "")
	u.recorded("GET", users+"1", "", 200, `{"id":"1"}`, "")
	for _, user := range []string{"1", "2"} {
		u.recorded("GET", users+user+"/photo", "", 200, `{"id":"240X240"}`, "")
		u.recorded("GET", users+user+"/photo/$value", "", 200, "what", "")
	}
	u.recorded("PUT", users+"1/photo/$value", "what", 200, "", "")
	u.recorded("PATCH", users+"1/photo/$value", "what", 200, "", "")

	u.gets("PUT", "https://graph.microsoft.com/v1.0/applications/1/logo", "PNG", "")
	u.gets("PUT", users+"1/photo/$value", "JPEG", "")
	u.gets("GET", users+"1", "", `{"id":"1"}`)
	u.gets("GET", users+"1/photo", "", `{"id":"240X240"}`)
	u.gets("GET", users+"1/photo/$value", "", "JPEG")
	u.gets("PATCH", users+"1/photo/$value", "another", "")
	u.gets("GET", users+"1/photo/$value", "", "another")
	u.gets("GET", users+"2/photo/$value", "", "what")
}
