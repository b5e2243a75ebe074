#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# include_rules.sh SOURCE_DIR
# Which module may include which: a file includes modules of a lower rank and its own, never a neighbour of the same rank.
# Holds for include/rproc/<module>/ and src/<module>/ alike; the command (src/cli) may use everything.
set -euo pipefail

readonly source_dir=$1
failures=0

complain() {
    echo "$1" >&2
    failures=$((failures + 1))
}

# The rank of a module; "base" stands for the files directly in include/rproc and src.
rank() {
    case $1 in
        internal) echo 0 ;;
        base) echo 1 ;;
        memory | text) echo 2 ;;
        resource) echo 3 ;;
        firmware) echo 4 ;;
        core) echo 5 ;;
        debug | observers) echo 6 ;;
        elf | tee | platform) echo 7 ;;
        sysfs | sim | testing) echo 8 ;;
        check | study | devmem) echo 9 ;;
        everything) echo 10 ;;
        *) echo unknown ;;
    esac
}

# The module of a path below include/rproc or src: memory/address.hpp is in memory, error.hpp in base.
module_of() {
    case $1 in
        rproc.hpp | secure.hpp) echo everything ;;
        cli/*) echo everything ;;
        */*) echo "${1%%/*}" ;;
        *) echo base ;;
    esac
}

# Prints what a file includes, one name a line, without the brackets or quotes.
includes_of() {
    sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]([^>"]+)[>"].*/\1/p' "$1"
}

check_modules() {
    local file=$1 relative=$2 module own included other theirs
    module=$(module_of "$relative")
    own=$(rank "$module")
    if [[ $own == unknown ]]; then
        complain "$file: the module '$module' has no rank; give it one in tests/architecture/include_rules.sh"
        return
    fi
    while read -r included; do
        case $included in
            ../* | ./*) complain "$file: includes $included: name it from the root"; continue ;;
            rproc/*) other=$(module_of "${included#rproc/}") ;;
            *) [[ -e $source_dir/src/$included ]] || continue
               other=$(module_of "$included") ;;
        esac
        [[ $other == "$module" ]] && continue
        theirs=$(rank "$other")
        if [[ $theirs == unknown ]] || ((theirs >= own)); then
            complain "$file: $module must not include $included"
        fi
    done < <(includes_of "$file")
}

# A public header can be used without libelf, libfdt, OpenSSL or the operating system's headers installed.
check_outside_headers() {
    local file=$1 included
    while read -r included; do
        case $included in
            libelf.h | gelf.h | elf.h | libelf/* | elfutils/* | libfdt.h | fdt.h | openssl/* | sys/* | linux/* | unistd.h | fcntl.h)
                complain "$file: a public header must not include $included" ;;
        esac
    done < <(includes_of "$file")
}

# include/rproc/internal uses the standard library alone, whose headers have neither a folder nor an extension.
check_internal() {
    local file=$1 included
    while read -r included; do
        case $included in
            rproc/internal/*) ;;
            */* | *.*) complain "$file: internal must not include $included" ;;
        esac
    done < <(includes_of "$file")
}

checked=0
while read -r file; do
    relative=${file#"$source_dir"/}
    checked=$((checked + 1))
    case $relative in
        include/rproc/*) check_modules "$file" "${relative#include/rproc/}"; check_outside_headers "$file" ;;
        src/*) check_modules "$file" "${relative#src/}" ;;
    esac
    case $relative in
        include/rproc/internal/*) check_internal "$file" ;;
    esac
done < <(find "$source_dir/include" "$source_dir/src" -type f \( -name '*.hpp' -o -name '*.cpp' \) | sort)

((checked > 0)) || complain "no source found under $source_dir"
echo "$checked files checked, $failures failures"
((failures == 0))
