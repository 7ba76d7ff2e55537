package protocol

import "net/http"

// IsThrottled reports whether a status asks the client to come again later and says
// nothing of what was asked: too many requests, overloaded, timed out on the way, or out
// of bandwidth (concepts/throttling, concepts/errors).
func IsThrottled(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusGatewayTimeout, 509:
		return true
	}
	return false
}

// TooManyRequests is the code of the error that comes with status 429
// (concepts/throttling).
const TooManyRequests = "TooManyRequests"
