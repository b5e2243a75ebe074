#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# readme_links.sh SOURCE_DIR
# The README names the two commands a new user types, and every relative link in it and in docs/ leads to a file.
set -euo pipefail

readonly source_dir=$1
readonly readme=$source_dir/README.md
failures=0

complain() {
    echo "$1" >&2
    failures=$((failures + 1))
}

# A lambda in a code block looks like a link.
without_code() {
    awk '/^```/ { code = !code; next } !code' "$1"
}

for command in './dev demo' './dev test'; do
    grep -qF "$command" "$readme" || complain "README.md does not mention '$command'"
done

documents=("$readme")
if [[ -d $source_dir/docs ]]; then
    while read -r document; do documents+=("$document"); done < <(find "$source_dir/docs" -name '*.md' | sort)
fi

for document in "${documents[@]}"; do
    while read -r link; do
        case $link in
            http://* | https://* | mailto:* | '#'*) continue ;;
        esac
        [[ -e $(dirname "$document")/${link%%#*} ]] || complain "$document: the link $link leads nowhere"
    done < <(without_code "$document" | grep -oE '\]\([^) ]+' | cut -c3-)
done

echo "${#documents[@]} documents checked, $failures failures"
((failures == 0))
