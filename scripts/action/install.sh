#!/usr/bin/env bash
# Installs the program where nothing of the workflow's own is touched, and without a token in the environment.
set -euo pipefail

version="${INPUT_VERSION:-}"
if [ -z "$version" ]; then
  version="$(node -p 'JSON.parse(fs.readFileSync(process.argv[1], "utf8")).version' "$GITHUB_ACTION_PATH/package.json")"
fi
# Anything else could name another package: `smoltrace@npm:…`, or an address.
if [[ ! "$version" =~ ^[0-9A-Za-z.+-]+$ ]]; then
  echo '::error::version: give a version of the npm package such as 1.2.3.'
  exit 2
fi

npm install --prefix "$RUNNER_TEMP/smoltrace" --ignore-scripts --no-audit --no-fund --no-save -- \
  "${INPUT_PACKAGE:-smoltrace@$version}"
