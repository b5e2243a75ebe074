#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# spdx_lines.sh SOURCE_DIR
# Every source, script and document names the licence in its first three lines.
set -euo pipefail

readonly source_dir=$1
checked=0
failures=0

while read -r file; do
    checked=$((checked + 1))
    if ! head -n 3 "$file" | grep -q 'SPDX-License-Identifier: BSD-2-Clause'; then
        echo "$file: no SPDX-License-Identifier line" >&2
        failures=$((failures + 1))
    fi
done < <(find "$source_dir" \
    \( -name .git -o -name build -o -name .cache -o -name corpus \) -prune -o -type f \
    \( -name '*.hpp' -o -name '*.cpp' -o -name '*.h' -o -name '*.c' -o -name '*.S' -o -name '*.ld' -o -name '*.in' \
    -o -name '*.cmake' -o -name CMakeLists.txt -o -name Makefile -o -name '*.sh' -o -name '*.dts' -o -name '*.dtsi' \
    -o -name '*.md' -o -name '*.1' -o -name dev -o -path '*/.ci/*' -o -name '.clang-*' -o -name .gitignore \) \
    -print | sort)

((checked > 0))
echo "$checked files checked, $failures failures"
((failures == 0))
