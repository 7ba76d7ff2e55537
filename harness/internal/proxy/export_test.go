package proxy

// SetMostBody bounds the bodies of requests to come.
func (r *Reverse) SetMostBody(bytes int64) { r.mostBody = bytes }
