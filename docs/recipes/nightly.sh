#!/bin/sh
# Cleans up by policy.yaml, and empties the trash of what has been there for two weeks. Prints only where something is wrong, so cron sends a mail only then.
set -eu

cd "${SMOLTRACE_HOME:-$HOME/smoltrace}"
export HF_TOKEN_PATH="$PWD/token"
mkdir -p logs
day=$(date -u +%Y-%m-%d)

if ! command -v flock >/dev/null; then
  echo 'This needs flock, of util-linux; on macOS: brew install flock.'
  exit 1
fi
exec 9>lock
if ! flock -n 9; then
  echo 'The last cleanup has not ended yet: see logs.'
  exit 1
fi

code=0
{
  smoltrace cleanup --policy policy.yaml --archive copies --max-delete 10% --no-dry-run --yes --summary "logs/$day.md" || code=$?
  smoltrace trash empty --older-than 14d --archive copies --max-delete 200 --no-dry-run --yes --summary "logs/$day.md" || code=$?
} >"logs/$day.log" 2>&1
if [ "$code" -ne 0 ]; then
  echo "smoltrace ended with exit code $code. The end of logs/$day.log:"
  tail -n 40 "logs/$day.log"
fi
find logs -type f -mtime +90 -delete
exit "$code"
