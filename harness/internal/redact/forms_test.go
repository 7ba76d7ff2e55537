package redact_test

import "testing"

// What has not quite the form that the service gives a member's values is a text like any other.
func TestNearlyOfTheForm(t *testing.T) {
	for _, c := range [][2]string{
		{"availabilityView", "0012520"}, {"availabilityView", "megan"}, {"mitreTechniques", "T1566002"}, {"mitreTechniques", "T1566.megan"},
		{"allowedResourceActions", "microsoft.megan/users/update"}, {"allowedResourceActions", "contoso.directory/users/update"},
		{"allowedResourceActions", "microsoft.directory/solatifaqx/update"}, {"AccessTokenLifetime", "megan"}, {"AccessTokenLifetime", "4:00:00 megan"},
		{"id", "Integer 0x0E08 megan"}, {"id", "Megan 0x0E08"}, {"originalStartTimeZone", "tzone://Microsoft/Megan"}, {"originalStartTimeZone", "tzone://Megan/Utc"},
		{"canonicalName", "autodiscover.megan.com"}, {"nameTarget", "sipdir.megan.lync.com"}, {"alias", "megan"}, {"osPlatform", "Megan11"},
		{"numberFormat", `0.00 "Megan"`}, {"style", "Megan2"}, {"skuPartNumber", "O365_w/o Megan Bundle_M5"},
	} {
		if got := ask(newRedactor(t), c[0], c[1]); got == c[1] {
			t.Errorf("%s: %q stays", c[0], got)
		}
	}
}
