package schema

import "github.com/graphvcr/graphvcr/harness/internal/graph/odata"

// runtime is the shape of the type that an object really has: the declared one,
// or the subtype that its @odata.type names. It queues the object for that type's
// schema, unless the run of an enclosing schema covers it. Lenient means that the
// type has no schema, so that more properties than the declared ones are due.
func (w *walker) runtime(sh *shape, object map[string]any) (actual *shape, lenient bool) {
	declared := sh.typeName()
	named := odata.TypeOf(object)
	if named != "" && named != declared {
		if w.known(named) {
			return w.subtype(declared, named, object), false
		}
		w.report(w.root.key, "", Violation{Rule: RuleODataType, Warning: true, Got: brief(object[odata.Type]),
			Want: "a type with a schema in " + w.root.key.api + " (only its declared part is checked)"}, member(odata.Type))
		lenient = true
	}
	if sh.isTarget() {
		t := w.load(declared)
		if t == nil {
			return nil, lenient
		}
		w.queue(t, object)
		sh = t.shape
	}
	if sh != nil && sh.abstract && named == "" {
		w.report(sh.key, "/x-graph", Violation{Rule: RuleODataType, Warning: true, Got: brief(object),
			Want: "an @odata.type that names a subtype of " + declared})
	}
	return sh, lenient
}

// subtype is the shape of a type that an object names itself.
func (w *walker) subtype(declared, named string, object map[string]any) *shape {
	t := w.load(named)
	if t == nil {
		return nil
	}
	if w.known(declared) && !t.shape.bases[declared] {
		w.report(t.key, "/allOf", Violation{Rule: RuleODataType, Got: brief(object[odata.Type]),
			Want: declared + ", or a type that derives from it"}, member(odata.Type))
	}
	w.queue(t, object)
	return t.shape
}

// known reports whether there is a schema for the type.
func (w *walker) known(name string) bool { return w.set.Has(w.root.key.api, name) }

// load is a type's schema, or nil when there is none or it is broken.
func (w *walker) load(name string) *compiled {
	if !w.known(name) {
		return nil
	}
	t, err := w.set.compile(typeKey{w.root.key.api, name})
	if err != nil {
		w.faults = append(w.faults, err)
		return nil
	}
	return t
}
