#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usage: fetch_debian_trees.sh DEST
# Puts the stm32mp15 device trees of Debian's linux-image-armmp (armhf) into DEST/dtbs and prints how many there are.
# Needs no root and installs nothing: apt keeps its package lists below DEST. When DEST/dtbs exists, it is complete and
# nothing is fetched.
# Exit: 0 the trees are there; 1 something is broken; 2 wrong call; 77 they cannot be had here (the reason is printed).
set -eu

[ $# -eq 1 ] || { echo "usage: $0 DEST" >&2; exit 2; }

skip() {
    echo "skipped: $1"
    exit 77
}

count_trees() {
    find "$1" -name 'stm32mp15*.dtb' | wc -l
}

mkdir -p "$1"
dest=$(cd "$1" && pwd)
if [ -d "$dest/dtbs" ]; then
    echo "$(count_trees "$dest/dtbs") stm32mp15 trees in $dest/dtbs (already there)"
    exit 0
fi

for tool in apt-get apt-cache dpkg-deb tar; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
done

# Only a rename of a complete folder makes DEST/dtbs, so neither a kill nor a second run at the same time can leave half.
work=$(mktemp -d "$dest/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/files" "$work/new"

apt() {
    tool=$1
    shift
    "$tool" -q -o APT::Architecture=armhf -o APT::Architectures=armhf -o Dir::State::lists="$work/lists" \
        -o Dir::State::status=/dev/null -o Dir::Cache="$work" -o Acquire::Languages=none -o Acquire::Retries=2 \
        -o APT::Sandbox::User= -o APT::Update::Post-Invoke-Success= -o APT::Update::Post-Invoke= "$@"
}

apt apt-get update >"$work/update.log" 2>&1 || true
package=$(apt apt-cache depends linux-image-armmp 2>/dev/null | sed -n 's/.*Depends: \(linux-image-.*\)/\1/p' | head -n 1)
[ -n "$package" ] || skip "apt has no list with linux-image-armmp for armhf: $(grep -m 1 '^[EW]:' "$work/update.log" || echo 'is there a network?')"

(cd "$work" && apt apt-get download "$package") >"$work/download.log" 2>&1 ||
    skip "$package cannot be downloaded: $(grep -m 1 '^[EW]:' "$work/download.log" || echo 'no reason given')"

unpack() {
    dpkg-deb --fsys-tarfile "$work"/linux-image-*.deb >"$work/files.tar" || return 1
    tar -xf "$work/files.tar" -C "$work/files" --wildcards '*/stm32mp15*.dtb'
}
unpack || { echo "no stm32mp15 tree can be unpacked from $package" >&2; exit 1; }
find "$work/files" -name 'stm32mp15*.dtb' -exec mv {} "$work/new" \;

chmod 755 "$work/new"
mv -T "$work/new" "$dest/dtbs" 2>/dev/null || [ -d "$dest/dtbs" ] || { echo "cannot write $dest/dtbs" >&2; exit 1; }
echo "$(count_trees "$dest/dtbs") stm32mp15 trees in $dest/dtbs (from $package)"
