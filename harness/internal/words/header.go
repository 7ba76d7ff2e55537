package words

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

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
