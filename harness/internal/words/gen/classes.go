package main

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// classes say by the name of a member that its values have a form, not a list.
var classes = map[string]func(member string) bool{
	words.SectionLanguages + words.OfMembers: ending("language", "languages", "languagetag", "languagetags", "locale", "locales", "culture", "languageid"),
	words.SectionCountries + words.OfMembers: ending("country", "countries", "countrycode", "countryorregion", "countryorregioncode", "countriesandregions",
		"countryletter", "countryletters", "countryletterode", "countrylettercode", "usagelocation", "countryregion"),
	words.SectionZones + words.OfMembers:      ending("timezone", "timezoneid", "timezones"),
	words.SectionCurrencies + words.OfMembers: ending("currency", "currencycode", "currencyid"),
	words.SectionMedia + words.OfMembers:      ending("contenttype", "mimetype", "mediatype", "contenttypes", "mimetypes"),
}

func ending(ends ...string) func(string) bool {
	return func(member string) bool {
		lower := strings.ToLower(member)
		for _, end := range ends {
			if strings.HasSuffix(lower, end) {
				return true
			}
		}
		return false
	}
}
