package cassette

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// SaltVariable is the environment variable that replaces the file.
const SaltVariable = "GRAPHVCR_SALT"

// SaltFile is the file of the cassettes folder that holds the salt, a project's random bytes
// from which pseudonyms and tags are computed: hexadecimal digits and a line break.
const SaltFile = "salt"

const (
	saltSize   = 32
	saltDigits = 12 // of a digest
)

const adviceSalt = "restore the file " + SaltFile + " of the cassettes folder from version control, or set " + SaltVariable

// SaltDigest is what a cassette says of the salt that it was made with.
func SaltDigest(salt []byte) string {
	sum := sha256.Sum256(append([]byte("graphvcr salt "), salt...))
	return hex.EncodeToString(sum[:saltDigits/2])
}

// FindSalt returns the salt of cassettes in a folder: what GRAPHVCR_SALT holds if it is set,
// else the file named salt in the folder or the nearest above it. Where there is none, the
// error is fs.ErrNotExist.
func FindSalt(from string) ([]byte, error) {
	if text := os.Getenv(SaltVariable); text != "" {
		salt, message := parseSalt([]byte(text))
		if salt == nil {
			return nil, &fault.Error{Message: SaltVariable + ": " + message, Hint: "set it to what a file " + SaltFile + " holds, or unset it"}
		}
		return salt, nil
	}
	for dir := from; ; dir = filepath.Join(dir, "..") {
		whole, err := filepath.Abs(dir)
		if err != nil {
			return nil, fmt.Errorf("find the salt: %w", err)
		}
		name := filepath.Join(dir, SaltFile)
		text, err := plainfile.ReadFile(name)
		var kind *plainfile.KindError
		switch {
		case err == nil:
			return readSalt(name, text)
		case errors.As(err, &kind), errors.Is(err, fs.ErrNotExist): // somebody's folder, or nothing
		default:
			return nil, fault.In("read", name, 0, fault.Reason(err).Error(), "check its permissions")
		}
		if whole == filepath.Dir(whole) {
			return nil, &fault.Error{Kind: fs.ErrNotExist, Message: "there is no salt in " + from + " or above it", Hint: adviceSalt}
		}
	}
}

func readSalt(name string, text []byte) ([]byte, error) {
	salt, message := parseSalt(text)
	if salt == nil {
		return nil, fault.In("read", name, 1, message, "restore it from version control; if it is not a salt of graphvcr's, give it another name")
	}
	return salt, nil
}

// parseSalt returns a salt or what is wrong with its text, which it does not quote.
func parseSalt(text []byte) (salt []byte, message string) {
	digits := bytes.TrimRight(text, "\r\n")
	salt = make([]byte, hex.DecodedLen(len(digits)))
	if _, err := hex.Decode(salt, digits); err != nil || len(salt) != saltSize {
		return nil, fmt.Sprintf("a salt is one line of %d hexadecimal digits, and this is not", 2*saltSize)
	}
	return salt, ""
}

// MakeSalt finds the salt of a folder as FindSalt does, or makes one there. Two that make
// one at once get the same.
func MakeSalt(dir string) ([]byte, error) {
	salt, err := FindSalt(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return salt, err
	}
	name, fresh := filepath.Join(dir, SaltFile), make([]byte, saltSize)
	rand.Read(fresh) // never fails
	err = cmp.Or(os.MkdirAll(dir, 0o755), wire.Create(name, 0o644, wire.Whole(append(hex.AppendEncode(nil, fresh), '\n'))))
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fault.In("make", name, 0, fault.Reason(err).Error(), "make it with: openssl rand -hex 32")
	}
	return FindSalt(dir)
}
