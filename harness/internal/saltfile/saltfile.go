package saltfile

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

// Variable is the environment variable that replaces the file.
const Variable = "GRAPHVCR_SALT"

// Name is the name of the file in the cassettes folder: hexadecimal digits and a line break.
const Name = "salt"

// DigestLen is how many hexadecimal digits a digest has.
const DigestLen = 12

// Advice is what to do where the salt is missing or another.
const Advice = "restore the file " + Name + " of the cassettes folder from version control, or set " + Variable

const size = 32 // bytes of a salt

// Digest is what a cassette says of the salt that it was made with.
func Digest(salt []byte) string {
	sum := sha256.Sum256(append([]byte("graphvcr salt "), salt...))
	return hex.EncodeToString(sum[:DigestLen/2])
}

// Find returns the salt of cassettes in a folder: what GRAPHVCR_SALT holds if it is set,
// else the file named salt in the folder or the nearest above it. Where there is none, the
// error is fs.ErrNotExist.
func Find(from string) ([]byte, error) {
	if text := os.Getenv(Variable); text != "" {
		salt, message := parse([]byte(text))
		if salt == nil {
			return nil, &fault.Error{Message: Variable + ": " + message, Hint: "set it to what a file " + Name + " holds, or unset it"}
		}
		return salt, nil
	}
	for dir := from; ; dir = filepath.Join(dir, "..") {
		whole, err := filepath.Abs(dir)
		if err != nil {
			return nil, fmt.Errorf("find the salt: %w", err)
		}
		name := filepath.Join(dir, Name)
		text, err := plainfile.ReadFile(name)
		var kind *plainfile.KindError
		switch {
		case err == nil:
			salt, message := parse(text)
			if salt == nil {
				return nil, fault.In("read", name, 1, message, "restore it from version control; if it is not a salt of graphvcr's, give it another name")
			}
			return salt, nil
		case errors.As(err, &kind), errors.Is(err, fs.ErrNotExist): // somebody's folder, or nothing
		default:
			return nil, fault.In("read", name, 0, fault.Reason(err).Error(), "check its permissions")
		}
		if whole == filepath.Dir(whole) {
			return nil, &fault.Error{Kind: fs.ErrNotExist, Message: "there is no salt in " + from + " or above it", Hint: Advice}
		}
	}
}

// parse returns a salt or what is wrong with its text, which it does not quote.
func parse(text []byte) (salt []byte, message string) {
	digits := bytes.TrimRight(text, "\r\n")
	salt = make([]byte, hex.DecodedLen(len(digits)))
	if _, err := hex.Decode(salt, digits); err != nil || len(salt) != size {
		return nil, fmt.Sprintf("a salt is one line of %d hexadecimal digits, and this is not", 2*size)
	}
	return salt, ""
}

// Make finds the salt of a folder as Find does, or makes one there. Two that make
// one at once get the same.
func Make(dir string) ([]byte, error) {
	salt, err := Find(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return salt, err
	}
	name, fresh := filepath.Join(dir, Name), make([]byte, size)
	rand.Read(fresh) // never fails
	err = cmp.Or(os.MkdirAll(dir, 0o755), wire.Create(name, 0o644, wire.Whole(append(hex.AppendEncode(nil, fresh), '\n'))))
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fault.In("make", name, 0, fault.Reason(err).Error(), "make it with: openssl rand -hex 32")
	}
	return Find(dir)
}
