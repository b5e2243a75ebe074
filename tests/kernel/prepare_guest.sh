#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usage: prepare_guest.sh SOURCE_DIR KERNEL_DIR GUEST_DIR
# Makes in GUEST_DIR what a guest needs besides the kernel (fetch_debian_kernel.sh): its `init`, and `board.dtb`, QEMU's
# tree with the M4 added.
# Exit: 0 done; 1 something is broken; 2 wrong call; 77 not on this machine (the reason is printed, and kept in `missing`).
set -eu

[ $# -eq 3 ] || { echo "usage: $0 SOURCE_DIR KERNEL_DIR GUEST_DIR" >&2; exit 2; }
source=$1 kernel=$2 guest=$3

rm -rf "$guest"
mkdir -p "$guest"

skip() {
    echo "$1" >"$guest/missing"
    echo "skipped: $1"
    exit 77
}

[ -d "$kernel" ] || skip "Debian's kernel is not in $kernel (see the test kernel.fetch)"
command -v qemu-system-arm >/dev/null || skip "no qemu-system-arm (Debian: qemu-system-arm)"
command -v fdtoverlay >/dev/null || skip "no dtc and fdtoverlay (Debian: device-tree-compiler)"
command -v arm-linux-gnueabihf-g++ >/dev/null || skip "no arm-linux-gnueabihf-g++ (Debian: g++-arm-linux-gnueabihf)"

arm-linux-gnueabihf-g++ -std=c++20 -Os -static -s -Wall -Wextra -o "$guest/init" "$source/tests/kernel/guest_init.cpp"

qemu-system-arm -M virt,dumpdtb="$guest/machine.dtb" -cpu cortex-a15 -m 1024 -nographic -nic none >"$guest/dump.log" 2>&1
dtc -q -I dts -O dtb -i "$source/tests/data/boards" -o "$guest/m4.dtbo" "$source/tests/kernel/guest_overlay.dts"
fdtoverlay -i "$guest/machine.dtb" -o "$guest/board.tmp" "$guest/m4.dtbo"
mv "$guest/board.tmp" "$guest/board.dtb"
echo "a guest for Linux $(cat "$kernel/version") in $guest"
