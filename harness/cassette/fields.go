package cassette

// A field is a line of an interaction: its key, and a pointer to what stands there.
type field struct {
	key string
	at  any // *string, *text, *int, *int64, *bool, *time.Duration, *[]string or *map[string][]string
}

// text is a string that may be written as a literal block.
type text string

// requestFields are the fields of a request in go-vcr's order.
func requestFields(q *Request) [14]field {
	return [...]field{
		{"proto", &q.Proto}, {"proto_major", &q.ProtoMajor}, {"proto_minor", &q.ProtoMinor},
		{"content_length", &q.ContentLength}, {"transfer_encoding", &q.TransferEncoding},
		{"trailer", (*map[string][]string)(&q.Trailer)}, {"host", &q.Host}, {"remote_addr", &q.RemoteAddr},
		{"request_uri", &q.RequestURI}, {"body", (*text)(&q.Body)}, {"form", (*map[string][]string)(&q.Form)},
		{"headers", (*map[string][]string)(&q.Headers)}, {"url", &q.URL}, {"method", &q.Method},
	}
}

// responseFields are those of a response; between them stand its length, whether it was
// decompressed, and its body.
func responseFields(p *Response) (before [5]field, behind [4]field) {
	before = [...]field{
		{"proto", &p.Proto}, {"proto_major", &p.ProtoMajor}, {"proto_minor", &p.ProtoMinor},
		{"transfer_encoding", &p.TransferEncoding}, {"trailer", (*map[string][]string)(&p.Trailer)},
	}
	behind = [...]field{
		{"headers", (*map[string][]string)(&p.Headers)}, {"status", &p.Status}, {"code", &p.Code}, {"duration", &p.Duration},
	}
	return before, behind
}

// layout is how deep the lines of a file are indented.
type layout struct {
	item   int // "- id: 0"
	keys   int // "request:"
	fields int // "method: GET"
	names  int // "Content-Type:", below headers
	values int // "- text/plain"
}

// The two layouts that are read in one pass.
var (
	ourLayout   = layout{item: 2, keys: 4, fields: 6, names: 8, values: 10}
	goVCRLayout = layout{item: 4, keys: 6, fields: 8, names: 12, values: 16}
)
