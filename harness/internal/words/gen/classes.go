package main

import "strings"

// classes say by the name of a member that its values have a form, not a list: which
// section has it.
var classes = map[string]func(member string) bool{
	"languages.members": ending("language", "languages", "languagetag", "languagetags", "locale", "locales", "culture", "languageid"),
	"countries.members": ending("country", "countries", "countrycode", "countryorregion", "countryorregioncode", "countriesandregions",
		"countryletter", "countryletters", "countryletterode", "countrylettercode", "usagelocation", "countryregion"),
	"zones.members":      ending("timezone", "timezoneid", "timezones"),
	"currencies.members": ending("currency", "currencycode", "currencyid"),
	"media.members":      ending("contenttype", "mimetype", "mediatype", "contenttypes", "mimetypes"),
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
