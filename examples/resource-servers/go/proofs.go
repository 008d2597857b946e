package main

import (
	"encoding/json"
	"math"
	"net/http"
	"sync"
	"time"
)

const proofSeconds = 60

// rememberUsed is a minute longer than a proof is fresh, because clocks can step back.
const rememberUsed = 180 * time.Second

// Proofs checks proofs of possession (RFC 9449 section 4.3). Each works once.
type Proofs struct {
	apiURL string
	now    func() float64
	lock   sync.Mutex
	used   map[string]time.Time
	// pruneAt is when used proofs are next looked through for those that have expired.
	pruneAt time.Time
}

// NewProofs expects proofs for this API.
func NewProofs(apiURL string, now func() float64) *Proofs {
	return &Proofs{apiURL: apiURL, now: now, used: map[string]time.Time{}}
}

// Check returns nil for a fresh proof by the key that the token is bound to.
func (proofs *Proofs) Check(request *http.Request, token, boundTo string) error {
	proof, err := ParseToken(request.Header.Get("DPoP"))
	key := proof.Header.Jwk
	if err != nil || proof.Header.Typ != "dpop+jwt" || key == nil || key.D != "" || proof.Header.Crit != nil || !proof.IsSignedBy(*key) {
		return invalidProof
	}
	var claims struct {
		Jti, Htm, Htu, Ath string
		Iat                float64
	}
	if json.Unmarshal(proof.Payload, &claims) != nil {
		return invalidProof
	}
	isRight := key.Thumbprint() == boundTo && claims.Jti != "" && claims.Htm == request.Method &&
		claims.Htu == proofs.apiURL+request.URL.Path && claims.Ath == digest(token) &&
		math.Abs(claims.Iat-proofs.now()) <= proofSeconds
	if !isRight || !proofs.use(claims.Jti) {
		return invalidProof
	}
	return nil
}

func (proofs *Proofs) use(jti string) bool {
	proofs.lock.Lock()
	defer proofs.lock.Unlock()
	now := time.Now()
	if now.After(proofs.pruneAt) {
		proofs.pruneAt = now.Add(time.Minute)
		for old, until := range proofs.used {
			if now.After(until) {
				delete(proofs.used, old)
			}
		}
	}
	if _, isUsed := proofs.used[jti]; isUsed {
		return false
	}
	proofs.used[jti] = now.Add(rememberUsed)
	return true
}
