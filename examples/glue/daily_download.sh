#!/usr/bin/env bash
# The nightly run for cron: downloads into a directory of its own each day and removes those that are older than 30 days.
#   daily_download.sh [CONFIG]        environment: OUTPUT_DIR, LOG_DIR, KEEP_DAYS
set -euo pipefail

config=${1:-/etc/glue-downloader/config.yaml}
output=${OUTPUT_DIR:-/data/downloads}
logs=${LOG_DIR:-/var/log/glue-downloader}
keep_days=${KEEP_DAYS:-30}
today=$(date +%Y%m%d)

mkdir -p "$logs" "$output"

# pipefail: the exit code is that of sluice, not of tee.
code=0
sluice glue --config "$config" --output "$output/$today" --log-level INFO 2>&1 | tee -a "$logs/download_$today.log" || code=$?

if [ "$code" -eq 0 ]; then
  echo "ダウンロード成功: $today"
else
  echo "ダウンロード失敗: $today (終了コード $code)" >&2
fi

# Only what lies in the output directory, never the directory itself.
find "$output" -mindepth 1 -maxdepth 1 -type d -mtime "+$keep_days" -exec rm -rf {} +
exit "$code"
