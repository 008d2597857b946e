// An API of your own.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"
)

func main() {
	silence, err := strconv.ParseFloat(or(os.Getenv("MAX_SILENCE_SECONDS"), "15"), 64)
	if err != nil {
		log.Fatal("MAX_SILENCE_SECONDS is not a number")
	}
	issuer := os.Getenv("ISSUER")
	verifier := NewVerifier(Options{
		Issuer:     issuer,
		Audience:   or(os.Getenv("AUDIENCE"), issuer),
		APIKey:     os.Getenv("API_KEY"),
		APIURL:     os.Getenv("API_URL"),
		MaxSilence: time.Duration(silence * float64(time.Second)),
	})
	go verifier.Revocations.Listen()

	http.Handle("/me", verifier.Member(whoAmI))
	http.Handle("/payments", verifier.RecentMember(300, whoAmI))
	server := http.Server{Addr: "127.0.0.1:" + or(os.Getenv("PORT"), "8000"), ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

func whoAmI(response http.ResponseWriter, _ *http.Request, claims Claims) {
	response.Header().Set("content-type", "application/json")
	_ = json.NewEncoder(response).Encode(map[string]string{"sub": claims.Sub, "role": claims.Role})
}

func or(value, standard string) string {
	if value != "" {
		return value
	}
	return standard
}
