package protocol

// tokens are the options whose values are tokens, by name in lower case without $.
var tokens = map[string]bool{
	"skiptoken": true, "deltatoken": true, "token": true, "sig": true, "tempauth": true, "tempauthtoken": true, "authtoken": true,
	"authkey": true, "access_token": true, "prooftoken": true, "sharingtoken": true, "guestaccesstoken": true, "code": true, "pwd": true,
	"subscription-key": true, "api-key": true, "api_key": true, "apikey": true, "validationtoken": true, "se": true, "skoid": true, "sktid": true,
}

// IsToken reports whether an option, by its name in lower case without $, holds a token.
func IsToken(name string) bool { return tokens[name] }
