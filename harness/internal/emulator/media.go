package emulator

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
)

// media holds what is not JSON: photos, reports, pages of a notebook.
type media struct {
	site    *site
	photo   []byte
	reports map[string]string // tokens and the period asked for
	pages   []page
}

type page struct {
	id, title string
	created   string
	html      []byte
}

func newMedia(s *site) *media {
	return &media{site: s, photo: picture(s.ids.fixed("photo", 3)), reports: map[string]string{}}
}

func (m *media) routes() []route {
	const photo = "User.Read User.ReadBasic.All User.Read.All User.ReadWrite.All"
	const notes = "Notes.Create Notes.ReadWrite Notes.ReadWrite.All"
	const readNotes = "Notes.Read Notes.ReadWrite Notes.Read.All Notes.ReadWrite.All"
	return []route{
		{method: "GET", pattern: "me/photo", need: photo, serve: m.photoInfo},
		{method: "GET", pattern: "me/photo/$value", need: photo, serve: m.photoValue},
		{method: "PUT", pattern: "me/photo/$value", need: "User.ReadWrite User.ReadWrite.All", serve: m.setPhoto},
		{method: "GET", pattern: "reports/getOffice365ActiveUserDetail", need: "Reports.Read.All", serve: m.askReport},
		{method: "POST", pattern: "me/onenote/pages", need: notes, serve: m.createPage},
		{method: "GET", pattern: "me/onenote/pages", need: readNotes, serve: m.listPages},
		{method: "GET", pattern: "me/onenote/pages/{}/content", need: readNotes, serve: m.pageContent},
	}
}

// picture is a small JPEG in the colour of the seed.
func picture(rgb []byte) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 48, 48))
	for x := range 48 {
		for y := range 48 {
			img.Set(x, y, color.RGBA{rgb[0], rgb[1] + byte(x), rgb[2] + byte(y), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		return nil // a buffer takes all
	}
	return b.Bytes()
}

func (m *media) photoInfo(c *call) (Answer, error) {
	return c.entity(200, "users('"+c.keys[0]+"')/photo", object{
		{"@odata.mediaContentType", "image/jpeg"}, {"@odata.mediaEtag", m.photoETag()},
		{"id", "48X48"}, {"height", 48}, {"width", 48},
	})
}

func (m *media) photoETag() string {
	return `"` + strings.ToUpper(formatGUID((&mint{}).stream(string(m.photo), 0, 16))) + `"`
}

func (m *media) photoValue(c *call) (Answer, error) {
	if matchesETag(c.header.Get("If-None-Match"), m.photoETag()) {
		return answerEmpty(304, "ETag", m.photoETag()), nil
	}
	a := answerBytes(200, "image/jpeg", m.photo)
	a.Header.Set("ETag", m.photoETag())
	return a, nil
}

func (m *media) setPhoto(c *call) (Answer, error) {
	if len(c.body) == 0 {
		return Answer{}, fail(400, "ErrorInvalidImage", "The image is empty.")
	}
	m.photo = c.body
	return answerEmpty(200), nil
}

// askReport redirects to where the CSV lies, on another host, with a token
// (v1.0/api/reportroot-getoffice365activeuserdetail).
func (m *media) askReport(c *call) (Answer, error) {
	last := c.url.Segments[len(c.url.Segments)-1]
	period := ""
	for _, arg := range last.Args {
		if arg.Name == "period" {
			period, _ = unquote(arg.Value)
		}
	}
	if !strings.Contains(" D7 D30 D90 D180 ", " "+period+" ") || period == "" {
		return Answer{}, fail(400, "InvalidArgument", "Invalid period value specified: '%s'.", period)
	}
	token := m.site.tempauth("report", period)
	m.reports[token] = period
	a := answerEmpty(302, "Location", m.site.hosts.Files+"/data/v1.0/report?token="+token)
	return a, nil
}

// report is a CSV with the byte order mark that the service writes.
func (m *media) report(token string) (Answer, error) {
	period, ok := m.reports[token]
	if !ok {
		return Answer{}, fail(401, "unauthenticated", "The token is not valid.")
	}
	var b strings.Builder
	b.WriteString("\uFEFFReport Refresh Date,User Principal Name,Display Name,Is Deleted,Report Period\r\n")
	for _, p := range people {
		b.WriteString("2026-01-14," + p[1] + "@" + domain + "," + p[0] + ",False," + strings.TrimPrefix(period, "D") + "\r\n")
	}
	a := answerBytes(200, "application/octet-stream", []byte(b.String()))
	a.Header.Set("Content-Disposition", `attachment; filename="Office365ActiveUserDetail.csv"`)
	return a, nil
}

// createPage takes HTML alone or in a multipart form beside the binary parts that
// it names; the part is called Presentation (v1.0/api/section-post-pages).
func (m *media) createPage(c *call) (Answer, error) {
	html := c.body
	kind, params, err := mime.ParseMediaType(c.header.Get("Content-Type"))
	switch {
	case err != nil:
		return Answer{}, fail(400, "20110", "The Content-Type is missing or malformed.")
	case kind == "multipart/form-data":
		if html, err = presentation(c.body, params["boundary"]); err != nil {
			return Answer{}, err
		}
	case kind != "text/html" && kind != "application/xhtml+xml":
		return Answer{}, fail(http.StatusUnsupportedMediaType, "20111", "The Content-Type is not supported.")
	}
	title := between(string(html), "<title>", "</title>")
	id := "1-" + m.site.ids.hex("page", title, 32) + "!1-" + m.site.ids.guid("page", title)
	made := page{id: id, title: title, created: c.now.Format(ticks), html: html}
	m.pages = append(m.pages, made)
	a, err := c.entity(201, m.pageSet(c), m.shown(c, made))
	if err == nil {
		a.Header.Set("Location", m.pageAddress(c, id))
	}
	return a, err
}

func presentation(body []byte, boundary string) ([]byte, error) {
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := r.NextPart()
		if err != nil {
			return nil, fail(400, "20124", "The multipart payload is malformed or has no Presentation part.")
		}
		if strings.EqualFold(part.FormName(), "Presentation") {
			return io.ReadAll(part)
		}
	}
}

func between(s, start, end string) string {
	_, s, _ = strings.Cut(s, start)
	s, _, _ = strings.Cut(s, end)
	return s
}

func (m *media) pageSet(c *call) string { return "users('" + c.keys[0] + "')/onenote/pages" }

func (m *media) pageAddress(c *call, id string) string {
	return c.root() + "/users/" + c.keys[0] + "/onenote/pages/" + id
}

func (m *media) shown(c *call, p page) object {
	return object{
		{"id", p.id}, {"self", m.pageAddress(c, p.id)}, {"createdDateTime", p.created}, {"title", p.title},
		{"createdByAppId", m.site.ids.fixedGUID("client")}, {"contentUrl", m.pageAddress(c, p.id) + "/content"},
		{"lastModifiedDateTime", p.created},
	}
}

func (m *media) listPages(c *call) (Answer, error) {
	found := []object{}
	for _, p := range m.pages {
		found = append(found, m.shown(c, p))
	}
	return c.value(m.pageSet(c), found)
}

func (m *media) pageContent(c *call) (Answer, error) {
	for _, p := range m.pages {
		if p.id == c.keys[1] {
			return answerBytes(200, "text/html", p.html), nil
		}
	}
	return Answer{}, fail(404, "20102", "The specified resource ID does not exist.")
}
