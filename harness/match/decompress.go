package match

import (
	"compress/zlib"
	"io"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// compressed reports whether a recorder stored a response body as it came over
// the wire, in an encoding that can be undone here.
func compressed(r *cassette.Response) bool {
	return isGzip(r.Body) && labelled(r.Headers, "gzip") || isZlib(r.Body) && labelled(r.Headers, "deflate")
}

func labelled(header http.Header, encoding string) bool {
	for name, values := range header {
		if len(name) == len("Content-Encoding") && strings.EqualFold(name, "Content-Encoding") {
			return len(values) > 0 && strings.Contains(strings.ToLower(values[0]), encoding)
		}
	}
	return false
}

// isZlib tells the header of a zlib stream with the usual window (RFC 1950).
func isZlib(body string) bool {
	return len(body) > 6 && body[0] == 0x78 && (uint(body[0])<<8|uint(body[1]))%31 == 0
}

// decompressed undoes a response's compression once; a body that turns out not to
// be compressed stays as it is.
func decompressed(r *cassette.Response) string {
	if isGzip(r.Body) {
		if plain, ok := gunzip([]byte(r.Body)); ok {
			return string(plain)
		}
		return r.Body
	}
	zipped, err := zlib.NewReader(strings.NewReader(r.Body))
	if err != nil {
		return r.Body
	}
	plain, err := io.ReadAll(io.LimitReader(zipped, maxInflated+1))
	if err != nil || len(plain) > maxInflated {
		return r.Body
	}
	return string(plain)
}
