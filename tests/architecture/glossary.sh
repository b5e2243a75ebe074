#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# glossary.sh SOURCE_DIR
# docs/glossary.md lists each public name of the library and no other: the types at namespace level in include/rproc, the ops
# of core/concepts.hpp, the members of RemoteProcessor, the steps and the states. Aliases are optional.
set -euo pipefail

readonly source_dir=$1
readonly headers=$source_dir/include/rproc
readonly glossary=$source_dir/docs/glossary.md
export LC_ALL=C
failures=0

# public_names KINDS: the names that KINDS (a regular expression) declare at namespace level, without rproc:: before them.
# Forward declarations and namespace internal are left out.
public_names() {
    find "$headers" -name '*.hpp' -exec awk -v kinds="^($1) +[A-Z]" '
        FNR == 1 { depth = 0 }
        /^namespace [a-z_:]+ \{/ { spaces[++depth] = $2; opened = FNR }
        /^\}  \/\/ namespace/ || (/^\}$/ && FNR == opened + 2) { --depth }
        $0 ~ kinds && (/^(using|concept)/ || !/^[^{]*;/) {
            qualified = ""
            for (i = 1; i <= depth; ++i) qualified = qualified spaces[i] "::"
            if (qualified ~ /(^|::)internal::/) next
            match($0, kinds)
            name = substr($0, RLENGTH)
            sub(/[^A-Za-z0-9_].*/, "", name)
            sub(/^rproc::/, "", qualified)
            print qualified name
        }' {} + | sort -u
}

ops() {
    grep -oE '\{ (std::as_const\([a-z]\)|[a-z])\.[a-z_]+\(' "$headers/core/concepts.hpp" | sed -E 's/.*\.([a-z_]+)\($/\1/' | sort -u
}

# The functions between `public:` and `private:`; a declaration is indented by four columns.
members() {
    awk '/^  public:/ { on = 1 } /^  private:/ { on = 0 } on && /^    [^ \/].*\(/' "$headers/core/remote_processor.hpp" |
        grep -vE 'RemoteProcessor\(|operator=|^    (RPROC_TRY|return|if|const std::scoped)' |
        sed -E 's/ (const )?(noexcept )?(requires.*)?\{.*//; s/^([^(]*)\(.*/\1/; s/.*[ &]//' | grep . | sort -u
}

# enumerators FILE ENUM
enumerators() {
    awk -v start="^enum class $2 .*\\{" '$0 ~ start { on = 1 } on { sub(/ *\/\/.*/, ""); print } on && /\};/ { exit }' "$headers/$1" |
        sed -E 's/.*\{//; s/\}.*//' | tr -d ' ' | tr ',' '\n' | grep . | sort -u
}

# glossary_names HEADING: the names in code quotes in the first column of the tables below a heading.
glossary_names() {
    awk -v heading="## $1" '/^## / { on = $0 == heading } on && /^\| `/ { split($0, cells, "|"); print cells[2] }' "$glossary" |
        { grep -oE '`[^`]+`' || true; } | tr -d '`' | sort -u
}

# compare HEADING NAMES [OPTIONAL]
compare() {
    local heading=$1 name listed
    listed=$(glossary_names "$heading")
    while read -r name; do
        echo "docs/glossary.md: $name is missing under \"$heading\"" >&2
        failures=$((failures + 1))
    done < <(comm -23 <(echo "$2") <(echo "$listed"))
    while read -r name; do
        echo "docs/glossary.md: \"$heading\" has $name, which the library does not have" >&2
        failures=$((failures + 1))
    done < <(comm -13 <(printf '%s\n' "$2" "${3-}" | sort -u) <(echo "$listed"))
}

compare "Types" "$(public_names 'class|struct|union|enum|enum class|concept')" "$(public_names using)"
compare "Ops" "$(ops)"
compare "Members of RemoteProcessor" "$(members)"
compare "Steps" "$(enumerators step.hpp Step)"
compare "States" "$(enumerators state.hpp State)"

echo "$(grep -c '^| `' "$glossary" || true) rows checked, $failures failures"
((failures == 0))
