// Package ascii says of what class a byte is, for those who read identifiers and
// addresses byte by byte: no byte of a character beyond ASCII is of any class.
//
//	ascii.All("09af", ascii.IsHex)  // true
//	ascii.IsEscape("a%20b", 1)      // true
//
// All functions are pure, need no memory, and are safe for concurrent use.
package ascii
