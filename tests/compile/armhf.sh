#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# armhf.sh SOURCE_DIR WORK_DIR [INCLUDE_DIR...]
# The client of /dev/teeN compiles for 32-bit Arm, on which it will run most, and the kernel's structures have the sizes
# there that it takes them to have (static_assert in src/tee/device_messages.cpp). Nothing is linked or run.
# Status 77: this machine has no cross compiler, or lacks the headers of fmt or tl::expected.
set -euo pipefail

readonly compiler=arm-linux-gnueabihf-g++
readonly source_dir=$1 work_dir=$2
shift 2

skip() {
    echo "$1"
    exit 77
}

command -v "$compiler" > /dev/null || skip "no $compiler (Debian: g++-arm-linux-gnueabihf)"

# The headers of these two are the same for every processor, but stand among those of this one, which the cross compiler
# must not see.
readonly include_dir=$work_dir/include
rm -rf "$work_dir"
mkdir -p "$include_dir"
for library in fmt tl; do
    for directory in "$@" /usr/local/include /usr/include; do
        [[ -d $directory/$library ]] || continue
        ln -s "$directory/$library" "$include_dir/$library"
        break
    done
    [[ -e $include_dir/$library ]] || skip "no headers of $library"
done

cat > "$work_dir/client.cpp" <<'END'
#include "rproc/tee/device_client.hpp"

static_assert(sizeof(void*) == 4);
template class rproc::tee::BasicDeviceClient<rproc::tee::PosixOs>;
END

sources=("$work_dir/client.cpp" "$source_dir"/src/tee/device_*.cpp)
for source in "${sources[@]}"; do
    # Without psABI notes: they tell of a change in GCC 7, and this is one compiler.
    "$compiler" -std=c++20 -O1 -Wall -Wextra -Wconversion -Werror -Wno-psabi -DRPROC_USE_STD_EXPECTED=0 \
        -I"$source_dir/include" -I"$source_dir/src" -I"$include_dir" \
        -c "$source" -o "$work_dir/$(basename "$source" .cpp).o"
done
echo "${#sources[@]} sources compiled for 32-bit Arm"
