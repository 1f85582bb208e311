package synap

import (
	"fmt"
	"regexp"
)

var uuid = regexp.MustCompile(`(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// check returns an error for the first entry that does not follow the parameter list.
func check(messages []map[string]any) error {
	for index, entry := range messages {
		if problem := problemOf(entry); problem != "" {
			return &InvalidInputError{fmt.Sprintf("messages[%d].%s", index, problem)}
		}
	}
	return nil
}

func problemOf(entry map[string]any) string {
	for _, name := range []string{"conversation_id", "role", "content"} {
		if _, ok := entry[name].(string); !ok {
			return name + " is missing or not a string"
		}
	}
	if role := entry["role"]; role != "user" && role != "assistant" {
		return "role is not 'user' or 'assistant'"
	}
	if !uuid.MatchString(entry["conversation_id"].(string)) {
		return "conversation_id is not a UUID"
	}
	for _, name := range []string{"user_id", "customer_id", "session_id"} {
		if _, ok := entry[name].(string); !ok && entry[name] != nil {
			return name + " is not a string"
		}
	}
	if _, ok := entry["metadata"].(map[string]any); !ok && entry["metadata"] != nil {
		return "metadata is not an object"
	}
	return ""
}
