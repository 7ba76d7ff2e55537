package redact

import (
	"net/http"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

func isPartID(l *place.Leaf) bool {
	return (l.Parent == "requests" || l.Parent == "responses") && (l.Name == "id" || l.Name == "dependsOn")
}

// isPartWord reports whether the id of a batch's part is made of words of the vocabulary.
func isPartWord(s string) bool {
	return len(s) <= 40 && allParts(s, " -_.0123456789", func(word string) bool {
		return len(word) <= 2 || words.InText(strings.ToLower(word)) || words.IsMember(word)
	})
}

// isIDMember reports whether a member's name says that it holds an id, or what changes with
// its object.
func isIDMember(name string) bool {
	switch name {
	case "id", "@odata.etag", "eTag", "cTag", "etag", "changeKey":
		return true
	case "employeeId":
		return false
	}
	return strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "Ids")
}

// isEtag recognises what is left of an etag that holds no id: W/"1", "3,7".
func isEtag(s string) bool {
	s = strings.TrimPrefix(s, "W/")
	return (strings.IndexByte(s, '.') < 0 || strings.IndexByte(s, ':') > 0) && strings.Trim(s, `"{},0123456789-:.TZ`) == ""
}

func isVersion(s string) bool {
	return len(s) <= 24 && strings.Trim(strings.TrimPrefix(strings.ToLower(s), "v"), "0123456789.-+ ") == ""
}

// isPlain reports whether a text says nothing anywhere: a truth, a short number, a date,
// punctuation.
func isPlain(s string) bool {
	switch {
	case len(s) <= 9 && strings.Trim(s, "0123456789.-+") == "" && strings.Count(s, ".") < 3, isTruth(s), isInstant(s), isPunctuation(s):
		return true
	}
	return len(s) < 16 && s != "" && strings.Trim(s, "0123456789.-+eE") == "" && strings.ContainsAny(s[:1], "-0123456789") && strings.Count(s, ".") == 1
}

// isMarkupName reports whether a name of XML or HTML is one of the vocabulary.
func isMarkupName(s string) bool {
	return allParts(s, ":-_.", func(part string) bool {
		lower := strings.ToLower(strings.TrimRight(part, "0123456789"))
		return len(part) <= 2 || words.IsMember(part) || words.IsType(part) || words.InText(lower) || markupNames[lower]
	})
}

// markupNames are those of HTML and SVG that no vocabulary has.
var markupNames = setOf(`html div span img iframe href src alt rel tbody thead tfoot colspan rowspan blockquote onclick svg rect circle polyline polygon viewbox
	xmlns xlink xsi tspan defs lineargradient radialgradient stroke linecap linejoin opacity bgcolor valign nbsp cellpadding cellspacing strong sup hgroup
	head meta main nav aside footer section header article style script template slot canvas audio video source track object param picture area caption
	legend input meter details summary dialog pre samp kbd var cite abbr dfn mark ruby bdi bdo wbr ins del small big font center strike nobr
	http equiv charset lang dir tabindex srcset fieldset textarea optgroup datalist noscript stylesheet figcaption soap soapenv envelope edmx csdl`)

func isShortNumber(s string) bool { return len(s) <= 3 && ascii.All(s, ascii.IsDigit) }

func isTruth(s string) bool { return len(s) >= 3 && len(s) <= 5 && truths.has(s) }

var truths = setOf("true false null inf -inf nan")

// isPunctuation reports whether a text has no letter and no digit; emoji, which reactions
// are, are none.
func isPunctuation(s string) bool {
	for _, c := range s {
		isEmoji := c >= 0x1f300 && c < 0x1fb00 || c >= 0x2600 && c < 0x27c0 || c == 0xfe0f || c == 0x200d
		if !isEmoji && (c >= utf8.RuneSelf || ascii.IsAlnum(byte(c))) {
			return false
		}
	}
	return true
}

// isInstant recognises dates, times and durations: 2026-11-24, 2026-11-24T08:30:00.123Z,
// 08:30:00, PT1H, P1D, and the dates of HTTP and mail.
func isInstant(s string) bool {
	if len(s) < 3 || len(s) > 40 {
		return false
	}
	switch c := s[0]; {
	case ascii.IsDigit(c):
		if len(s) >= 10 && s[4] == '-' && s[7] == '-' || len(s) >= 5 && s[2] == ':' {
			return strings.Trim(s, "0123456789-:.TZtz+ ") == ""
		}
		if len(s) >= 16 && strings.Count(s, "/") == 2 { // 11/24/2026 8:30:00 AM
			return strings.Trim(s, "0123456789/:. APMapm") == ""
		}
	case c == 'P' || c == '-' && s[1] == 'P':
		return strings.Trim(s, "-0123456789PYMWDTHS.") == "" && strings.ContainsAny(s, "0123456789")
	}
	if len(s) >= 25 && s[3] == ',' {
		_, err := time.Parse(time.RFC1123, s)
		if err != nil {
			_, err = time.Parse(time.RFC1123Z, s)
		}
		return err == nil
	}
	return false
}

