package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Options say which tokens are accepted, and where this API is.
type Options struct {
	Issuer, Audience, APIKey, APIURL string
	// MaxSilence is how long the stream of revocations may be silent before tokens are refused.
	MaxSilence time.Duration
}

// Claims of an access token.
type Claims struct {
	Iss      string    `json:"iss"`
	Aud      audiences `json:"aud"`
	Sub      string    `json:"sub"`
	Sid      string    `json:"sid"`
	Role     string    `json:"role"`
	Iat      float64   `json:"iat"`
	Exp      float64   `json:"exp"`
	AuthTime float64   `json:"auth_time"`
	Amr      []string  `json:"amr"`
	Cnf      struct {
		Jkt string `json:"jkt"`
	} `json:"cnf"`
}

// Verifier checks signature, claims, revocations and proofs of access tokens.
type Verifier struct {
	Options
	Revocations *Revocations
	keys        *Keys
	proofs      *Proofs
}

// NewVerifier makes no request yet.
func NewVerifier(options Options) *Verifier {
	revocations := NewRevocations(options)
	return &Verifier{options, revocations, NewKeys(options.Issuer), NewProofs(options.APIURL, revocations.Now)}
}

// A Refusal goes into WWW-Authenticate; see RFC 6750, RFC 9449 and RFC 9470.
type Refusal struct{ Scheme, Code, More string }

func (refusal Refusal) Error() string { return refusal.Code }

var (
	invalidToken    = Refusal{"Bearer", "invalid_token", ""}
	invalidProof    = Refusal{"DPoP", "invalid_dpop_proof", ""}
	errUncertain    = errors.New("revocations are unknown")
	errKeysAreAway  = errors.New("keys are unknown")
	acceptedKeyType = "ES256"
)

type handler func(http.ResponseWriter, *http.Request, Claims)

// Member admits requests with a valid access token.
func (verifier *Verifier) Member(next handler) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		claims, err := verifier.Verify(request)
		if err != nil {
			refuse(response, err)
			return
		}
		next(response, request, claims)
	})
}

// RecentMember also needs a login, or a password check, of the last seconds.
func (verifier *Verifier) RecentMember(seconds float64, next handler) http.Handler {
	return verifier.Member(func(response http.ResponseWriter, request *http.Request, claims Claims) {
		if claims.AuthTime < verifier.Revocations.Now()-seconds {
			refuse(response, Refusal{"Bearer", "insufficient_user_authentication", fmt.Sprintf(`, max_age="%.0f"`, seconds)})
			return
		}
		next(response, request, claims)
	})
}

// Verify returns the claims of the request's token.
func (verifier *Verifier) Verify(request *http.Request) (Claims, error) {
	scheme, token, _ := strings.Cut(request.Header.Get("Authorization"), " ")
	isDpop := strings.EqualFold(scheme, "DPoP")
	if !isDpop && !strings.EqualFold(scheme, "Bearer") {
		return Claims{}, invalidToken
	}
	claims, err := verifier.readToken(token)
	if err != nil {
		return Claims{}, err
	}
	if !verifier.Revocations.IsCurrent() {
		return Claims{}, errUncertain
	}
	isBound := claims.Cnf.Jkt != ""
	if verifier.Revocations.Covers(claims) || isBound != isDpop {
		return Claims{}, invalidToken
	}
	if isBound {
		return claims, verifier.proofs.Check(request, token, claims.Cnf.Jkt)
	}
	return claims, nil
}

func (verifier *Verifier) readToken(text string) (Claims, error) {
	token, err := ParseToken(text)
	if err != nil || token.Header.Typ != "at+jwt" || token.Header.Alg != acceptedKeyType {
		return Claims{}, invalidToken
	}
	key, err := verifier.keys.Find(token.Header.Kid)
	if err != nil {
		return Claims{}, err
	}
	if key == nil || !token.IsSignedBy(*key) {
		return Claims{}, invalidToken
	}
	var claims Claims
	if json.Unmarshal(token.Payload, &claims) != nil {
		return Claims{}, invalidToken
	}
	isRight := claims.Iss == verifier.Issuer && claims.Aud.include(verifier.Audience) &&
		claims.Sub != "" && claims.Sid != "" && claims.Exp > verifier.Revocations.Now()
	if !isRight {
		return Claims{}, invalidToken
	}
	return claims, nil
}

func refuse(response http.ResponseWriter, err error) {
	var refusal Refusal
	if !errors.As(err, &refusal) {
		http.Error(response, err.Error(), http.StatusServiceUnavailable)
		return
	}
	response.Header().Set("WWW-Authenticate", fmt.Sprintf(`%s error="%s"%s`, refusal.Scheme, refusal.Code, refusal.More))
	http.Error(response, refusal.Code, http.StatusUnauthorized)
}

// audiences is one text, or a list of several.
type audiences []string

func (list *audiences) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*list = audiences{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(list))
}

func (list audiences) include(wanted string) bool {
	for _, audience := range list {
		if audience == wanted {
			return true
		}
	}
	return false
}
