#!/bin/sh
# Reads all pages of users. Links lead back to the replay, so that nothing here knows Graph's host.
set -eu
page="$GRAPH_URL/v1.0/users?\$select=id,displayName&\$top=2"
pages=0
while [ -n "$page" ]; do
  body=$(wget -q -O - "$page")
  pages=$((pages + 1))
  page=$(printf %s "$body" | sed -n 's/.*"@odata.nextLink": *"\([^"]*\)".*/\1/p')
done
echo "read $pages pages"
[ "$pages" -gt 1 ]
