// Package browser opens the HTML report in a real browser. It is a module of its own, so
// that a browser's protocol is nobody's dependency.
package browser
