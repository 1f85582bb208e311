#!/usr/bin/env bash
# Answers the contract kit's requests for record_messages_batch of client.sh (docs/write-an-adapter.md).
#
# What it can't do, and says in its hello: calls beside each other; integers beyond 2^53 and lone surrogates, which jq
# 1.6 rounds and replaces.

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

# A request becomes fields that bash can read. A line feed ends no field: a malformed key may have one.
FIELDS='
  [(.id | tojson), .do, .client, .base_url, .api_key, (.timeout_s // 30 | tostring), (.messages // [] | tojson)][]
  | (. // "") + "\u001e"'

field() {
  IFS= read -r -d $'\x1e' "$1"
}

tell() {
  printf '{"id":%s,%s}\n' "$id" "$1"
}

call() {
  local said name text
  if [[ ! ${urls[$client]+open} ]]; then
    tell '"broken":"no client of this name is open"'
    return
  fi
  said=$(record_messages_batch "${urls[$client]}" "${keys[$client]}" "${timeouts[$client]}" <<<"$messages" 2>&1) && {
    tell "\"answer\":$said"
    return
  }
  name=${ERRORS[$?]}
  text=$(printf '%s' "$said" | jq --ascii-output --raw-input --slurp .)
  if [[ $name ]]; then
    tell "\"raised\":{\"class\":\"$name\",\"names\":[\"$name\"],\"text\":$text}"
  else
    tell "\"broken\":$text"
  fi
}

printf '%s\n' '{"hello":{"protocol":1,"name":"curl client","can":["listen","retry","timeout_s"],
  "limits":{"integers":9007199254740991,"surrogates":false},"concurrent":false}}' | jq --compact-output .

while field id && field request && field client && field base_url && field api_key && field timeout_s && field messages; do
  case $request in
    ping) tell '"answer":"pong"' ;;
    listen) tell '"answer":[]' ;; # its only log is standard error, which the kit reads
    open)
      urls[$client]=$base_url keys[$client]=$api_key timeouts[$client]=$timeout_s
      tell '"answer":null'
      ;;
    call) call ;;
    close)
      unset "urls[$client]" "keys[$client]" "timeouts[$client]"
      tell '"answer":null'
      ;;
    *) tell '"broken":"the adapter knows no such request"' ;;
  esac
done < <(exec jq --join-output --unbuffered "$FIELDS")
