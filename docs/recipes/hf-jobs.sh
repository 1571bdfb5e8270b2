#!/bin/sh
# Schedules the cleanup on Hugging Face Jobs: once, from a machine that is logged in. NAME is the owner of the bucket.
set -eu

hf jobs scheduled run --name smoltrace --no-concurrency --timeout 1h \
  --secrets HF_TOKEN --env npm_config_ignore_scripts=true --env SMOLTRACE_DATA_DIR=/keep/data --volume hf://buckets/NAME/smoltrace:/keep \
  '17 3 * * *' node:24-slim \
  bash -c 'npx --yes /keep/smoltrace-0.1.0.tgz cleanup --policy /keep/policy.yaml --archive /keep/copies --max-delete 10% --no-dry-run --yes --summary /keep/summary.md'
