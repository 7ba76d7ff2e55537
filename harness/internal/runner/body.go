package runner

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

// content is a body with the content type that it has unless the scenario says
// otherwise. The zero content is no body.
type content struct {
	data     []byte
	mimeType string
	boundary string // of a multipart body
}

// headerValue is the Content-Type to send where the scenario set given.
func (c content) headerValue(given string) string {
	switch {
	case given == "":
		return c.mimeType
	case c.boundary != "" && strings.HasPrefix(given, "multipart/") && !strings.Contains(given, "boundary="):
		return given + "; boundary=" + c.boundary // multipart/related and the like
	}
	return given
}

func (s requestMaker) body() (content, *halt) {
	q := &s.step.Request
	var c content
	var err error
	switch {
	case q.Form != nil:
		pairs, h := s.expandPairs(q.Form, "form field")
		var fields []string
		for _, pair := range pairs {
			fields = append(fields, url.QueryEscape(pair.name)+"="+url.QueryEscape(pair.value))
		}
		return content{data: []byte(strings.Join(fields, "&")), mimeType: "application/x-www-form-urlencoded"}, h
	case q.Multipart != nil:
		c, err = s.multipart(q.Multipart)
	default:
		c, err = s.single(q.Body, q.Text, q.Base64, q.BodyFile)
	}
	if err != nil {
		h := couldNot(ruleRunRequest, q.Line, "build the body: %v", err)
		if errors.Is(err, fs.ErrNotExist) {
			h.finding.Hint = "a bodyFile is named by its path below the scenario's folder"
		}
		return c, h
	}
	return c, nil
}

// single is a body, or one part of one, from the one source that is set.
func (s requestMaker) single(doc, text *scenario.Template, encoded, file string) (content, error) {
	switch {
	case doc != nil:
		tree, err := doc.Expand(s.vars.lookup)
		if err != nil {
			return content{}, err
		}
		return content{data: []byte(jsonText(tree)), mimeType: "application/json"}, nil
	case text != nil:
		expanded, err := text.ExpandText(s.vars.lookup, nil)
		return content{data: []byte(expanded), mimeType: "text/plain"}, err
	case encoded != "":
		data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), ""))
		return content{data: data, mimeType: "application/octet-stream"}, err
	case file != "":
		data, err := plainfile.ReadBelow(filepath.Dir(s.scenario.File), file)
		return content{data: data, mimeType: fileType(file)}, err
	}
	return content{}, nil
}

// fileType goes by the name's ending. It does not ask the machine's MIME tables:
// the content type is part of what a recorded request is matched by.
func fileType(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".json":
		return "application/json"
	case ".txt", ".eml", ".md", ".csv":
		return "text/plain"
	case ".htm", ".html":
		return "text/html"
	case ".xml":
		return "application/xml"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".png":
		return "image/png"
	}
	return "application/octet-stream"
}

// multipart writes form-data with a boundary that follows from the parts, so
// that two runs send the same bytes.
func (s requestMaker) multipart(parts []scenario.Part) (content, error) {
	digest := sha256.New()
	bodies := make([]content, len(parts))
	for i, part := range parts {
		body, err := s.single(part.Body, part.Text, part.Base64, part.BodyFile)
		if err != nil {
			return content{}, fmt.Errorf("part %s: %w", part.Name, err)
		}
		digest.Write(body.data)
		bodies[i] = body
	}
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	boundary := "graphvcr-" + hex.EncodeToString(digest.Sum(nil)[:16])
	if err := w.SetBoundary(boundary); err != nil {
		return content{}, err
	}
	for i, part := range parts {
		pw, err := w.CreatePart(partHeader(part, bodies[i].mimeType))
		if err != nil {
			return content{}, err
		}
		if _, err := pw.Write(bodies[i].data); err != nil {
			return content{}, err
		}
	}
	err := w.Close()
	return content{data: out.Bytes(), mimeType: "multipart/form-data; boundary=" + boundary, boundary: boundary}, err
}

func partHeader(part scenario.Part, mimeType string) textproto.MIMEHeader {
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "")
	disposition := `form-data; name="` + quote.Replace(part.Name) + `"`
	if part.Filename != "" {
		disposition += `; filename="` + quote.Replace(part.Filename) + `"`
	}
	if part.ContentType != "" {
		mimeType = part.ContentType
	}
	return textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {mimeType}}
}

// jsonText writes a document on one line: names sorted, numbers as they are spelled,
// and no HTML escapes, which Graph never sends and nobody reads.
func jsonText(doc any) string {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(doc) // it is a document
	return strings.TrimSuffix(out.String(), "\n")
}
