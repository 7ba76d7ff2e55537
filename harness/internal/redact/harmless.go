package redact

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

func isPartID(l *place.Leaf) bool {
	return (l.Parent == "requests" || l.Parent == "responses") && (l.Name == "id" || l.Name == "dependsOn")
}

// areWords reports whether what stands between separators is words of the vocabulary, of a set
// beside it, which may be numbered, or abbreviations.
func areWords(s, separators string, others set) bool {
	return allParts(s, separators, func(part string) bool {
		word := strings.ToLower(strings.TrimRight(part, "0123456789"))
		return len(part) <= 2 || words.IsMember(part) || words.IsType(part) || len(part)-len(word) <= 3 && (words.InText(word) || others[word])
	})
}

// isIDMember reports whether a member's name says that it holds an id, or what changes with
// its object.
func isIDMember(name string) bool {
	return idMembers[name] || (strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "Ids")) && name != "employeeId"
}

var idMembers = map[string]bool{"id": true, "@odata.etag": true, "eTag": true, "cTag": true, "etag": true, "changeKey": true, "dependentOn": true, "dependedOnBy": true}

// isServiceID recognises the id of what every tenant has: of a content type of SharePoint
// (0x0101), a setting of Intune (device_vendor_msft_..), a property of MAPI (Integer 0x0E07).
func isServiceID(s string) bool {
	return identity.IsContentType(s) || digitsIn(s) <= 9 && isNamedByService(s)
}

var isNamedByService = form(`(?:device|user)_vendor_msft_[a-z0-9_~]+|` + propertyType + ` 0x[0-9A-Fa-f]{4}(?:[0-9A-Fa-f]{4})?`)

// propertyType is the type of an extended property, with which its id begins.
const propertyType = `(?:ApplicationTime|Binary|Boolean|CLSID|Currency|Double|Float|Integer|Long|Short|String|SystemTime)(?:Array)?`

// extendedProperty is such an id of a set of properties that has a GUID; behind Name stands what somebody called it.
var extendedProperty = regexp.MustCompile(`^` + propertyType + ` \{([0-9A-Fa-f-]{36})\} (?:Id 0x[0-9A-Fa-f]{4,8}|Name (.+))$`)

// isLookup recognises the number of another item of SharePoint, which has that number in paths
// too.
func isLookup(name, s string) bool {
	return odata.IsLookup(name) && len(s) <= len("2147483647") && ascii.All(s, ascii.IsDigit)
}

// isEtag recognises what is left of an etag that holds no id: W/"1", "3,7", an instant.
func isEtag(s string) bool {
	return allParts(strings.TrimPrefix(s, "W/"), `"{},`, func(part string) bool {
		return ascii.All(part, ascii.IsDigit) || isInstant(part)
	})
}

// form recognises texts that have a form as wholes.
func form(pattern string) func(s string) bool {
	return regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString
}

var (
	isVersion       = form(`[vV]?(?:\d{1,8}|\d[\d+ -]{0,9}\.[\d.+ -]{0,15})`) // 7, 2.1, v10.0.19045.3324, 1.4-2
	isVersionID     = form(`\d{1,4}\.\d{1,2}`)                                // of a file: 12.0
	isThumbnailSize = form(`c\d{1,4}x\d{1,4}(?:_crop)?`)                      // c48x48_crop, which clients ask for
	isWordOfTeams   = form(`com\.microsoft\.teams[A-Za-z.]{0,44}`)            // a template or app that Teams has everywhere
	isColor         = form(`#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})`)
	isRange         = form(`\d*-?\d*`)          // where a slice begins and ends, either left out
	isDotted        = form(`\d+(?:\.\d*){0,2}`) // 1.2.3
	isDecimal       = form(`\d+\.\d+(?:[eE][+-]?\d{1,3})?`)
	isNumber        = form(`-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?`) // of JSON, or with zeros before it
)

// valueForms are members whose values have a form that the service gives them.
var valueForms = func() map[string]func(s string) bool {
	forms := map[string]func(s string) bool{}
	for section, line := range words.Lines(table) {
		if pattern, ok := strings.CutPrefix(section, "values "); ok {
			for name := range strings.FieldsSeq(line) {
				forms[name] = form(pattern)
			}
		}
	}
	return forms
}()

