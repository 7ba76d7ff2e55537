package proxy

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/hosts"
)

// exposed are the headers that Graph lets pages read, as Microsoft's Dev Proxy imitates it.
const exposed = "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, ReadWriteConsistencyToken, SdkVersion, WWW-Authenticate, x-ms-client-gcc-tenant, Retry-After"

// CheckOrigin says why a text names no origin of pages: SCHEME://HOST[:PORT].
func CheckOrigin(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Host == "" || u.String() != u.Scheme+"://"+u.Host || strings.ToLower(text) != text {
		return fmt.Errorf("%q is not an origin: want SCHEME://HOST[:PORT], in lower case, as a browser sends it", text)
	}
	return nil
}

// isHere reports whether an origin is of pages that this machine serves.
func isHere(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && hosts.IsHere(u.Host)
}

// isPreflight reports whether a browser asks what a page may send (Fetch standard, 3.2).
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && len(r.Header["Origin"]) > 0 && len(r.Header["Access-Control-Request-Method"]) > 0
}

// answerPreflight allows what a page asks for, as Graph does.
func answerPreflight(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	allowPage(header, r.Header.Get("Origin"))
	header.Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
	if asked := r.Header["Access-Control-Request-Headers"]; len(asked) > 0 {
		header["Access-Control-Allow-Headers"] = asked
	}
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		header.Set("Access-Control-Allow-Private-Network", "true")
	}
	header.Set("Access-Control-Max-Age", "600")
	header.Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
}

func allowPage(header http.Header, origin string) {
	header.Set("Access-Control-Allow-Origin", origin)
	header.Set("Access-Control-Allow-Credentials", "true") // where a page sends them, or the browser keeps the answer from it
	header.Set("Access-Control-Expose-Headers", exposed)
	header.Add("Vary", "Origin")
}

// toPage is an answer that the page of an origin may read, whatever was recorded of pages.
type toPage struct {
	http.ResponseWriter
	origin string
}

func (w *toPage) WriteHeader(status int) {
	allowPage(w.Header(), w.origin)
	w.ResponseWriter.WriteHeader(status)
}

func (w *toPage) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// CORS answers pages as Graph does, for a front door that stands in for hosts: preflights
// are allowed, and any page may read what it is answered. Of other hosts than stands says,
// everything is handed on as it is.
func CORS(next http.Handler, stands func(host string) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		switch {
		case origin == "" || !stands(r.URL.Host):
		case isPreflight(r):
			answerPreflight(w, r)
			return
		default:
			w = &toPage{w, origin}
		}
		next.ServeHTTP(w, r)
	})
}

// forPage looks at the page, if any, that sent a request of a session, and returns where its
// answer is to go; nil where it was answered. Pages of this machine may use a replay. Where
// requests reach the service, with a token of whoever started the server, only those of the
// named origins may.
func forPage(w http.ResponseWriter, req *http.Request, live bool, named []string) (http.ResponseWriter, *Failure) {
	origins, site := req.Header["Origin"], req.Header.Get("Sec-Fetch-Site")
	if len(origins) == 0 { // an image, say, or a navigation
		if site == "cross-site" || live && site != "" && site != "none" {
			return nil, denied(http.StatusForbidden, "a page of another site may not use this server")
		}
		return w, nil
	}
	origin := origins[0]
	if len(origins) > 1 || !slices.Contains(named, origin) && (live || !isHere(origin)) {
		return nil, denied(http.StatusForbidden, "pages of %q may not use this server: graphvcr serve --cors %s lets them", origin, origin)
	}
	if isPreflight(req) {
		answerPreflight(w, req)
		return nil, nil
	}
	return &toPage{w, origin}, nil
}

// isOfPage reports whether a page of any site sent a request.
func isOfPage(req *http.Request) bool {
	site := req.Header.Get("Sec-Fetch-Site")
	return len(req.Header["Origin"]) > 0 || site == "cross-site" || site == "same-site"
}
