#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# readme_example.sh SOURCE_DIR
# The C++ that the README shows is examples/boot.cpp (which is compiled and run), without its first comment.
set -euo pipefail

readonly source_dir=$1

if diff <(sed -n '/^```cpp$/,/^```$/p' "$source_dir/README.md" | sed '1d;$d') \
        <(grep -v '^//' "$source_dir/examples/boot.cpp"); then
    echo "README.md shows examples/boot.cpp"
else
    echo "README.md and examples/boot.cpp differ (< README, > example)" >&2
    exit 1
fi
