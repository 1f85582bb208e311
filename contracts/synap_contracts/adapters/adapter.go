// The contract kit's protocol for a Go client.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"sync"
	"time"

	"example.com/yours/synap" // your client
)

type request struct {
	ID       int              `json:"id"`
	Do       string           `json:"do"`
	Client   string           `json:"client"`
	BaseURL  string           `json:"base_url"`
	APIKey   string           `json:"api_key"` // null leaves it empty
	TimeoutS float64          `json:"timeout_s"`
	Messages []map[string]any `json:"messages"`
}

var (
	clients sync.Map // of *synap.Client
	writing sync.Mutex
)

func write(id int, reply map[string]any) {
	reply["id"] = id
	writing.Lock()
	defer writing.Unlock()
	json.NewEncoder(os.Stdout).Encode(reply) // ends the line
}

func outcome(answer any, err error) map[string]any {
	if err == nil {
		return map[string]any{"answer": answer}
	}
	names := []string{}
	for name, kind := range map[string]any{
		"InvalidInputError":   new(*synap.InvalidInputError),
		"AuthenticationError": new(*synap.AuthenticationError),
		"NetworkError":        new(*synap.NetworkError),
		"RateLimitError":      new(*synap.RateLimitError),
	} {
		if errors.As(err, kind) {
			names = append(names, name)
		}
	}
	return map[string]any{"raised": map[string]any{"class": "go error", "names": names, "text": err.Error()}}
}

func answer(r request) map[string]any {
	switch r.Do {
	case "ping":
		return map[string]any{"answer": "pong"}
	case "listen": // the client logs to standard error, which the kit reads
		return map[string]any{"answer": []string{}}
	case "open":
		client, err := synap.New(r.BaseURL, r.APIKey, time.Duration(r.TimeoutS*float64(time.Second)))
		if err == nil {
			clients.Store(r.Client, client)
		}
		return outcome(nil, err)
	case "call":
		if client, ok := clients.Load(r.Client); ok {
			return outcome(client.(*synap.Client).RecordMessagesBatch(r.Messages))
		}
	case "close":
		if client, ok := clients.LoadAndDelete(r.Client); ok {
			client.(*synap.Client).Close()
		}
		return outcome(nil, nil)
	}
	return map[string]any{"broken": "cannot do " + r.Do}
}

func main() {
	write(0, map[string]any{"hello": map[string]any{"protocol": 1, "name": "yours",
		"can": []string{"ends", "listen", "retry", "timeout_s"}, "limits": map[string]any{"surrogates": false}}})
	lines := bufio.NewReader(os.Stdin) // no Scanner: it gives up at 64 KiB
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		go func() { // calls can be concurrent
			var r request
			numbers := json.NewDecoder(bytes.NewReader(line))
			numbers.UseNumber() // keeps integers exact
			if err := numbers.Decode(&r); err != nil && r.Do == "call" {
				write(r.ID, outcome(nil, &synap.InvalidInputError{Text: err.Error()}))
				return
			}
			write(r.ID, answer(r))
		}()
	}
}
