package words

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// IsLanguage reports whether it is the tag of a language: en, en-US, zh-Hant-TW, es-419.
func IsLanguage(tag string) bool {
	t := load()
	first, rest, more := strings.Cut(tag, "-")
	if len(tag) > 24 || !t.has(listLanguages, first) {
		return false
	}
	for more {
		first, rest, more = strings.Cut(rest, "-")
		switch {
		case len(first) == 2 && t.has(listCountries, first):
		case len(first) == 3 && ascii.All(first, ascii.IsDigit):
		case scripts[strings.ToLower(first)]:
		default:
			return false
		}
	}
	return true
}

// scripts and variants that tags of Windows' and Office's have.
var scripts = map[string]bool{"latn": true, "cyrl": true, "arab": true, "hans": true, "hant": true, "deva": true, "guru": true, "beng": true,
	"tibt": true, "cans": true, "mong": true, "cher": true, "tfng": true, "ethi": true, "hebr": true, "thai": true, "jpan": true, "kore": true,
	"telu": true, "valencia": true, "tradnl": true, "ploc": true, "ploca": true, "plocm": true, "pseudo": true}

// IsMediaType reports whether it is a common media type, with parameters whose values
// say nothing or without any.
func IsMediaType(text string) bool {
	name, parameters, more := strings.Cut(text, ";")
	if name = strings.TrimSpace(name); len(name) > longest || !isMediaName(name) {
		return false
	}
	for more {
		var p string
		p, parameters, more = strings.Cut(parameters, ";")
		if p = strings.TrimSpace(p); p != "" && !mediaParameters[strings.ToLower(strings.ReplaceAll(p, `"`, ""))] {
			return false
		}
	}
	return true
}

func isMediaName(name string) bool {
	t := load()
	if t.has(listMedia, name) || name == "*/*" {
		return true
	}
	// A type that ends with a dot or a dash stands for those that begin with it.
	for i := len(name) - 1; i > 0; i-- {
		if (name[i] == '.' || name[i] == '-') && t.has(listMedia, name[:i+1]) {
			return ascii.All(name[i+1:], isMediaByte) && strings.IndexFunc(name[i+1:], isUpper) < 0
		}
	}
	kind, rest, _ := strings.Cut(name, "/")
	return rest == "*" && mediaKinds[kind]
}

var mediaKinds = map[string]bool{"application": true, "audio": true, "font": true, "image": true, "message": true, "model": true, "multipart": true, "text": true, "video": true}

var mediaParameters = newSet(`charset=utf-8 charset=utf8 charset=utf-16 charset=us-ascii charset=ascii charset=iso-8859-1 charset=windows-1252
	odata.metadata=minimal odata.metadata=full odata.metadata=none odata=minimalmetadata odata=fullmetadata odata=nometadata odata=verbose
	odata.streaming=true odata.streaming=false streaming=true streaming=false ieee754compatible=true ieee754compatible=false
	exponentialdecimals=true exponentialdecimals=false q=0.9 q=0.8 q=0.7 q=0.5 q=0.1 q=1 q=1.0 format=flowed delsp=yes
	msgtype=request msgtype=response version=1.0 version=1 api-version=1.0 type=entry type=feed method=request method=reply method=cancel component=vevent`)

func newSet(words string) map[string]bool {
	s := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		s[w] = true
	}
	return s
}

// isCode reads the words that a code is put together from: each begins with a capital or
// after a separator, and is of the vocabulary.
func isCode(code string) bool {
	if ascii.All(code, ascii.IsDigit) {
		return len(code) <= 3 // an HTTP status
	}
	if number, ok := cutFold(code, "AADSTS"); ok {
		return len(number) > 3 && len(number) < 10 && ascii.All(number, ascii.IsDigit)
	}
	if number, rest, ok := strings.Cut(code, ", "); ok { // SharePoint's: -2147024891, System.UnauthorizedAccessException
		return len(number) < 12 && ascii.All(strings.TrimPrefix(number, "-"), ascii.IsDigit) && isCode(rest)
	}
	t, found := load(), false
	for i := 0; i < len(code); {
		if c := code[i]; c == '_' || c == '.' {
			i++
			continue
		}
		n := hump(code[i:])
		if n == 0 || !t.isHump(code[i:i+n]) {
			return false
		}
		i, found = i+n, true
	}
	return found
}

// hump is the length of the word at the beginning of a code.
func hump(s string) int {
	n := 0
	for n < len(s) && ascii.IsUpper(s[n]) {
		n++
	}
	if n > 1 && n < len(s) && ascii.IsLower(s[n]) {
		n-- // the last capital begins the next word
	}
	if n > 1 {
		return n
	}
	for n < len(s) && ascii.IsLower(s[n]) {
		n++
	}
	return n
}

func (t *table) isHump(word string) bool {
	return t.has(listText, word) || codeWords[strings.ToLower(word)]
}

// codeWords are short forms that codes have and prose has not.
var codeWords = newSet(`ad aad acs api auth id ids ok io ip mfa url uri http https json xml odata sas sku sms rest sp spo oauth saml jwt sts idx ews owa
	mime smtp dns tls ssl cdn os ui db sql acl rbac pim cae etag guid uuid utc max min init config async bad implemented vault concurrency workload ad user info args arg ref refs exception system
	throttled unauthorized gone unsupported nonexistent irresolvable unprocessable`)

// isOrderedMember reads a name of a member, of one in it, and with asc or desc after it.
func isOrderedMember(text string) bool {
	name, order, _ := strings.Cut(text, " ")
	switch order = strings.TrimSpace(order); order {
	case "", "asc", "desc":
	default:
		return false
	}
	return eachPart(name, '/', func(part string) bool { return part == "*" || IsMember(part) })
}

func isMethod(text string) bool {
	switch text {
	case "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "MERGE":
		return true
	}
	return false
}

func isUpper(r rune) bool { return 'A' <= r && r <= 'Z' }
func isMediaByte(c byte) bool {
	return ascii.IsAlnum(c) || c == '.' || c == '-' || c == '+'
}
