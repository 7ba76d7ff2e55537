package match

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// secretNames are fields whose values are never told, in lower case (graph-facts
// section 10).
var secretNames = []string{
	"authorization", "password", "client_secret", "client_assertion", "assertion", "refresh_token", "access_token",
	"id_token", "code", "device_code", "secrettext", "tempauth", "tempauthtoken", "authtoken", "sig", "cookie",
	"clientstate", "validationtoken",
}

func secret(field string) bool {
	field = strings.ToLower(strings.TrimRight(field, "']"))
	name := field[strings.LastIndexAny(field, ".'")+1:]
	return slices.Contains(secretNames, name)
}

// shown is a value as a reader may see it.
func shown(field, value string) string {
	switch {
	case value == "":
		return `""`
	case secret(field):
		return "(hidden)"
	case !utf8.ValidString(value):
		return fmt.Sprintf("(%d bytes)", len(value))
	}
	return strconv.Quote(shortened(value, 80))
}

func shownValue(field string, value any) string {
	switch {
	case value == jsondoc.Absent:
		return absent
	case secret(field):
		return "(hidden)"
	}
	return shortened(string(jsondoc.Canonical(nil, value)), 80)
}

// shortened cuts a long text at a character boundary.
func shortened(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	cut := limit
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return fmt.Sprintf("%s... (%d bytes)", text[:cut], len(text))
}

// shownAddress is an address as a reader may see it: the values of secret options,
// which make an address pre-authenticated, are left out.
func shownAddress(address string) string {
	path, query, found := strings.Cut(address, "?")
	if !found {
		return shortened(address, 300)
	}
	options := strings.Split(query, "&")
	for i, option := range options {
		if name, _, hasValue := strings.Cut(option, "="); hasValue && secret(name) {
			options[i] = name + "=(hidden)"
		}
	}
	return shortened(path+"?"+strings.Join(options, "&"), 300)
}
