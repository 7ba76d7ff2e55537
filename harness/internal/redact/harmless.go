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

// harmless reports whether a text says nothing where it stands.
func (p vocabulary) harmless(l *place.Leaf, f *field, at *spot) bool {
	s := l.Text
	switch {
	case f == nil:
	case isPunctuation(s), isTruth(s) && l.Role != place.FileName:
		return true
	case f.rule == contentCells:
		return false
	case at != nil:
		return at.values.Harmless(s)
	default:
		return words.Harmless(l.Name, l.Parent, s)
	}
	switch l.Role {
	case place.Host:
		return isOurHost(s)
	case place.Segment:
		return p.isStep(s, l.Name)
	case place.Identifier:
		return isExpressionWord(s)
	case place.OptionName:
		return words.IsMember(s) || isOptionName(s)
	case place.Literal:
		if !l.Bare && ascii.All(s, isDigit) { // a text, which stays where a member of JSON would
			return p.isIDMember(l) || isShortNumber(s)
		}
		return isPlain(s) && (l.Bare || !isTruth(s)) || words.Harmless(l.Name, "", s)
	case place.Option, place.Field:
		return isPlain(s) || words.Harmless(strings.TrimPrefix(l.Name, "$"), "", s) || p.signIn && loginWords.has(s)
	case place.Header, place.PartHeader:
		return isHTTPValue(l.Name, s)
	case place.MemberName:
		return p.isMemberName(s, l.Parent)
	case place.Member:
		return isMemberWordAt(l, at)
	case place.Number:
		return true
	case place.Cell:
		if l.Name == "" { // of no column
			return isPlain(s) && len(strings.Trim(s, "0123456789")) > 0 || isShortNumber(s)
		}
		return isPlain(s) || words.Harmless(camel(l.Name), "", s)
	case place.ColumnName:
		return words.IsColumn(s) || isShortNumber(s)
	case place.MarkupName:
		return isMarkupName(s)
	case place.Text, place.Markup:
		return isPlain(s)
	}
	return false
}

// isMemberName reports whether the name of a member is one of the service's.
func (p vocabulary) isMemberName(s, parent string) bool {
	if strings.EqualFold(parent, "headers") {
		name := http.CanonicalHeaderKey(s)
		if words.IsHeader(name) || volatileHeaders[name] != "" || counts[name] {
			return true
		}
	}
	return credentials.find(s, parent) != nil || members.find(s, parent) != nil || words.IsMember(s) || words.IsType(s) || p.r.keepMembers.has(s)
}

// isMemberWord reports whether a string of JSON is a word of the service there, a date, or
// the number that an id is.
func isMemberWordAt(l *place.Leaf, at *spot) bool {
	s := l.Text
	switch {
	case isPartID(l):
		return isPartWord(s)
	case at.values.Harmless(s), isInstant(s), isPunctuation(s):
		return true
	case !at.isKnown: // which says nothing of its value, then
		return false
	case ascii.All(s, isDigit):
		return isIDMember(l.Name)
	case isIDMember(l.Name) && isEtag(s):
		return true
	case l.Name == "url" && words.IsMember(s): // of a service document
		return true
	case l.Name == "nextExpectedRanges":
		return strings.Trim(s, "0123456789-") == ""
	case s == "root":
		return l.Name == "name" || l.Name == "id" || l.Name == "itemId"
	}
	return strings.HasSuffix(l.Name, "ersion") && isVersion(s)
}

