#!/usr/bin/env bash
# Installs graphvcr and runs it: the script of action.yml. Its inputs are variables, so that
# nothing in them is code.
set -uo pipefail

bin=$(mktemp -d)
if ! GOBIN=$bin go install "github.com/graphvcr/graphvcr/cmd/graphvcr@$GRAPHVCR_ACTION_VERSION"; then
  echo "::error::graphvcr $GRAPHVCR_ACTION_VERSION could not be installed"
  echo "status=2" >>"$GITHUB_OUTPUT"
  exit 2
fi
echo "$bin" >>"$GITHUB_PATH" # for the steps that follow

read -r -a args <<<"$GRAPHVCR_ACTION_ARGS" # no pattern is expanded
"$bin/graphvcr" "${args[@]}" --report github --report "markdown=$bin/report.md"
status=$?
if [ -e "$bin/report.md" ]; then cat "$bin/report.md" >>"$GITHUB_STEP_SUMMARY"; fi
echo "status=$status" >>"$GITHUB_OUTPUT"
exit "$status"
