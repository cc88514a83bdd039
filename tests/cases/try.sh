#!/bin/bash
# Usage: PLANNER=path of the planner command, bash try.sh N: runs case N on a copy of small with the files of N laid over it
here=$(cd "$(dirname "$0")" && pwd); n=$1; room=$(mktemp -d)
cp -r "$here/small/." "$room/"; find "$here/$n" -type f ! -name run.txt -printf '%P\n' | while read -r f; do mkdir -p "$room/$(dirname "$f")"; cp "$here/$n/$f" "$room/$f"; done
export PATH="$(dirname "$(readlink -f "${PLANNER:?names the planner command}")"):$PATH" PLANNER_REPORTS="$room/reports"
cd "$room" && bash "$here/$n/run.txt" 2>&1 | grep -v ' s | '; rm -rf "$room"