// isPlain reports whether a text says nothing anywhere: a truth, a short number, a date,
// punctuation.
func isPlain(s string) bool {
	return isNumeral(s) || digitsIn(s) <= 3 && strings.Trim(s, "0123456789.-+") == "" || isTruth(s) || isInstant(s) || isPunctuation(s)
}

// isNumeral recognises a number that is no longer than counts and measures are, and short
// ones with dots: -12, 5000000, 1.5, 1.2.3.
func isNumeral(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return len(s) < 10 && isDotted(s) || len(s) < 16 && isDecimal(s)
}

// isMeetingNumber reports whether a part of a link of a meeting is a number that lets in, or is dialled.
func isMeetingNumber(l *place.Leaf) bool {
	if l.Outer == "" || isShortNumber(l.Text) || !ascii.All(l.Text, ascii.IsDigit) {
		return false
	}
	f := memberFields.find(l.Outer, "")
	return f != nil && f.rule == secretJoinLink
}

func isShortNumber(s string) bool { return len(s) <= 3 && ascii.All(s, ascii.IsDigit) }

func isTruth(s string) bool { return len(s) >= 3 && len(s) <= 5 && truths.has(s) }

// isPunctuation reports whether a text has no letter and no digit; emoji, which reactions
// are, are none.
func isPunctuation(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool {
		isEmoji := c >= 0x1f300 && c < 0x1fb00 || c >= 0x2600 && c < 0x27c0 || c == 0xfe0f || c == 0x200d
		return !isEmoji && (c >= utf8.RuneSelf || ascii.IsAlnum(byte(c)))
	})
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
	name := strings.TrimLeft(s, "$@")
	return len(name) <= 2 || optionNames.has(name) || areWords(name, "-_.", optionNames) || isWordOfAPI(s)
}

// isWordOfAPI reports whether a text has the form that the names of options and of forms'
// fields have, which are the service's to choose and not the client's: a few words that can
// be spoken, each of two letters and more, or short abbreviations. Of passwords of letters
// alone one in a hundred has it.
func isWordOfAPI(s string) bool {
	if len(s) > 24 || !apiName.MatchString(s) {
		return false
	}
	parts := apiWords.FindAllString(s, -1)
	return 5*(len(parts)-1) <= len(strings.Join(parts, "")) && !slices.ContainsFunc(parts, func(part string) bool {
		isAbbreviation := part == strings.ToUpper(part) && len(part) <= 4
		return len(part) < 2 || len(part) > 2 && !isAbbreviation && unspoken.MatchString(part)
	})
}

// apiName is a name of letters, which may be numbered.
var apiName = regexp.MustCompile(`^[$@]*[-_]*[A-Za-z][A-Za-z_-]*[0-9]{0,2}$`)

// apiWords are the words of usersById, USERS_BY_ID and users-by-id.
var apiWords = regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+`)

// unspoken is what no word is: without a vowel, or with five consonants in a row.
var unspoken = regexp.MustCompile(`(?i)^[^aeiouy]+$|[^aeiouy]{5}`)

// isExpressionWord reports whether a bare word of an expression is a property, a path of
// them, a function, or an operator.
func isExpressionWord(s string) bool {
	return words.IsMember(s) || words.IsType(s) || allParts(s, "/()*$:.,;=&+-", func(part string) bool {
		return len(part) <= 2 || isShortNumber(part) || isThumbnailSize(part) || words.IsMember(part) || words.IsType(part) || expressionWords.has(part)
	})
}

// isHTTPValue reports whether a header's value says nothing.
func isHTTPValue(name, s string) bool {
	switch name {
	case "Content-Type":
		kind, quoted := strings.CutPrefix(s, "type=")
		return words.HarmlessHeader(name, s) || words.IsMediaType("text/plain;"+s) || quoted && words.IsMediaType(strings.Trim(kind, `"`))
	case "Host":
		return isOurHost(graph.WithoutPort(s))
	case "Etag", "If-Match", "If-None-Match":
		return s == "*" || isEtag(s)
	case "Content-Range", "Range":
		return allParts(strings.TrimPrefix(s, "bytes"), " =,/*", isRange)
	case "Content-Length", "Age", "Retry-After", "Date", "Last-Modified", "Expires", "If-Modified-Since", "If-Unmodified-Since":
		return isInstant(s) || isNumeral(s) || ascii.All(s, ascii.IsDigit)
	}
	return words.HarmlessHeader(name, s) || words.IsHeader(name) && isPlain(s)
}

