#!/usr/bin/env bash
# Uses Microsoft Graph through curl and prints what it was answered.
set -euo pipefail

base=${GRAPH_BASE:-https://graph.microsoft.com}
dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT

# ask METHOD URL [CURL-ARGUMENT...]: one request, and the redirects that follow.
ask() {
  local method=$1 url=$2
  shift 2
  echo "> $method $url"
  curl --silent --show-error --location --header "Authorization: Bearer $GRAPH_TOKEN" \
    --dump-header "$dir/headers" --output "$dir/body" --request "$method" "$@" "$url"
  tr -d '\r' <"$dir/headers" | awk '
    /^HTTP\// { if ($0 !~ / 100 | Connection [Ee]stablished/) print "< " $2 }
    { name = tolower($1) }
    name ~ /^(content-type|location|etag|retry-after|odata-version|request-id):$/ { $1 = name; print }'
  if grep -qi '^content-type: application/octet-stream' "$dir/headers"; then
    echo "$(wc -c <"$dir/body") bytes, $(sha256sum <"$dir/body" | cut -d ' ' -f 1)"
  else
    cat "$dir/body"
    echo
  fi
}

json() { ask "$1" "$2" --header 'Content-Type: application/json' --data "$3" "${@:4}"; }

# field NAME: the first such string of the last answer.
field() { sed -n "s/.*\"$1\": *\"\(\([^\"\\]\|\\\\.\)*\)\".*/\1/p" "$dir/body" | head -n 1 | sed 's/\\"/"/g; s/\\u0026/\&/g'; }
header() { tr -d '\r' <"$dir/headers" | sed -n "s/^$1: //Ip" | tail -n 1; }

# pages URL: a list to its end.
pages() {
  local next=$1
  while [ -n "$next" ]; do
    ask GET "$next"
    next=$(field @odata.nextLink)
  done
}

pages "$base/v1.0/users?\$select=id,displayName,userPrincipalName&\$top=5"
user=$(field id)
ask GET "$base/v1.0/users/$user"

json POST "$base/beta/chats" '{"chatType":"group","topic":"Design review","members":[{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"],"user@odata.bind":"https://graph.microsoft.com/beta/users('"'$user'"')"}],"installedApps":[{"teamsApp@odata.bind":"https://graph.microsoft.com/beta/appCatalogs/teamsApps/05F59CEC-A742-4A50-A62E-202A57E478A4"}]}'
operation=$(header location)
status=
while [ "$status" != succeeded ] && [ "$status" != failed ]; do
  ask GET "$base/beta${operation#"$base/beta"}"
  status=$(field status)
done
ask GET "$base/v1.0/chats/$(field targetResourceId)"

json POST "$base/v1.0/\$batch" '{"requests":[{"id":"1","method":"GET","url":"/users/'"$user"'?$select=id,displayName"},{"id":"2","method":"GET","url":"/users/nobody@contoso.onmicrosoft.com"},{"id":"3","method":"GET","url":"/groups?$top=1","dependsOn":["1"]}]}'

pages "$base/v1.0/users/delta?\$select=id,displayName"
ask GET "$(field @odata.deltaLink)"

printf 'low water \0 high water \377' >"$dir/content"
ask PUT "$base/v1.0/me/drive/root:/tides.bin:/content" --header 'Content-Type: application/octet-stream' --data-binary "@$dir/content"
ask GET "$base/v1.0/me/drive/root:/tides.bin:/content"
[ "$(wc -c <"$dir/body")" = "$(wc -c <"$dir/content")" ] && echo "downloaded as much as was uploaded"

ask GET "$base/v1.0/users/nobody@contoso.onmicrosoft.com"

json POST "$base/v1.0/planner/tasks" '{"planId":"xqQg5FS2LkCp935s-FIFm2QAFkHM","title":"Paint"}'
task=$(field id)
etag=$(field @odata.etag)
json PATCH "$base/v1.0/planner/tasks/$task" '{"title":"Paint it"}' --header "If-Match: $etag"
json PATCH "$base/v1.0/planner/tasks/$task" '{"title":"Sell it"}' --header "If-Match: $etag"

echo '<html><head><title>Notes</title></head></html>' >"$dir/page.html"
ask POST "$base/v1.0/me/onenote/pages" \
  --form "Presentation=@$dir/page.html;type=text/html" \
  --form "plan=@$dir/content;type=application/octet-stream"
