package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"
)

const refetchAfter = 30 * time.Second

var maxAge = regexp.MustCompile(`max-age=(\d+)`)

// Keys holds the published keys for as long as their answer may be cached.
type Keys struct {
	issuer     string
	client     http.Client
	loading    sync.Mutex
	lock       sync.RWMutex
	byID       map[string]JWK
	freshUntil time.Time
	refetchAt  time.Time
}

// NewKeys loads nothing yet.
func NewKeys(issuer string) *Keys {
	return &Keys{issuer: issuer, client: http.Client{Timeout: 5 * time.Second}}
}

// Find returns nil where there is no such key.
func (keys *Keys) Find(id string) (*JWK, error) {
	// Members wait for no fetch that an unknown key id began.
	if key, isFresh := keys.known(id); key != nil && isFresh {
		return key, nil
	}
	keys.loading.Lock()
	defer keys.loading.Unlock()
	key, isFresh := keys.known(id)
	if !isFresh {
		if err := keys.load(); err != nil {
			return nil, fmt.Errorf("%w: %v", errKeysAreAway, err)
		}
	}
	// Once in a while only: anyone can send unknown key ids.
	if key, _ = keys.known(id); key == nil && time.Now().After(keys.refetchAt) {
		keys.refetchAt = time.Now().Add(refetchAfter)
		if err := keys.load(); err != nil {
			return nil, fmt.Errorf("%w: %v", errKeysAreAway, err)
		}
	}
	key, _ = keys.known(id)
	return key, nil
}

// known returns the key, or nil, and whether the keys are fresh.
func (keys *Keys) known(id string) (*JWK, bool) {
	keys.lock.RLock()
	defer keys.lock.RUnlock()
	isFresh := time.Now().Before(keys.freshUntil)
	if key, isKnown := keys.byID[id]; isKnown {
		return &key, isFresh
	}
	return nil, isFresh
}

func (keys *Keys) load() error {
	var metadata struct {
		Issuer  string `json:"issuer"`
		JwksURI string `json:"jwks_uri"`
	}
	if _, err := keys.get(keys.issuer+"/.well-known/oauth-authorization-server", &metadata); err != nil {
		return err
	}
	if metadata.Issuer != keys.issuer {
		return fmt.Errorf("metadata of another issuer")
	}
	var published struct {
		Keys []JWK `json:"keys"`
	}
	header, err := keys.get(metadata.JwksURI, &published)
	if err != nil {
		return err
	}
	seconds := 300
	if match := maxAge.FindStringSubmatch(header.Get("Cache-Control")); match != nil {
		seconds, _ = strconv.Atoi(match[1])
	}
	keys.lock.Lock()
	defer keys.lock.Unlock()
	keys.freshUntil = time.Now().Add(time.Duration(seconds) * time.Second)
	keys.byID = map[string]JWK{}
	for _, key := range published.Keys {
		keys.byID[key.Kid] = key
	}
	return nil
}

func (keys *Keys) get(url string, into any) (http.Header, error) {
	response, err := keys.client.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %d", url, response.StatusCode)
	}
	return response.Header, json.NewDecoder(response.Body).Decode(into)
}