// isOurHost reports whether a host is Microsoft's, this machine's, or one that stands for
// none.
func isOurHost(s string) bool {
	if strings.EqualFold(s, "AzureADTokenExchange") || words.IsHost(s) || graph.IsHost(s) || graph.IsSignInHost(s) || strings.EqualFold(s, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return err == nil && (addr.IsLoopback() || addr.IsUnspecified())
}

// isOptionName reports whether the name of an option or a form's field is one that metadata
// has, one of the list, or made of words of the vocabulary.
func isOptionName(s string) bool {
	name := strings.TrimLeft(strings.ToLower(s), "$@")
	if len(name) <= 2 || optionNames[name] {
		return len(name) <= 40
	}
	return allParts(name, "-_.", func(part string) bool {
		return len(part) <= 2 || words.InText(part) || words.IsMember(part) || optionNames[part]
	}) || isWordOfAPI(s)
}

// isWordOfAPI reports whether a text has the form that the names of options and of forms'
// fields have, which are the service's to choose and not the client's.
func isWordOfAPI(s string) bool {
	letters := strings.TrimRight(s, "0123456789")
	return len(s) <= 24 && len(s)-len(letters) <= 2 && strings.Trim(strings.ToLower(letters), "abcdefghijklmnopqrstuvwxyz$@-_") == ""
}

// optionNames are options that no metadata lists.
var optionNames = setOf(`select filter expand orderby top skip count search format apply compute skiptoken deltatoken token levels q startdatetime enddatetime
	changetype validationtoken prefer api-version x-ms-client-request-id requestid isasync forcedeletion includepersonalnotebooks nextlink
	client_id client_secret grant_type scope redirect_uri response_type response_mode state nonce code code_challenge code_challenge_method prompt
	login_hint domain_hint username password refresh_token device_code client_assertion client_assertion_type assertion requested_token_use
	tempauth tempauthtoken authtoken prooftoken sharingtoken guestaccesstoken sig skoid sktid ske sks skv authkey ver file action mode csf web resid
	uniqueid translate rev app client_info x-client-sku x-client-ver x-client-os x-client-cpu x-anchormailbox x-client-last-telemetry
	x-client-current-telemetry x-app-name x-app-ver x-ms-lib-capability haschrome return-client-request-id claims error error_description
	oauth2 s256 sha256 sha1 sourcedoc itemid driveid sharetype embed cid ithint migratedtospo redeem onlyids deltalink apikey api_key msafed slice
	sso_reload amr_values acr_values id_token_hint post_logout_redirect_uri logout_hint user_code access_token id_token ocid wreply`)

// isExpressionWord reports whether a bare word of an expression is a property, a path of
// them, a function, or an operator.
func isExpressionWord(s string) bool {
	return words.IsMember(s) || words.IsType(s) || allParts(s, "/()*$:.,;=&+-", func(part string) bool {
		return len(part) <= 2 || isPlain(part) || words.IsMember(part) || words.IsType(part) || expressionWords.has(part)
	})
}

var expressionWords = setOf(`and or not eq ne gt ge lt le in has asc desc any all startswith endswith contains substringof tolower toupper length
	indexof substring trim concat year month day hour minute second date time now round floor ceiling cast isof null true false microsoft graph
	aggregate groupby with sum average min max countdistinct as select expand filter orderby top skip levels count search ref value member`)

// isHTTPValue reports whether a header's value says nothing.
func isHTTPValue(name, s string) bool {
	switch name {
	case "Content-Type":
		kind, quoted := strings.CutPrefix(s, "type=")
		return words.HarmlessHeader(name, s) || words.IsMediaType("text/plain;"+s) || quoted && words.IsMediaType(strings.Trim(kind, `"`))
	case "Host":
		return isOurHost(hostName(s))
	case "Etag", "If-Match", "If-None-Match":
		return s == "*" || isEtag(s)
	case "Content-Length", "Age", "Retry-After", "Content-Range", "Range", "Date", "Last-Modified", "Expires", "If-Modified-Since", "If-Unmodified-Since":
		return isInstant(s) || strings.Trim(strings.TrimPrefix(s, "bytes"), " =-/*0123456789,") == ""
	}
	return words.HarmlessHeader(name, s) || words.IsHeader(name) && isPlain(s)
}

// camel is the name of the member that a column of a report shows: User Principal Name.
func camel(column string) string {
	joined := strings.ReplaceAll(column, " ", "")
	if joined == "" {
		return ""
	}
	return strings.ToLower(joined[:1]) + joined[1:]
}

// isCounter reports whether a leaf is a decimal id that a service counts or reads from its
// clock, which no cassette hides.
func isCounter(l *place.Leaf) bool {
	return len(l.Text) >= 10 && len(l.Text) < 20 && ascii.All(l.Text, ascii.IsDigit) && (isIDMember(l.Name) || strings.EqualFold(l.Name, "etag"))
}

// instantOf reads an instant of OData or of a header.
func instantOf(s string) (time.Time, bool) {
	if len(s) < 16 || len(s) > 40 || !strings.Contains(s, "20") { // most texts have no year
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", http.TimeFormat} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