// isCounter reports whether a leaf is a decimal id that a service counts or reads from its
// clock, which no cassette hides.
func isCounter(l *place.Leaf) bool {
	return len(l.Text) >= 10 && len(l.Text) < 20 && ascii.All(l.Text, ascii.IsDigit) && (isIDMember(l.Name) || strings.EqualFold(l.Name, "etag"))
}

// eachNameIn replaces what is none of the service's in a text that it wrote: it keeps the words of the
// vocabulary, names of members, types and resources, and short numbers. Each other word is a name,
// and so is what stands in quotes.
func eachNameIn(text string, name func(part string) string) string {
	var b strings.Builder
	at, first := 0, true // a sentence begins
	for _, quoted := range append(quotedValues(text), identity.Span{Start: len(text), End: len(text)}) {
		plain, _ := withoutSecrets(text[at:quoted.Start])
		for plain != "" {
			word := strings.TrimLeft(plain, textGaps)
			gap := plain[:len(plain)-len(word)]
			word = word[:strings.IndexAny(word+" ", textGaps)]
			plain = plain[len(gap)+len(word):]
			tail := word[len(strings.TrimRight(word, ".,:!?")):] // an id may end in - or /
			if word = word[:len(word)-len(tail)]; word != "" && !isServiceWord(word, first || strings.Contains(gap, "\n")) {
				word = name(word)
			}
			b.WriteString(gap + word + tail)
			first = tail == "." || tail == ":" || tail == "!"
		}
		b.WriteString(name(text[quoted.Start:quoted.End]))
		at, first = quoted.End, false
	}
	return b.String()
}

const textGaps = " \t\r\n\"'`;()[]{}<>|"

func isServiceWord(word string, first bool) bool {
	switch {
	case words.InText(word), words.IsMember(word), words.IsType(word), isInstant(word), isPlain(word) && digitsIn(word) <= 3, words.IsPermission(word), words.IsErrorCode(word), word == placeholder:
		return true
	}
	if first && words.InText(strings.ToLower(word)) {
		return true
	}
	k := strings.IndexAny(word, "-,")
	return k > 0 && (word[k] == ',' || digitsIn(word) <= 3) && isServiceWord(word[:k], first) && isServiceWord(word[k+1:], false)
}

// quotedValues finds the values in quotes that are no words of the service. Where it is not
// clear which quotes belong together there are none: what is put in their place must not make
// others of the rest.
func quotedValues(text string) (values []identity.Span) {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c != '\'' && c != '"' || i > 0 && strings.IndexByte(textGaps+":", text[i-1]) < 0 {
			continue
		}
		end := quoteEnds(text, i)
		if end == 0 {
			return nil
		}
		if !areServiceWords(text[i+1 : end]) {
			values = append(values, identity.Span{Start: i + 1, End: end})
		}
		i = end
	}
	return values
}

// quoteEnds returns where the quote stands that closes the one at i, behind which no word goes
// on; literals of addresses within are passed over. It is 0 where that is not clear.
func quoteEnds(text string, i int) int {
	const longestQuoted = 512
	quote := text[i]
	for j := i + 2; j < min(len(text), i+longestQuoted); j++ {
		if text[j] != quote {
			continue
		}
		switch rest := strings.TrimLeft(text[j+1:], ".,:!?"); {
		case rest == "", rest[0] != quote && strings.IndexByte(textGaps, rest[0]) >= 0:
			return j
		case strings.IndexByte("(=,", text[j-1]) < 0:
			return 0
		}
		for j++; j < len(text) && (text[j] != quote || strings.HasPrefix(text[j+1:], text[i:i+1])); j++ { // a literal opens
			if text[j] == quote {
				j++
			}
		}
	}
	return 0
}

// areServiceWords reports whether all words of a text are of the vocabulary.
func areServiceWords(text string) bool {
	first := true
	return allParts(text, textGaps, func(word string) bool {
		is := isServiceWord(word, first)
		first = false
		return is
	})
}
