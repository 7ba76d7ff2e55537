package emulator_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func TestDownload(t *testing.T) {
	c := start(t, emulator.Options{Hosts: emulator.RealNames()})
	item := c.want(200, "GET /v1.0/me/drive/root:/notes.txt", "")
	matches(t, "id", item.text("id"), `01[A-Z2-7]{32}`)
	location := c.want(302, "GET /v1.0/me/drive/items/"+item.text("id")+"/content", "").Header.Get("location")
	matches(t, "location", location, `https://contoso-my\.sharepoint\.com/.*\?.*tempauth=v1\.eyJ.*`)
	whole := c.want(200, "GET "+location, "")
	equal(t, "content", whole.Body, "Low water at dawn.\nHigh water at noon.\n")
	part := c.want(206, "GET "+location, "", "Range: bytes=4-8")
	equal(t, "range", part.Body+" "+part.Header.Get("content-range"), "water bytes 4-8/39")
	c.want(416, "GET "+location, "", "Range: bytes=999-")
	c.want(401, "GET "+location, "", "Authorization: Bearer "+c.token)
	c.want(401, "GET "+strings.Replace(location, "tempauth=v1", "tempauth=v2", 1), "")
	equal(t, "downloadUrl", c.want(200, "GET "+item.at("@microsoft.graph.downloadUrl"), "").Body, whole.Body)
	c.fails(404, "itemNotFound", "GET /v1.0/me/drive/items/01NONE", "")
}

func TestDriveItems(t *testing.T) {
	c := start(t, emulator.Options{})
	drive := c.want(200, "GET /v1.0/me/drive", "").text("id")
	matches(t, "drive", drive, `b![\w-]{64}`)
	made := c.want(201, "PUT /v1.0/drives/"+drive+"/items/root%3A%2Flog%20book.txt%3A/content", "day one", "Content-Type: text/plain")
	equal(t, "name", made.text("name"), "log book.txt")
	at, etag := "/v1.0/me/drive/items/"+made.text("id"), made.text("eTag")
	matches(t, "eTag", etag, `"\{[0-9A-F-]{36}\},1"`)
	c.want(304, "GET "+at, "", "If-None-Match: "+etag)
	c.want(200, "PATCH "+at, `{"name":"log.txt"}`, "If-Match: "+etag)
	c.fails(412, "resourceModified", "PATCH "+at, `{"name":"x.txt"}`, "If-Match: "+etag)
	c.fails(409, "nameAlreadyExists", "PATCH "+at, `{"name":"notes.txt"}`)
	equal(t, "children", c.want(200, "GET /v1.0/me/drive/root/children", "").value("value.#").(int), 3)
	c.want(200, "PUT /v1.0/me/drive/root:/log.txt:/content", "day two")
	c.want(204, "DELETE "+at, "")
	c.fails(404, "itemNotFound", "GET "+at, "")
}

func TestCopyIsMonitored(t *testing.T) {
	c := start(t, emulator.Options{})
	monitor := c.want(202, "POST /v1.0/me/drive/root:/notes.txt:/copy", `{"name":"two.txt"}`).Header.Get("location")
	matches(t, "monitor", monitor, c.e.FilesURL()+`/.*/_api/v2\.0/monitor/[\w-]+`)
	c.want(401, "GET "+monitor, "", "Authorization: Bearer "+c.token)
	var states []string
	var r reply
	for range 3 {
		r = c.want(202, "GET "+monitor, "")
		states = append(states, r.text("status"))
	}
	equal(t, "states", strings.Join(states, " "), "notStarted inProgress completed")
	equal(t, "the copy", c.want(200, "GET /v1.0/me/drive/items/"+r.text("resourceId"), "").text("name"), "two.txt")
	c.fails(409, "nameAlreadyExists", "POST /v1.0/me/drive/root:/notes.txt:/copy", `{"name":"two.txt"}`)
}

