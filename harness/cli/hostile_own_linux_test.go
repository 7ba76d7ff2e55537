package cli

import (
	"fmt"
	"strings"
)

// ownKinds are what only one kind of file can hold.
var ownKinds = map[string]map[string]func() string{
	"scenarios/bad.yaml": {
		"variables in variables": func() string {
			var b strings.Builder
			for n := range 5000 {
				fmt.Fprintf(&b, "  v%d: \"{v%d}\"\n", n+1, n)
			}
			return hostileStep("vars:\n  v0: a\n"+b.String(), "/{v5000}", "")
		},
		"variables that double": func() string {
			var b strings.Builder
			for n := range 60 {
				fmt.Fprintf(&b, "  v%d: \"{v%d}{v%d}\"\n", n+1, n, n)
			}
			return hostileStep("vars:\n  v0: a\n"+b.String(), "/{v60}", "")
		},
		"a pattern that repeats": func() string {
			return hostileStep("", "/me", "body: {id: {pattern: '((((a{1,1000}){1,1000}){1,1000}){1,1000})'}}")
		},
		"a pattern of 1 MB": func() string {
			return hostileStep("", "/me", "body: {id: {pattern: '"+repeated("(a|b)*", 150_000)+"'}}")
		},
		"a pattern, deep": func() string {
			return hostileStep("", "/me", "body: {id: {pattern: '"+repeated("(", deep)+repeated(")", deep)+"'}}")
		},
		"a pattern that backtracks": func() string { return hostileStep("", "/me", "body: {id: {pattern: '^(a+)+$'}}") },
		"a path of 1 MB":            func() string { return hostileStep("", "/"+repeated("a", 1<<20), "") },
		"10,000 steps": func() string {
			return hostileStep("", "/me", "") + repeated("  - {request: {method: GET, path: /me}}\n", 10_000)
		},
		"50,000 options": func() string {
			return strings.Replace(hostileStep("", "/me", ""), "path: '/me'", "path: '/me', query: {"+strings.ReplaceAll(strings.TrimSpace(numbered(50_000)), "\n", ", ")+"}", 1)
		},
		"a body expression, deep": func() string { return hostileStep("", "/me", "body: {'"+repeated("$..[*]", 1000)+"': 1}") },
		"polling without end": func() string {
			return hostileStep("", "/me", "status: 500\n    poll: {every: 1000000h, timeout: 9999999h}")
		},
		"a header with line breaks": func() string {
			return strings.Replace(hostileStep("", "/me", ""), "path: '/me'", "path: '/me', headers: {\"X-A\\r\\nX\": \"b\\r\\nc\"}", 1)
		},
		"a method that is none": func() string { return strings.Replace(hostileStep("", "/me", ""), "GET", "\"G T\\r\\n\"", 1) },
		"a file that is a device": func() string {
			return strings.Replace(hostileStep("", "/me", ""), "path: '/me'", "path: '/me', bodyFile: /dev/zero", 1)
		},
		"a cassette that is a device": func() string { return "cassette: /dev/zero\n" + hostileStep("", "/me", "") },
		"expectations, deep":          func() string { return hostileStep("", "/me", "body: "+repeated("{a: ", 3000)+"1"+repeated("}", 3000)) },
		"a status of 1e999999":        func() string { return hostileStep("", "/me", "status: 1e999999") },
		"braces without end":          func() string { return hostileStep("", repeated("/{{", 100_000), "") },
		"a schema name of 1 MB":       func() string { return hostileStep("", "/me", "schema: "+repeated("a.", 1<<19)) },
	},
	"cassettes/rules.yaml": {
		"a rule of 1 MB":           func() string { return "redact: {keep: ['" + repeated("a", 1<<20) + "']}\n" },
		"100,000 rules":            func() string { return "redact: {keep: [" + repeated("a, ", 100_000) + "b]}\n" },
		"a pattern that repeats":   func() string { return "redact: {patterns: ['((((a{1,1000}){1,1000}){1,1000}){1,1000})']}\n" },
		"hosts that are patterns":  func() string { return "hosts: {record: ['" + repeated("*.", 100_000) + "com', '*', '']}\n" },
		"a match rule of anything": func() string { return "match:\n  ignore: ['" + repeated("$..[*]", 1000) + "']\n" },
	},
	"schemas/v1.0/microsoft.graph.x.json": {
		"references that double": func() string {
			var b strings.Builder
			b.WriteString(`{"$ref": "#/$defs/d40", "$defs": {"d0": {"type": "string"}`)
			for n := range 40 {
				fmt.Fprintf(&b, `,"d%d": {"allOf": [{"$ref": "#/$defs/d%d"}, {"$ref": "#/$defs/d%d"}]}`, n+1, n, n)
			}
			return b.String() + "}}\n"
		},
		"any of what doubles": func() string {
			var b strings.Builder
			b.WriteString(`{"$ref": "#/$defs/d40", "$defs": {"d0": {"type": "string"}`)
			for n := range 40 {
				fmt.Fprintf(&b, `,"d%d": {"anyOf": [{"$ref": "#/$defs/d%d"}, {"$ref": "#/$defs/d%d"}]}`, n+1, n, n)
			}
			return b.String() + "}}\n"
		},
		"a reference to itself":   func() string { return `{"$ref": "microsoft.graph.x.json"}` + "\n" },
		"references in a circle":  func() string { return `{"allOf": [{"$ref": "#"}, {"$dynamicRef": "#"}]}` + "\n" },
		"a reference to a device": func() string { return `{"$ref": "file:///dev/zero"}` + "\n" },
		"a reference outside":     func() string { return `{"$ref": "../../../../../../etc/passwd"}` + "\n" },
		"a pattern that repeats": func() string {
			return `{"properties": {"id": {"pattern": "((((a{1,1000}){1,1000}){1,1000}){1,1000})"}}}` + "\n"
		},
		"a pattern of 1 MB": func() string {
			return `{"properties": {"id": {"pattern": "` + repeated("(a|b)*", 150_000) + `"}}}` + "\n"
		},
		"100,000 patterns": func() string {
			return `{"patternProperties": {"a": {}` + repeated(`,"(x+x+)+y": {}`, 20_000) + `}}` + "\n"
		},
		"a deep schema":        func() string { return repeated(`{"items":`, deep) + "{}" + repeated("}", deep) + "\n" },
		"100,000 alternatives": func() string { return `{"anyOf": [` + repeated(`{"const": 1},`, 100_000) + `{}]}` + "\n" },
		"numbers out of range": func() string {
			return `{"properties": {"id": {"minLength": 1e999999, "maxLength": -1, "multipleOf": 0}}}` + "\n"
		},
		"another dialect": func() string { return `{"$schema": "https://never.example/schema"}` + "\n" },
	},
	"schemas/v1.0/index.json": {
		"a type of itself": func() string {
			return `{"format": 1, "resources": {"me": "a"}, "types": {"a": {"base": "a", "properties": {"id": "a"}}}}` + "\n"
		},
		"another format":    func() string { return `{"format": 99}` + "\n" },
		"100,000 resources": func() string { return `{"format": 1, "resources": ` + manyNames(100_000) + "}\n" },
		"collections, deep": func() string {
			return `{"format": 1, "resources": {"me": "` + repeated("Collection(", deep) + `"}}` + "\n"
		},
	},
	"bad.xml": {
		"types that derive from each other": func() string {
			return strings.Replace(goodCSDL, `Name="entity"`, `Name="entity" BaseType="graph.thing"`, 1)
		},
		"10,000 generations": func() string {
			var b strings.Builder
			for n := range deep {
				fmt.Fprintf(&b, "<EntityType Name=\"t%d\" BaseType=\"graph.t%d\"/>\n", n+1, n)
			}
			return strings.Replace(goodCSDL, "<EntityContainer", "<EntityType Name=\"t0\"/>\n"+b.String()+"<EntityContainer", 1)
		},
		"100,000 types": func() string {
			return strings.Replace(goodCSDL, "<EntityContainer", repeated("<ComplexType Name=\"a\"/>\n", 100_000)+"<EntityContainer", 1)
		},
		"collections, deep": func() string {
			return strings.ReplaceAll(goodCSDL, "Edm.Int32", repeated("Collection(", deep)+"Edm.Int32"+repeated(")", deep))
		},
		"a type of 1 MB":       func() string { return strings.ReplaceAll(goodCSDL, "thing", repeated("thing", 200_000)) },
		"names that leave":     func() string { return strings.ReplaceAll(goodCSDL, `Name="thing"`, `Name="../../../thing"`) },
		"another encoding":     func() string { return `<?xml version="1.0" encoding="EBCDIC"?>` + goodCSDL },
		"a prefix without end": func() string { return strings.ReplaceAll(goodCSDL, "edmx:", repeated("a:", 1000)) },
	},
	"cassettes/drift-accept.yaml": {
		"a day of the year 0": func() string { return strings.Replace(goodAccept, "2027-01-31", "0000-00-00", 1) },
		"100,000 acceptances": func() string { return "accepted:\n" + repeated("  - {fingerprint: a, reason: b}\n", 20_000) },
	},
	"cassettes/bad.yaml.journal": {
		"a length without end": func() string { return "graphvcr journal 3\n" + repeated("\xff", 64) },
		"a length of 1 GB":     func() string { return "graphvcr journal 3\n" + "\x00\x00\x00\x40" + repeated("\x00", 60) },
		"records of nothing":   func() string { return "graphvcr journal 3\n" + repeated("\x00", 8<<20) },
		"another format":       func() string { return "graphvcr journal 9\n" },
	},
}

// hostileStep is a scenario of one step.
func hostileStep(vars, path, expect string) string {
	if expect == "" {
		expect = "status: 200"
	}
	return "name: Bad\napi: v1.0\n" + vars + "steps:\n  - name: one\n    request: {method: GET, path: '" + path + "'}\n    expect:\n      " + expect + "\n"
}
