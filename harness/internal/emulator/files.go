package emulator

import (
	"bytes"
	"errors"
	"net/http"
	"path"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/async"
)

// files is the files host: downloads, upload sessions, monitors of copies, and
// reports. Its addresses are pre-authenticated; a request that brings a token all
// the same is turned away (v1.0/api/driveitem-createuploadsession).
type files struct {
	site  *site
	drive *drive
	media *media
}

func newFiles(s *site, d *drive, m *media) *files { return &files{s, d, m} }

func (f *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := f.site.now()
	requestID := f.site.ids.guid("files", "")
	h := w.Header()
	h.Set("date", now.Format(http.TimeFormat))
	h.Set("cache-control", "no-cache, no-store")
	h.Set("strict-transport-security", "max-age=31536000")
	h.Set("sprequestguid", requestID)
	h.Set("request-id", requestID)
	if r.Header.Get("Authorization") == "" && strings.HasSuffix(r.URL.Path, "/download.aspx") {
		if it, version, ok := f.granted(r); ok {
			// ServeContent knows Range, If-Range and 416.
			h.Set("ETag", it.etag())
			h.Set("Content-Type", "application/octet-stream")
			http.ServeContent(w, r, path.Base(it.path), it.modified, bytes.NewReader(version))
			return
		}
	}
	a, err := f.answer(r)
	if err != nil {
		var known *fault
		if !errors.As(err, &known) {
			known = fail(500, "generalException", "%v", err)
		}
		a = known.answer(now, requestID, r.Header.Get("client-request-id"))
	}
	a.send(w, r)
}

// granted is the item that a download address is for, and its present content.
func (f *files) granted(r *http.Request) (item, []byte, bool) {
	f.site.mu.Lock()
	defer f.site.mu.Unlock()
	it := f.drive.grants[r.URL.Query().Get("tempauth")]
	if it == nil {
		return item{}, nil, false
	}
	return *it, it.content, true
}

func (f *files) answer(r *http.Request) (Answer, error) {
	if r.Header.Get("Authorization") != "" && !f.site.options.UploadsOnGraph {
		return Answer{}, fail(401, "unauthenticated", "The address is pre-authenticated; send no Authorization.")
	}
	body, err := readBody(r, false)
	if err != nil {
		return Answer{}, err
	}
	f.site.mu.Lock()
	defer f.site.mu.Unlock()
	last := path.Base(r.URL.Path)
	switch {
	case last == "download.aspx":
		return Answer{}, fail(401, "unauthenticated", "The tempauth token is not valid.")
	case last == uploadSession:
		return f.upload(r, body)
	case last == "report" && r.Method == http.MethodGet:
		return f.media.report(r.URL.Query().Get("token"))
	}
	if m := f.drive.monitors[last]; m != nil && r.Method == http.MethodGet {
		return f.monitor(m)
	}
	return Answer{}, fail(404, "itemNotFound", "The resource could not be found.")
}

// monitor advances a copy by one poll; that it is done still comes as 202
// (concepts/long-running-actions-overview).
func (f *files) monitor(m *monitor) (Answer, error) {
	polls := f.site.options.Polls
	m.polls++
	switch {
	case m.polls > polls:
		return f.json(202, object{{"percentageComplete", 100.0}, {"resourceId", m.result.id}, {"status", async.Completed}})
	case m.polls == 1:
		return f.json(202, object{{"operation", "itemCopy"}, {"percentageComplete", 0.0}, {"status", async.NotStarted}})
	}
	return f.json(202, object{{"operation", "itemCopy"}, {"percentageComplete", float64(100*(m.polls-1)) / float64(polls)}, {"status", async.InProgress}})
}

// json has no odata-version: this host does not send one.
func (f *files) json(status int, o object) (Answer, error) {
	a, err := answerJSON(status, o)
	a.Header.Del("odata-version")
	return a, err
}
