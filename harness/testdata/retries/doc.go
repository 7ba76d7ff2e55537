// Package retries holds a test of clients that send requests again, so that what they need is
// nobody else's.
package retries
