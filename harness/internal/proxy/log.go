package proxy

import (
	"fmt"
	"net/http"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/match"
)

// Logged prints a line for each request that a handler has answered: method, address without
// what gives access, status, and how long it took; of a miss also why there was no answer.
// It shows nothing else of what was sent and answered. Data in a line is as it came:
// whoever prints it makes it visible.
func Logged(next http.Handler, print func(line string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		seen := &statusWriter{ResponseWriter: w}
		address := match.Shown(r.URL.RequestURI())
		defer func() { // the server's own way to break a connection off is to panic
			status := "broken off"
			if seen.status != 0 {
				status = fmt.Sprint(seen.status)
			}
			line := fmt.Sprintf("%s %s %s %v", r.Method, address, status, time.Since(began).Round(time.Microsecond))
			if why := seen.Header().Get(MissHeader); why != "" {
				line += ": " + why
			}
			print(line)
		}()
		next.ServeHTTP(seen, r)
	})
}

// statusWriter notes the status that is written.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(status int) {
	if s.status == 0 || s.status < 200 { // informational ones come before
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *statusWriter) Write(b []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	return s.ResponseWriter.Write(b)
}

func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }
