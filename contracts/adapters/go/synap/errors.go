package synap

// InvalidInputError reports an entry that does not follow the parameter list.
type InvalidInputError struct{ Text string }

// AuthenticationError reports a key that is missing, malformed or rejected.
type AuthenticationError struct{ Text string }

// NetworkError reports that no response arrived: the messages may or may not be recorded.
type NetworkError struct {
	Text  string
	Cause error
}

// RateLimitError reports 429: nothing was recorded.
type RateLimitError struct{ Text string }

// ServiceError reports any other response that is not a batch result.
type ServiceError struct{ Text string }

func (e *InvalidInputError) Error() string   { return e.Text }
func (e *AuthenticationError) Error() string { return e.Text }
func (e *NetworkError) Error() string        { return e.Text + ": " + e.Cause.Error() }
func (e *NetworkError) Unwrap() error        { return e.Cause }
func (e *RateLimitError) Error() string      { return e.Text }
func (e *ServiceError) Error() string        { return e.Text }
