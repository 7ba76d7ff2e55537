package match

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/place/media"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// maxInflated bounds what a compressed request body may grow to. A part of an
// upload is below 60 MiB (v1.0/api/driveitem-createuploadsession), and a body that
// would grow further is compared as the bytes it came as.
const maxInflated = 64 << 20

// payload is a request body, understood. Two payloads with one digest are equal.
type payload struct {
	digest string // "" when there is no body
	text   string // uncompressed
	doc    any    // of a JSON body or a batch, where it had to be read as a tree: see document
	form   []pair
	parts  []formPart
	batch  *batch
}

type pair struct{ name, value string }

// payloadOf reads a body as redaction does. One that is not what it says is compared as bytes.
func payloadOf(m *place.Message, isBatch bool, version string, ignored []*jsondoc.Path) payload {
	m.Body = inflate(m.Header, m.Body)
	text := m.Body
	if text == "" {
		return payload{}
	}
	switch kind, boundary := m.KindOf(); {
	case kind == media.JSON && !isBatch && len(ignored) == 0:
		if canonical, err := jsondoc.CanonicalText(nil, text); err == nil {
			return payload{digest: digest("json", canonical), text: text}
		}
	case kind == media.JSON:
		if doc, err := jsondoc.Parse(text); err == nil {
			return jsonPayload(text, without(doc, ignored), isBatch, version)
		}
	case kind == media.Form:
		if form, ok := parseForm(text); ok {
			return payload{digest: digest("form", canonicalForm(form)), text: text, form: form}
		}
	case kind == media.Multipart:
		parts := formParts(m, boundary)
		return payload{digest: digest("multipart", canonicalParts(parts)), text: text, parts: parts}
	}
	return payload{digest: digest("bytes", text), text: text}
}

func jsonPayload(text string, doc any, isBatch bool, version string) payload {
	p := payload{text: text, doc: doc}
	if isBatch {
		p.batch = parseBatch(doc, version)
	}
	if p.batch != nil {
		p.digest = digest("batch", p.batch.canonical())
	} else {
		p.digest = digest("json", jsondoc.Canonical(nil, doc))
	}
	return p
}

// document is the tree of a JSON body; nil when the body is none.
func (p *payload) document() any {
	if p.doc == nil && strings.HasPrefix(p.digest, "json:") {
		p.doc, _ = jsondoc.Parse(p.text) // it was valid when the digest was made
	}
	return p.doc
}

// digest names a canonical body by 128 bits of its SHA-256.
func digest[T string | []byte](kind string, canonical T) string {
	sum := sha256.Sum256([]byte(canonical))
	return kind + ":" + hex.EncodeToString(sum[:16])
}

// inflate undoes what Content-Encoding names, and gzip also where it does not: an archive
// that an SDK compressed once more is the same as one that another client sent as it is.
func inflate[T wire.Bytes](header http.Header, body T) T {
	plain, _, _ := wire.Decode(header, body, maxInflated) // what cannot be decoded is compared as it came
	return wire.Gunzip(plain, maxInflated)
}

func parseForm(text string) ([]pair, bool) {
	var form []pair
	for field := range strings.SplitSeq(text, "&") {
		if field == "" {
			continue
		}
		name, value, _ := strings.Cut(field, "=")
		plainName, err := url.QueryUnescape(name)
		if err != nil {
			return nil, false
		}
		plainValue, err := url.QueryUnescape(value)
		if err != nil {
			return nil, false
		}
		form = append(form, pair{plainName, plainValue})
	}
	slices.SortFunc(form, func(a, b pair) int {
		if a.name != b.name {
			return strings.Compare(a.name, b.name)
		}
		return strings.Compare(a.value, b.value)
	})
	return form, true
}

func canonicalForm(form []pair) []byte {
	var text bytes.Buffer
	for _, field := range form {
		text.WriteString(url.QueryEscape(field.name))
		text.WriteByte('=')
		text.WriteString(url.QueryEscape(field.value))
		text.WriteByte('&')
	}
	return text.Bytes()
}

// without takes the values that the paths select out of a document, in place.
// Elements of an array become null, so that the others keep their index.
func without(doc any, paths []*jsondoc.Path) any {
	if len(paths) == 0 {
		return doc
	}
	selected := map[string]bool{}
	for _, path := range paths {
		for _, node := range path.Select(doc) {
			selected[node.Path] = true
		}
	}
	return prune(doc, jsondoc.Root, selected)
}

func prune(doc any, at string, selected map[string]bool) any {
	switch doc := doc.(type) {
	case map[string]any:
		for name, value := range doc {
			path := jsondoc.AppendPath(at, name)
			if selected[path] {
				delete(doc, name)
			} else {
				doc[name] = prune(value, path, selected)
			}
		}
	case []any:
		for i, value := range doc {
			path := jsondoc.AppendPath(at, i)
			if selected[path] {
				doc[i] = nil
			} else {
				doc[i] = prune(value, path, selected)
			}
		}
	}
	return doc
}
