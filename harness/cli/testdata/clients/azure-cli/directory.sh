#!/usr/bin/env bash
# Uses Microsoft Graph through azure-cli, one process a command, and prints what each says
# and how it ends. It makes, shows, lists, changes and deletes two users, two groups and two
# applications, by name and by id.
set -u

# say NAME COMMAND... runs az and keeps what it prints.
say() {
  printf '== %s\n' "$1"
  shift
  out=$(az "$@" --only-show-errors --output json 2>error)
  status=$?
  printf '%s\n' "$out"
  [ "$status" = 0 ] || cat error
  printf 'status %s\n' "$status"
}

# id is that of what was printed last.
id() { sed -n 's/^  "id": "\(.*\)",\{0,1\}$/\1/p' <<<"$out" | head -n 1; }
app() { sed -n 's/^  "appId": "\(.*\)",\{0,1\}$/\1/p' <<<"$out" | head -n 1; }

domain=contoso.onmicrosoft.com
declare -A user group
for name in Linnea Milo; do
  say "create $name" ad user create --display-name "$name Frost" --user-principal-name "${name,,}.frost@$domain" --password 'xWwvJ]6NMw+bWH-d'
  user[$name]=$(id)
done
say 'user by name' ad user show --id "milo.frost@$domain"
say 'user by id' ad user show --id "${user[Linnea]}"
say 'users by name' ad user list --display-name 'Linnea'
say 'users by upn' ad user list --upn "milo.frost@$domain"
say 'users by filter' ad user list --filter "displayName eq 'Milo Frost'"
say 'update by name' ad user update --id "linnea.frost@$domain" --display-name 'Linnea Winter'
say 'update by id' ad user update --id "${user[Milo]}" --mail-nickname milo.winter
say 'user, updated' ad user show --id "linnea.frost@$domain"
say 'nobody' ad user show --id "nobody@$domain"

for name in Keepers Divers; do
  say "create $name" ad group create --display-name "Harbour $name" --mail-nickname "harbour-${name,,}"
  group[$name]=$(id)
done
say 'group by name' ad group show --group 'Harbour Divers'
say 'group by id' ad group show --group "${group[Keepers]}"
say 'groups' ad group list
say 'groups by name' ad group list --display-name 'Harbour'
say 'member by name' ad group member add --group 'Harbour Keepers' --member-id "${user[Milo]}"
say 'member by id' ad group member add --group "${group[Keepers]}" --member-id "${user[Linnea]}"
say 'members' ad group member list --group 'Harbour Keepers'
say 'is a member' ad group member check --group 'Harbour Keepers' --member-id "${user[Milo]}"
say 'is none' ad group member check --group 'Harbour Divers' --member-id "${user[Milo]}"
say 'no member' ad group member remove --group "${group[Keepers]}" --member-id "${user[Milo]}"
say 'group, renamed' rest --method patch --url "https://graph.microsoft.com/v1.0/groups/${group[Divers]}" --body '{"description": "They dive"}'
say 'group, again' ad group show --group 'Harbour Divers'

say 'create a bot' ad app create --display-name 'Harbour bot' --identifier-uris 'api://harbour-bot'
bot=$(id) bot_app=$(app)
say 'create a lamp' ad app create --display-name 'Lighthouse lamp'
lamp=$(id) lamp_app=$(app)
say 'app by name' ad app show --id 'api://harbour-bot'
say 'app by app id' ad app show --id "$lamp_app"
say 'app by id' ad app show --id "$bot"
say 'apps by name' ad app list --display-name 'Lighthouse lamp'
say 'apps' ad app list --all
say 'update by name' ad app update --id 'api://harbour-bot' --display-name 'Harbour robot'
say 'update by id' ad app update --id "$lamp" --web-home-page-url 'https://lamp.example/home'
say 'secret' ad app credential reset --id "$lamp_app" --display-name ci
say 'app, updated' ad app show --id "$bot_app"

say 'delete by name' ad app delete --id 'api://harbour-bot'
say 'delete by id' ad app delete --id "$lamp"
say 'delete by name' ad group delete --group 'Harbour Keepers'
say 'delete by id' ad group delete --group "${group[Divers]}"
say 'delete by name' ad user delete --id "milo.frost@$domain"
say 'delete by id' ad user delete --id "${user[Linnea]}"
say 'gone' ad user show --id "${user[Linnea]}"
