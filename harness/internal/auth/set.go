package auth

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"
)

// A Set is the credentials of a run by identity; "" is the default one.
type Set map[string]*Credential

// OpenSet opens the credentials of the identities that a run needs. kind is
// --auth: it decides the default identity's, and none is none for all. Everything that
// is not configured is reported at once.
func OpenSet(kind string, identities []string, o Options) (Set, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	set := Set{}
	var problems []error
	for _, identity := range slices.Compact(slices.Sorted(slices.Values(identities))) {
		c, err := open(identity, kindFor(identity, kind, o.Getenv), o)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		set[identity] = c
	}
	if problems != nil {
		return nil, errors.Join(problems...)
	}
	return set, nil
}

func kindFor(identity, kind string, getenv func(string) string) string {
	if identity == "" || kind == "none" {
		return kind
	}
	return cmp.Or(getenv(kindVariable(identity)), "auto")
}

// Claims signs every identity in, one after the other, and reads the tokens. A run does
// it before its first request, because a device code takes a person minutes. An
// identity without a token is left out.
func (s Set) Claims(ctx context.Context) (map[string]Claims, error) {
	all := map[string]Claims{}
	for _, identity := range sortedKeys(s) {
		if s[identity].acquire == nil {
			continue
		}
		claims, err := s[identity].Claims(ctx)
		if err != nil {
			return nil, err
		}
		all[identity] = claims
	}
	return all, nil
}
