#!/usr/bin/env bash
# Answers the contract kit's requests for record_messages_batch of client.sh (docs/write-an-adapter.md).
#
# Its hello declares what it does not support: concurrent calls; integers beyond 2^53 and lone surrogates, which jq 1.6
# rounds and replaces.

for needed in curl jq; do
  command -v "$needed" >/dev/null || {
    printf '{"unusable":"the curl adapter needs %s, which is not installed"}\n' "$needed"
    exit
  }
done
source "${BASH_SOURCE[0]%/*}/client.sh"

declare -A ERRORS=(
  [$INVALID_INPUT_ERROR]=InvalidInputError
  [$AUTHENTICATION_ERROR]=AuthenticationError
  [$NETWORK_ERROR]=NetworkError
  [$RATE_LIMIT_ERROR]=RateLimitError
  [$SERVICE_ERROR]=ServiceError
)
declare -A urls keys timeouts

# Converts a request into fields that bash can read. A line feed does not end a field: a malformed key may contain one.
FIELDS='
  [(.id | tojson), .do, .client, .base_url, .api_key, (.timeout_s // 30 | tostring), (.messages // [] | tojson)][]
  | (. // "") + "\u001e"'

field() {
  IFS= read -r -d $'\x1e' "$1"
}

write_line() {
  printf '{"id":%s,%s}\n' "$id" "$1"
}

call() {
  local output name text
  if [[ ! ${urls[$client]+open} ]]; then
    write_line '"broken":"no client of this name is open"'
    return
  fi
  output=$(record_messages_batch "${urls[$client]}" "${keys[$client]}" "${timeouts[$client]}" <<<"$messages" 2>&1) && {
    write_line "\"answer\":$output"
    return
  }
  name=${ERRORS[$?]}
  text=$(printf '%s' "$output" | jq --ascii-output --raw-input --slurp .)
  if [[ $name ]]; then
    write_line "\"raised\":{\"class\":\"$name\",\"names\":[\"$name\"],\"text\":$text}"
  else
    write_line "\"broken\":$text"
  fi
}

printf '%s\n' '{"hello":{"protocol":1,"name":"curl client","can":["listen","retry","timeout_s"],
  "limits":{"integers":9007199254740991,"surrogates":false},"concurrent":false}}' | jq --compact-output .

while field id && field request && field client && field base_url && field api_key && field timeout_s && field messages; do
  case $request in
    ping) write_line '"answer":"pong"' ;;
    listen) write_line '"answer":[]' ;; # its only log is standard error, which the kit reads
    open)
      urls[$client]=$base_url keys[$client]=$api_key timeouts[$client]=$timeout_s
      write_line '"answer":null'
      ;;
    call) call ;;
    close)
      unset "urls[$client]" "keys[$client]" "timeouts[$client]"
      write_line '"answer":null'
      ;;
    *) write_line '"broken":"unknown request"' ;;
  esac
done < <(exec jq --join-output --unbuffered "$FIELDS")
