package strictyaml

// Error is one fault in a YAML file.
type Error struct {
	Line, Column int
	Message      string
	Advice       string // e.g. did you mean "expect"?
}

func (e *Error) Error() string { return e.Message }
