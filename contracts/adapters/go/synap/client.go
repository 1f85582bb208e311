// Package synap records batches of messages over HTTP: one request per call, no retries.
package synap

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Client records messages under one key. It may be used by several goroutines at once.
type Client struct {
	url, key string
	http     *http.Client
}

type row struct {
	MessageID  *string `json:"message_id"`
	RecordedAt *string `json:"recorded_at"`
	Error      *string `json:"error"`
}

type result struct {
	Total, Succeeded, Failed *int
	Results                  []*row
}

// New returns a client. The timeout is for a whole call.
func New(baseURL, key string, timeout time.Duration) (*Client, error) {
	invalid := func(each rune) bool { return each <= ' ' || each > '~' }
	if key == "" || strings.IndexFunc(key, invalid) >= 0 {
		return nil, &AuthenticationError{"the API key is missing or malformed"} // never the key itself
	}
	return &Client{strings.TrimSuffix(baseURL, "/") + "/v1/conversations/messages/batch", key, &http.Client{
		Timeout:       timeout,
		Transport:     &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// RecordMessagesBatch records messages in one batch, and returns Synap's answer.
func (c *Client) RecordMessagesBatch(messages []map[string]any) (map[string]any, error) {
	if err := check(messages); err != nil {
		return nil, err
	}
	if messages == nil {
		messages = []map[string]any{} // nil would be null
	}
	body, err := json.Marshal(map[string]any{"messages": messages})
	if err != nil {
		return nil, &InvalidInputError{"the messages cannot be written as JSON"}
	}
	request, err := http.NewRequest(http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, &InvalidInputError{"the base URL is invalid"}
	}
	request.Header.Set("Authorization", "Bearer "+c.key)
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return nil, &NetworkError{"no response from Synap", err}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, &NetworkError{"the response of Synap is incomplete", err}
	}
	return c.answer(response.StatusCode, text, len(messages))
}

func (c *Client) answer(status int, text []byte, submitted int) (map[string]any, error) {
	shown := fmt.Sprintf("Synap returned %d: %.300s", status, strings.ReplaceAll(string(text), c.key, "<key>"))
	switch status {
	case http.StatusOK:
	case http.StatusBadRequest:
		return nil, &InvalidInputError{shown}
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, &AuthenticationError{shown}
	case http.StatusTooManyRequests:
		return nil, &RateLimitError{shown}
	default:
		return nil, &ServiceError{shown}
	}
	var checked result
	var answer map[string]any
	if json.Unmarshal(text, &checked) != nil || json.Unmarshal(text, &answer) != nil || !checked.isTrue(submitted) {
		return nil, &ServiceError{"Synap returned 200 with a body that is not a batch result"}
	}
	return answer, nil
}

// isTrue returns whether an answer has a complete row per message, and counts that match the rows.
func (r *result) isTrue(submitted int) bool {
	if r.Total == nil || r.Succeeded == nil || r.Failed == nil || *r.Total != submitted || len(r.Results) != submitted {
		return false
	}
	failed := 0
	for _, each := range r.Results {
		if each == nil || (each.Error != nil) == (each.MessageID != nil && each.RecordedAt != nil) {
			return false
		}
		if each.Error != nil {
			failed++
			if each.MessageID != nil {
				return false
			}
		}
	}
	return *r.Failed == failed && *r.Succeeded == submitted-failed
}

// Close closes the connections that no call uses.
func (c *Client) Close() { c.http.CloseIdleConnections() }