// isPartWord reports whether the id of a batch's part is made of words of the vocabulary.
func isPartWord(s string) bool {
	for word := range strings.FieldsFuncSeq(s, func(c rune) bool { return strings.ContainsRune(" -_.0123456789", c) }) {
		if len(word) > 2 && !words.InText(strings.ToLower(word)) && !words.IsMember(word) {
			return false
		}
	}
	return len(s) <= 40
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

// isIDMember reports whether a text stands at an id, by a name that stays.
func (p vocabulary) isIDMember(l *place.Leaf) bool {
	return isIDMember(l.Name) && p.isMemberName(l.Name, l.Parent)
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
	for part := range strings.FieldsFuncSeq(s, func(c rune) bool { return strings.ContainsRune(":-_.", c) }) {
		lower := strings.ToLower(strings.TrimRight(part, "0123456789"))
		if len(part) > 2 && !words.IsMember(part) && !words.IsType(part) && !words.InText(lower) && !markupNames[lower] {
			return false
		}
	}
	return true
}

// markupNames are those of HTML and SVG that no vocabulary has.
var markupNames = setOf(`html div span img iframe href src alt rel tbody thead tfoot colspan rowspan blockquote onclick svg rect circle polyline polygon viewbox
	xmlns xlink xsi tspan defs lineargradient radialgradient stroke linecap linejoin opacity bgcolor valign nbsp cellpadding cellspacing strong sup hgroup
	head meta main nav aside footer section header article style script template slot canvas audio video source track object param picture area caption
	legend input meter details summary dialog pre samp kbd var cite abbr dfn mark ruby bdi bdo wbr ins del small big font center strike nobr
	http equiv charset lang dir tabindex srcset fieldset textarea optgroup datalist noscript stylesheet figcaption soap soapenv envelope edmx csdl`)

func isShortNumber(s string) bool { return len(s) <= 3 && ascii.All(s, isDigit) }

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
	case isDigit(c):
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

// hostName is a host without its port.
func hostName(s string) string {
	if k := strings.LastIndexByte(s, ':'); k > 0 && strings.Trim(s[k+1:], "0123456789") == "" {
		return s[:k]
	}
	return s
}

// isStep reports whether a step of a path is a word of the service.
func (p vocabulary) isStep(s, before string) bool {
	switch {
	case len(s) <= 12 && strings.Trim(s, "0123456789") == "": // a decimal id
		return true
	case steps.has(s), s[0] == '$' && words.IsMember(strings.TrimPrefix(s, "$")):
		return true
	case words.IsMember(s), words.IsType(strings.TrimPrefix(s, "Microsoft.DirectoryServices.")):
		return !namesFollow.has(before) || p.outside
	case p.signIn:
		return loginWords.has(s)
	}
	return words.IsPermission(s) || isInstant(s)
}

// steps are words of paths that no metadata lists.
var steps = setOf(`v1.0 beta v2.0 v2 me root collection $batch $metadata $count $value $ref $entity $links delta oauth2 token authorize common organizations consumers
	_api _layouts 15 personal sites teams content thumbnails special approot documents photos cameraroll music recordings inbox drafts sentitems
	deleteditems junkemail outbox archive msgfolderroot calendar contacts tasks monitor operations items workbook worksheets range small medium
	large primary self myorganization graph microsoft.graph odata download.aspx upload up transform drive drives bundles devicecode logout
	.well-known openid-configuration discovery keys nextlink .default 2.0 48x48 64x64 96x96 120x120 240x240 360x360 432x432 504x504 648x648`)

// namesFollow are the steps behind which a word of the service may be a name.
var namesFollow = setOf("users groups domains applications serviceprincipals devices contacts worksheets tables names columns categories")

// isOptionName reports whether the name of an option or a form's field is one that metadata
// has, one of the list, or made of words of the vocabulary.
func isOptionName(s string) bool {
	name := strings.TrimLeft(strings.ToLower(s), "$@")
	if len(name) <= 2 || optionNames[name] {
		return len(name) <= 40
	}
	for part := range strings.FieldsFuncSeq(name, func(c rune) bool { return strings.ContainsRune("-_.", c) }) {
		if len(part) > 2 && !words.InText(part) && !words.IsMember(part) && !optionNames[part] {
			return isWordOfAPI(s)
		}
	}
	return true
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

// loginWords are values that sign-in exchanges have and that say nothing.
var loginWords = setOf(`authorization_code refresh_token client_credentials password urn:ietf:params:oauth:grant-type:device_code device_code
	urn:ietf:params:oauth:grant-type:jwt-bearer urn:ietf:params:oauth:client-assertion-type:jwt-bearer on_behalf_of code id_token token query
	form_post fragment none login consent select_account s256 plain openid profile email offline_access common organizations consumers oauth2
	v2.0 authorize devicecode logout .well-known openid-configuration 1 2 user_impersonation`)

// isExpressionWord reports whether a bare word of an expression is a property, a path of
// them, a function, or an operator.
func isExpressionWord(s string) bool {
	if words.IsMember(s) {
		return true
	}
	for part := range strings.FieldsFuncSeq(s, func(c rune) bool { return strings.ContainsRune("/()*$:.,;=&+-", c) }) {
		switch {
		case len(part) <= 2, isPlain(part), words.IsMember(part), words.IsType(part), expressionWords.has(part):
		default:
			return words.IsType(s)
		}
	}
	return true
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
