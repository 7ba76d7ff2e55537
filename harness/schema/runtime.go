package schema

import "strings"

// runtime is the shape of the type that an object really has: the declared one,
// or the subtype that its @odata.type names. It queues the object for that type's
// schema, unless the run of an enclosing schema covers it. Lenient means that the
// type has no schema, so that more properties than the declared ones are due.
func (c *checker) runtime(sh *shape, object map[string]any) (actual *shape, lenient bool) {
	declared := sh.typeName()
	named := namedType(object)
	if named != "" && named != declared {
		if c.known(named) {
			return c.subtype(declared, named, object), false
		}
		c.report(c.root.key, "", Violation{Rule: RuleODataType, Warning: true, Got: brief(object[typeAnnotation]),
			Want: "a type with a schema in " + c.root.key.api + " (only its declared part is checked)"}, member(typeAnnotation))
		lenient = true
	}
	if sh.isTarget() {
		t := c.load(declared)
		if t == nil {
			return nil, lenient
		}
		c.queue(t, object)
		sh = t.shape
	}
	if sh != nil && sh.abstract && named == "" {
		c.report(sh.key, "/x-graph", Violation{Rule: RuleODataType, Warning: true, Got: brief(object),
			Want: "an @odata.type that names a subtype of " + declared})
	}
	return sh, lenient
}

// subtype is the shape of a type that an object names itself.
func (c *checker) subtype(declared, named string, object map[string]any) *shape {
	t := c.load(named)
	if t == nil {
		return nil
	}
	if c.known(declared) && !t.shape.bases[declared] {
		c.report(t.key, "/allOf", Violation{Rule: RuleODataType, Got: brief(object[typeAnnotation]),
			Want: declared + ", or a type that derives from it"}, member(typeAnnotation))
	}
	c.queue(t, object)
	return t.shape
}

// known reports whether there is a schema for the type.
func (c *checker) known(name string) bool { return c.set.Has(c.root.key.api, name) }

// load is a type's schema, or nil when there is none or it is broken.
func (c *checker) load(name string) *compiled {
	if !c.known(name) {
		return nil
	}
	t, err := c.set.compile(typeKey{c.root.key.api, name})
	if err != nil {
		c.faults = append(c.faults, err)
		return nil
	}
	return t
}

// namedType is the full name in an object's @odata.type, or "". The '#' is
// optional; primitive types and collections (#Int64, #Collection(String)) say
// nothing about an object.
func namedType(object map[string]any) string {
	annotation, _ := object[typeAnnotation].(string)
	name := strings.TrimPrefix(annotation, "#")
	if !strings.Contains(name, ".") || strings.ContainsAny(name, "()") {
		return ""
	}
	return name
}
