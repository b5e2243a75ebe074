#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usage: firmware_rebuild.sh SOURCE_DIR WORK_DIR
# Builds the example firmware again in WORK_DIR and compares it with the prebuilt file, byte by byte.
# Exit: 0 the same; 1 different, or it does not build; 2 wrong call; 77 cannot tell here (the reason is printed).
set -eu

[ $# -eq 2 ] || { echo "usage: $0 SOURCE_DIR WORK_DIR" >&2; exit 2; }
firmware=$1/examples/firmware
prebuilt=$firmware/prebuilt/m4_hello.elf
work=$2

skip() {
    echo "skipped: $1"
    exit 77
}

# The compiler names itself in the .comment section, so the prebuilt file says who built it.
compiler_of() {
    arm-none-eabi-readelf -p .comment "$1" | sed -n 's/^ *\[ *[0-9a-f]*\] *//p'
}

for tool in arm-none-eabi-gcc arm-none-eabi-readelf make; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
done
[ -f "$prebuilt" ] || { echo "no file $prebuilt" >&2; exit 1; }

rm -rf "$work"
mkdir -p "$work"
make -C "$firmware" CROSS_COMPILE=arm-none-eabi- OUT="$(cd "$work" && pwd)" >"$work/make.log" 2>&1 || {
    cat "$work/make.log" >&2
    echo "the example firmware does not build" >&2
    exit 1
}

theirs=$(compiler_of "$prebuilt")
ours=$(compiler_of "$work/m4_hello.elf")
[ "$theirs" = "$ours" ] || skip "the prebuilt firmware is from $theirs, this compiler is $ours"

cmp "$work/m4_hello.elf" "$prebuilt" || {
    echo "examples/firmware was changed: copy $work/m4_hello.elf over $prebuilt" >&2
    exit 1
}
echo "the rebuilt firmware equals the prebuilt one ($(wc -c <"$prebuilt") bytes)"
