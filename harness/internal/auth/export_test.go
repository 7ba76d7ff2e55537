package auth

// New opens a credential for no identity.
func New(kind string, o Options) (*Credential, error) { return open("", kind, o) }
