package words

import (
	"slices"
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
var scripts = newSet(`latn cyrl arab hans hant deva guru beng tibt cans mong cher tfng ethi hebr thai jpan kore telu
	valencia tradnl ploc ploca plocm pseudo`)

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

var mediaKinds = newSet(`application audio font image message model multipart text video`)

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
		if word := code[i : i+n]; n == 0 || !t.has(listText, word) && !codeWords[strings.ToLower(word)] {
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

var methods = newSet(`GET POST PUT PATCH DELETE HEAD OPTIONS MERGE`)

func isUpper(r rune) bool { return 'A' <= r && r <= 'Z' }
func isMediaByte(c byte) bool {
	return ascii.IsAlnum(c) || c == '.' || c == '-' || c == '+'
}

// IsHeader reports whether it is a header whose values are read by their words.
func IsHeader(name string) bool { return load().has(listHeaders, name) }

// HarmlessHeader reports whether the value of a header is made of words of HTTP and OData,
// numbers, media types, languages and time zones alone. At headers that are not on the list
// nothing is harmless.
func HarmlessHeader(name, value string) bool {
	if !IsHeader(name) || len(value) > 16*longest {
		return false
	}
	if name = strings.ToLower(name); name == "content-type" || name == "accept" {
		return eachPart(value, ',', IsMediaType)
	}
	switch {
	case numbered[name] && isNumeral(value):
		return true
	case name == "range" || name == "content-range":
		return isRange(value)
	}
	t := load()
	return eachPart(value, ',', func(item string) bool {
		return eachPart(item, ';', func(part string) bool {
			word, setting, has := strings.Cut(part, "=")
			setting = strings.Trim(setting, "\" ")
			return t.isHeaderWord(strings.TrimSpace(word)) && (!has || t.isHeaderWord(setting) || isNumeral(setting))
		})
	})
}

// numbered are headers whose value is a number.
var numbered = newSet(`age access-control-max-age content-length dataserviceversion expires maxdataserviceversion mime-version odata-maxversion odata-version
	ratelimit-limit ratelimit-remaining ratelimit-reset retry-after x-ms-resource-unit x-ms-throttle-limit-percentage x-xss-protection upgrade-insecure-requests`)

func (t *table) isHeaderWord(w string) bool {
	return t.has(listHeaderWords, w) || IsHeader(w) || IsLanguage(w) || IsMediaType(w) || IsTimeZone(w)
}

// isNumeral reads 5, 4.0 and 2.128, not a coordinate.
func isNumeral(s string) bool {
	whole, fraction, has := strings.Cut(s, ".")
	return len(whole) <= 10 && ascii.All(whole, ascii.IsDigit) && (!has || len(fraction) <= 3 && ascii.All(fraction, ascii.IsDigit))
}

// isRange reads what Range and Content-Range say: bytes=0-5, bytes 0-327679/1048576.
func isRange(s string) bool {
	s, ok := cutFold(s, "bytes")
	return ok && len(s) <= 48 && ascii.All(strings.TrimLeft(s, " ="), func(c byte) bool { return ascii.IsDigit(c) || c == '-' || c == '/' || c == '*' })
}

// longestLabel bounds the labels of hosts in Microsoft's domains: longer ones are ids.
const longestLabel = 24

// IsHost reports whether a host, without port, is one of Microsoft's services' that says
// nothing about a tenant: contoso.sharepoint.com and contoso.onmicrosoft.com do.
func IsHost(host string) bool {
	t := load()
	host = strings.TrimSuffix(host, ".")
	if host == "" || host[0] == '.' || len(host) > longest {
		return false
	}
	if t.has(listHosts, host) {
		return true
	}
	for label := 0; ; {
		dot := strings.IndexByte(host[label:], '.')
		if dot < 1 || dot > longestLabel || !ascii.All(host[label:label+dot], isHostByte) {
			return false
		}
		if label += dot; t.has(listHosts, host[label:]) {
			return true
		}
		label++
	}
}

func isHostByte(c byte) bool { return ascii.IsAlnum(c) || c == '-' }

// companies are those that Microsoft's documentation made up, in small letters.
var companies = strings.Fields(`contoso fabrikam adatum northwind litware woodgrove tailspin wingtip proseware relecloud adventureworks adventure-works
	lucerne margie treyresearch alpineski humongous blueyonder fourthcoffee`)

// IsInvented reports whether a text in small letters has the name of a company in it that
// Microsoft's documentation made up.
func IsInvented(text string) bool {
	return slices.ContainsFunc(companies, func(name string) bool { return strings.Contains(text, name) })
}

// IsInventedDomain reports whether a domain is nobody's: of a company that Microsoft's
// documentation made up, of its demonstration tenants (M365x214355), or reserved (RFC 2606).
func IsInventedDomain(domain string) bool {
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	if IsInvented(domain) {
		return true
	}
	labels := strings.Split(domain, ".")
	last := labels[len(labels)-1]
	if last == "example" || last == "test" || last == "invalid" || last == "localhost" {
		return true
	}
	if len(labels) > 1 && labels[len(labels)-2] == "example" && (last == "com" || last == "org" || last == "net") {
		return true
	}
	number, isDemo := strings.CutPrefix(labels[0], "m365x")
	return isDemo && number != "" && ascii.All(number, ascii.IsDigit)
}
