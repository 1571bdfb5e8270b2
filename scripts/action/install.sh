#!/usr/bin/env bash
# Installs the program where nothing of the workflow's own is touched, and without a token in the environment.
set -euo pipefail

# The name on npm is not ours: whoever takes it would get the token that deletes.
if [[ "${INPUT_PACKAGE:-}" != *.tgz ]]; then
  echo '::error::package: use the path of a tarball, such as ./smoltrace-0.1.0.tgz: the package is not on npm yet. To make one, in a clone: npm ci && npm pack'
  exit 2
fi

npm install --prefix "$RUNNER_TEMP/smoltrace" --ignore-scripts --no-audit --no-fund --no-save -- "$INPUT_PACKAGE"
