#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# program_size.sh PROGRAM TRIPLE LIMIT
# Prints how large PROGRAM is once stripped; a file of more than LIMIT KiB is a failure.
set -euo pipefail

readonly program=$1 triple=$2 limit=$(($3 * 1024))

readonly stripped=$program.stripped
"$triple-strip" --strip-all -o "$stripped" "$program"
"$triple-size" "$stripped" | {
    read -r _
    read -r text data bss _
    echo "text $text, data $data, bss $bss"
}

size=$(stat --format=%s "$stripped")
echo "file $size bytes of at most $limit"
if ((size > limit)); then
    echo "The largest of what is in it:"
    "$triple-nm" --demangle --print-size --size-sort --reverse-sort --radix=d "$program" | sed -n '1,30p'
    exit 1
fi
