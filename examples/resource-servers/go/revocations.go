package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Revocations follows the stream of revocations, and the clock of the server.
type Revocations struct {
	options Options
	lock    sync.RWMutex
	entries map[string]entry
	heardAt time.Time
	offset  time.Duration
	lastID  string
	event   string
}

type entry struct{ before, until float64 }

// message has the fields of a revocation, or serverTime alone.
type message struct {
	Kind       string    `json:"kind"`
	ID         string    `json:"id"`
	Before     time.Time `json:"before"`
	Until      time.Time `json:"until"`
	ServerTime time.Time `json:"serverTime"`
}

// NewRevocations knows nothing, and so is not current, until Listen runs.
func NewRevocations(options Options) *Revocations {
	return &Revocations{options: options, entries: map[string]entry{}}
}

// Now is the time of the server, in seconds since 1970.
func (revocations *Revocations) Now() float64 {
	revocations.lock.RLock()
	defer revocations.lock.RUnlock()
	return secondsOf(time.Now().Add(revocations.offset))
}

// IsCurrent reports whether every revocation up to a moment ago is known.
func (revocations *Revocations) IsCurrent() bool {
	revocations.lock.RLock()
	defer revocations.lock.RUnlock()
	return time.Since(revocations.heardAt) <= revocations.options.MaxSilence
}

// Covers reports whether the token's session or member is revoked.
func (revocations *Revocations) Covers(claims Claims) bool {
	revocations.lock.RLock()
	defer revocations.lock.RUnlock()
	for _, key := range []string{"session " + claims.Sid, "member " + claims.Sub} {
		if entry, isRevoked := revocations.entries[key]; isRevoked && claims.Iat <= entry.before {
			return true
		}
	}
	return false
}

// Listen follows the stream, and connects again whenever it breaks.
func (revocations *Revocations) Listen() {
	for {
		log.Print("The stream of revocations broke: ", revocations.follow())
		time.Sleep(500 * time.Millisecond)
	}
}

func (revocations *Revocations) follow() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	// A connection can die without a word.
	silence := time.AfterFunc(revocations.options.MaxSilence, cancel)
	defer silence.Stop()
	url := revocations.options.Issuer + "/api/integrations/revocations"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+revocations.options.APIKey)
	request.Header.Set("Accept", "text/event-stream")
	if revocations.lastID != "" {
		request.Header.Set("Last-Event-ID", revocations.lastID)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %d", response.StatusCode)
	}
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		silence.Reset(revocations.options.MaxSilence)
		if err := revocations.read(lines.Text()); err != nil {
			return err
		}
	}
	return fmt.Errorf("it ended: %v", lines.Err())
}

func (revocations *Revocations) read(line string) error {
	field, value, _ := strings.Cut(line, ":")
	switch field {
	case "id":
		revocations.lastID = strings.TrimSpace(value)
	case "event":
		revocations.event = strings.TrimSpace(value)
	case "data":
		return revocations.take([]byte(value))
	}
	return nil
}

func (revocations *Revocations) take(data []byte) error {
	var message message
	if err := json.Unmarshal(data, &message); err != nil {
		return err
	}
	revocations.lock.Lock()
	defer revocations.lock.Unlock()
	if revocations.event == "revocation" {
		revocations.entries[message.Kind+" "+message.ID] = entry{secondsOf(message.Before), secondsOf(message.Until)}
		return nil
	}
	if revocations.event != "heartbeat" {
		return nil
	}
	// The first one follows the revocations that a new connection begins with.
	revocations.heardAt = time.Now()
	revocations.offset = time.Until(message.ServerTime)
	for key, entry := range revocations.entries {
		if entry.until <= secondsOf(message.ServerTime) {
			delete(revocations.entries, key)
		}
	}
	return nil
}

func secondsOf(moment time.Time) float64 { return float64(moment.UnixMilli()) / 1000 }
