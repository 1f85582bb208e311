# A client of Synap's batch endpoint for bash 4 and later: curl and jq.
#
#   source client.sh
#   record_messages_batch BASE_URL API_KEY [TIMEOUT_S] <messages.json >answer.json
#
# Standard input is the list of entries, standard output the answer. When the status is not 0 there is no answer, and
# standard error states why. Entries are checked by Synap, not here. Nothing is sent twice: a batch that got no answer may
# be recorded, and --retry would send it again after a 503 too.

INVALID_INPUT_ERROR=3  # an entry does not follow the parameter list; nothing is recorded
AUTHENTICATION_ERROR=4 # the key is missing, malformed or rejected
NETWORK_ERROR=5        # Synap cannot be reached, or its response did not arrive
RATE_LIMIT_ERROR=6     # too many requests
SERVICE_ERROR=7        # Synap failed, or its answer is not a batch result

# Filters [messages, answer]: the answer, if it is a valid result for these messages.
CHECKED_ANSWER='
  def refused: .error != null;
  def row: type == "object" and if refused then .message_id == null
    else (.message_id | type) == "string" and (.recorded_at | type) == "string" end;
  select(length == 2) | (.[0] | length) as $submitted | .[1]
  | select(type == "object" and (.results | type) == "array")
  | select(.total == $submitted and (.results | length) == $submitted and all(.results[]; row))
  | select(.failed == ([.results[] | select(refused)] | length) and .succeeded == $submitted - .failed)'

record_messages_batch() {
  local LC_ALL=C base_url=$1 key=$2 timeout_s=${3:-30} messages response status body
  if [[ ! $key =~ ^[!-~]+$ ]]; then
    echo 'the API key is missing or malformed; expected printable ASCII without spaces' >&2
    return "$AUTHENTICATION_ERROR"
  fi
  messages=$(cat)

  # --disable: a ~/.curlrc that follows redirects would send the messages to another origin. The key goes through a file
  # descriptor: arguments are visible to all users of the machine. Expect is emptied: curl waits a second for its answer.
  # A body with a NUL makes bash warn.
  { response=$(
    printf '{"messages":%s}' "$messages" | curl --disable --silent --max-time "$timeout_s" --data-binary @- \
      --header @<(printf 'Authorization: Bearer %s\n' "$key") --header 'Content-Type: application/json' \
      --header 'Expect:' --write-out '\n%{http_code}' "${base_url%/}/v1/conversations/messages/batch"
  ); } 2>/dev/null || {
    echo "no answer from Synap: curl ended with status $?" >&2
    return "$NETWORK_ERROR"
  }
  status=${response##*$'\n'} body=${response%$'\n'*}

  if [[ $status == 200 ]]; then
    printf '%s\n%s' "$messages" "$body" | jq --ascii-output --compact-output --exit-status --slurp "$CHECKED_ANSWER" \
      2>/dev/null && return
    echo 'Synap answered 200 with something that is no batch result; messages may be recorded' >&2
    return "$SERVICE_ERROR"
  fi
  body=${body//"$key"/…}
  echo "Synap answered $status: ${body:0:500}" >&2
  case $status in
    400 | 422) return "$INVALID_INPUT_ERROR" ;;
    401 | 403) return "$AUTHENTICATION_ERROR" ;;
    429) return "$RATE_LIMIT_ERROR" ;;
    *) return "$SERVICE_ERROR" ;;
  esac
}
