#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# header_size.sh SOURCE_DIR
# A public header has at most 450 lines.
set -euo pipefail

readonly source_dir=$1
readonly limit=450
checked=0
failures=0

while read -r header; do
    checked=$((checked + 1))
    lines=$(wc -l < "$header")
    if ((lines > limit)); then
        echo "$header: $lines lines, more than $limit" >&2
        failures=$((failures + 1))
    fi
done < <(find "$source_dir/include" -name '*.hpp' | sort)

((checked > 0))
echo "$checked headers checked, $failures failures"
((failures == 0))
