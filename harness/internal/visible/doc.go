// Package visible makes texts fit to be shown: what came from a body can neither steer a terminal
// nor forge a line, and a path in JSON is as short as people write it.
//
// Every text of this module that holds data goes through it on its way to a terminal or a
// report. It knows no format of a report: what HTML, XML or Markdown escape is their business.
//
//	fmt.Println(visible.Text(value))
package visible
