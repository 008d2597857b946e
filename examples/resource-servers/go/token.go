package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// A Token is a JWT whose signature is not verified yet.
type Token struct {
	Header  Header
	Payload []byte

	signed    string
	signature []byte
}

// Header of a token or a proof.
type Header struct {
	Typ string `json:"typ"`
	Alg string `json:"alg"`
	Kid string `json:"kid"`
	Jwk *JWK   `json:"jwk"`
	// Crit names extensions, of which none is understood.
	Crit json.RawMessage `json:"crit"`
}

// A JWK is a public key; D is set where it wrongly contains the private one.
type JWK struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	Kid string `json:"kid"`
	X   string `json:"x"`
	Y   string `json:"y"`
	D   string `json:"d"`
}

var errMalformed = errors.New("not a JWT")

// ParseToken reads a JWT.
func ParseToken(text string) (Token, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || len(text) > 4096 {
		return Token{}, errMalformed
	}
	header, err := decode(parts[0])
	if err != nil {
		return Token{}, err
	}
	token := Token{signed: parts[0] + "." + parts[1]}
	if token.Payload, err = decode(parts[1]); err != nil {
		return Token{}, err
	}
	if token.signature, err = decode(parts[2]); err != nil {
		return Token{}, err
	}
	return token, json.Unmarshal(header, &token.Header)
}

// IsSignedBy verifies the signature. The key decides the algorithm, and the header must name the same.
func (token Token) IsSignedBy(key JWK) bool {
	x, err := decode(key.X)
	if err != nil {
		return false
	}
	switch {
	case token.Header.Alg == "ES256" && key.Kty == "EC" && key.Crv == "P-256" && len(token.signature) == 64:
		y, err := decode(key.Y)
		public := ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(x), Y: new(big.Int).SetBytes(y)}
		if err != nil || !public.Curve.IsOnCurve(public.X, public.Y) {
			return false
		}
		digest := sha256.Sum256([]byte(token.signed))
		r, s := new(big.Int).SetBytes(token.signature[:32]), new(big.Int).SetBytes(token.signature[32:])
		return ecdsa.Verify(&public, digest[:], r, s)
	case token.Header.Alg == "EdDSA" && key.Kty == "OKP" && key.Crv == "Ed25519" && len(x) == ed25519.PublicKeySize:
		return ed25519.Verify(x, []byte(token.signed), token.signature)
	}
	return false
}

// Thumbprint identifies the key (RFC 7638).
func (key JWK) Thumbprint() string {
	members := fmt.Sprintf(`{"crv":%q,"kty":%q,"x":%q`, key.Crv, key.Kty, key.X)
	if key.Y != "" {
		members += fmt.Sprintf(`,"y":%q`, key.Y)
	}
	return digest(members + "}")
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func decode(part string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(part) }
