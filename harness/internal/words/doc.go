// Package words knows the words of the service: which strings say nothing about a tenant or
// a person where they stand.
//
// A word is bound to its place. "public" is harmless as the visibility of a group, not as the
// name of one: [Harmless] asks for the member, and where members of that name hold words of
// people as often (name, value, title), for the member above too. The other functions know
// names of members, types, permissions, codes of errors, ids that every tenant has, hosts, and
// the forms of languages, countries, time zones, currencies and media types.
//
// The table has two files. words.txt (615 KB: 11,300 members, 5,500 types, 12,100 values of
// 1,300 members, 916 permissions, 2,300 words of prose) is made by gen from Graph's metadata of
// several versions and clouds, the tables of its documentation and its permissions:
//
//	go generate ./harness/internal/words
//
// known.txt (117 KB: 3,100 values, 450 ids, standards) is kept by hand: what clients compare and
// none of these sources lists. Both hold facts only, no sentence of any page, and nothing that
// documentation made up (Adele Vance, contoso). Words are only ever added: gen merges with the
// table that stands, so that what a recording kept once is kept by every later version.
//
// [IsMember] and [IsColumn] are about names, [HarmlessHeader] about the values of headers. Which
// words a path may have is known by package graphurl.
//
// It decides nothing: what a credential, an id, a date or a number is, is asked before. A word
// that is harmless for the service may still be somebody's secret; members that hold
// credentials have to be known by their names.
//
// The table is read at the first question (5 ms, 2 MB). A look-up takes about 100 ns and
// allocates nothing. All functions are safe for concurrent use.
//
//	words.Harmless("visibility", "", "Public")                // true
//	words.Harmless("displayName", "value", "Public")          // false
//	words.Harmless("value", "appRoles", "User.Read.All")      // true
package words