func TestUploadSession(t *testing.T) {
	c := start(t, emulator.Options{})
	const create = "POST /v1.0/me/drive/root:/big.bin:/createUploadSession"
	session := c.want(200, create, `{"item":{"@microsoft.graph.conflictBehavior":"fail","name":"big.bin"}}`)
	to := session.text("uploadUrl")
	matches(t, "uploadUrl", to, c.e.FilesURL()+`/.*/uploadSession\?guid='`+guid+`'&.*tempauth=.*`)
	equal(t, "ranges", session.text("nextExpectedRanges.0"), "0-")
	c.want(401, "PUT "+to, "01234", "Content-Range: bytes 0-4/12", "Authorization: Bearer "+c.token)
	to = strings.ReplaceAll(to, "'", "%27") // as fetch sends it
	equal(t, "after one", c.want(202, "PUT "+to, "01234", "Content-Range: bytes 0-4/12").text("nextExpectedRanges.0"), "5-11")
	c.want(416, "PUT "+to, "01234", "Content-Range: bytes 0-4/12")
	c.want(400, "PUT "+to, "56", "Content-Range: bytes 5-9/12")
	c.want(400, "PUT "+to, "56", "Content-Range: bytes 5-6/13")
	c.want(400, "PUT "+to, "56")
	equal(t, "state", c.want(200, "GET "+to, "").text("nextExpectedRanges.0"), "5-11")
	done := c.want(201, "PUT "+to, "56789AB", "Content-Range: bytes 5-11/12")
	equal(t, "content", c.want(200, "GET "+done.at("@microsoft.graph.downloadUrl"), "").Body, "0123456789AB")
	c.fails(404, "itemNotFound", "GET "+to, "")
	c.fails(409, "nameAlreadyExists", create, `{"item":{"@microsoft.graph.conflictBehavior":"fail"}}`)
	to = c.want(200, create, "").text("uploadUrl")
	c.want(204, "DELETE "+to, "")
	c.want(404, "PUT "+to, "0", "Content-Range: bytes 0-0/1")
	to = c.want(200, create, "{}").text("uploadUrl")
	c.want(200, "PUT "+to, "0", "Content-Range: bytes 0-0/1")
}

func TestPhotoAndReport(t *testing.T) {
	c := start(t, emulator.Options{})
	photo := c.want(200, "GET /v1.0/me/photo/$value", "")
	equal(t, "type", photo.Header.Get("content-type"), "image/jpeg")
	if !strings.HasPrefix(photo.Body, "\xff\xd8\xff") {
		t.Error("the photo is no JPEG")
	}
	c.want(304, "GET /v1.0/me/photo/$value", "", "If-None-Match: "+photo.Header.Get("etag"))
	c.want(200, "GET /v1.0/me/photo", "")
	c.want(200, "PUT /v1.0/me/photo/$value", "\xff\xd8\xffnew", "Content-Type: image/jpeg")
	equal(t, "new photo", c.want(200, "GET /v1.0/me/photo/$value", "").Body, "\xff\xd8\xffnew")

	location := c.want(302, "GET /v1.0/reports/getOffice365ActiveUserDetail(period='D7')", "").Header.Get("location")
	csv := c.want(200, "GET "+location, "")
	if !strings.HasPrefix(csv.Body, "\uFEFFReport Refresh Date,") || strings.Count(csv.Body, "\r\n") != 13 {
		t.Errorf("report %q", csv.Body)
	}
	c.want(401, "GET "+location+"x", "")
	c.want(400, "GET /v1.0/reports/getOffice365ActiveUserDetail(period='D8')", "")
}

func TestMultipart(t *testing.T) {
	c := start(t, emulator.Options{})
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	form.WriteField("image", "\xff\xd8")
	form.WriteField("Presentation", "<html><head><title>Log</title></head></html>")
	form.Close()
	made := c.want(201, "POST /v1.0/me/onenote/pages", b.String(), "Content-Type: "+form.FormDataContentType())
	equal(t, "title", made.text("title"), "Log")
	matches(t, "id", made.text("id"), `1-[0-9a-f]{32}!1-`+guid)
	content := c.want(200, "GET /v1.0/me/onenote/pages/"+made.text("id")+"/content", "")
	equal(t, "content", content.Header.Get("content-type")+" "+content.Body, "text/html <html><head><title>Log</title></head></html>")
	c.want(201, "POST /v1.0/me/onenote/pages", "<html></html>", "Content-Type: text/html")
	equal(t, "pages", c.want(200, "GET /v1.0/me/onenote/pages", "").value("value.#").(int), 2)
	c.want(400, "POST /v1.0/me/onenote/pages", "nothing", "Content-Type: multipart/form-data; boundary=x")
	c.want(415, "POST /v1.0/me/onenote/pages", "{}")
}
