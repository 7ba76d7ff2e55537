package cassette

import (
	"crypto/sha256"
	"encoding/hex"
)

// SaltDigest names a salt.
func SaltDigest(salt []byte) string {
	sum := sha256.Sum256(salt)
	return hex.EncodeToString(sum[:6])
}
