#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# concept_cases.sh SOURCE_DIR
# Each op and each type that a public concept asks for has a case in tests/compile/concepts: NEEDS(CONCEPT, TYPE, OP) or
# one of its kind; and each public concept is used there.
set -euo pipefail

readonly source_dir=$1
readonly cases=$source_dir/tests/compile/concepts
failures=0
checked=0

# Lines "CONCEPT MEMBER", and "CONCEPT -" for the concept itself. A header of the namespace internal has no public ones.
requirements() {
    grep -rlE '^concept [A-Z]' "$source_dir/include/rproc" | sort | while read -r header; do
        grep -qE '^namespace rproc::internal' "$header" && continue
        awk '
            { sub(/\/\/.*/, "") }
            /^concept [A-Z]/ { name = $2; depth = 0; print name, "-" }
            name == "" { next }
            {
                text = $0
                while (match(text, /(\.|[A-Z]::|typename [A-Z]::)[A-Za-z_]+/)) {
                    member = substr(text, RSTART, RLENGTH)
                    is_type = member ~ /^typename/
                    sub(/.*[.:]/, "", member)
                    text = substr(text, RSTART + RLENGTH)
                    if (is_type || text ~ /^\(/) print name, member
                }
                depth += gsub(/\{/, "{") - gsub(/\}/, "}")
                if (depth == 0 && /;[ \t]*$/) name = ""
            }' "$header"
    done | sort -u
}

while read -r concept member; do
    checked=$((checked + 1))
    if [[ $member == - ]]; then
        pattern="\\b$concept\\b"
    else
        pattern="NEEDS(_[A-Z]+)?\\($concept, [A-Za-z]+, $member\\b"
    fi
    if ! grep -rqE "$pattern" "$cases"; then
        echo "$concept: tests/compile/concepts has no case of ${member/#-/it}" >&2
        failures=$((failures + 1))
    fi
done < <(requirements)

((checked > 0))
echo "$checked requirements checked, $failures failures"
((failures == 0))
