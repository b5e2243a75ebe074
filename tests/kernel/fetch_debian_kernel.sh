#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usage: fetch_debian_kernel.sh DEST
# Makes DEST of Debian's linux-image-armmp (armhf): `vmlinuz`, the modules `stm32_rproc.ko` and those of rpmsg, the
# stm32mp15 device trees in `dtbs/`, and `version`. Needs no root and installs nothing: apt keeps its package lists beside DEST. When DEST exists, it
# is complete and nothing is fetched.
# Exit: 0 it is there; 1 something is broken; 2 wrong call; 77 it cannot be had here (the reason is printed).
set -eu

[ $# -eq 1 ] || { echo "usage: $0 DEST" >&2; exit 2; }
dest=$1

skip() {
    echo "skipped: $1"
    exit 77
}

report() {
    echo "Linux $(cat "$dest/version") with $(find "$dest/dtbs" -name '*.dtb' | wc -l) stm32mp15 trees in $dest ($1)"
}

if [ -d "$dest" ]; then
    report "already there"
    exit 0
fi
for tool in apt-get apt-cache dpkg-deb tar; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
done

# Only a rename of a complete folder makes DEST, so neither a kill nor a second run at the same time can leave half.
mkdir -p "$(dirname "$dest")"
work=$(mktemp -d "$dest.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/files" "$work/new/dtbs"

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
    tar -xf "$work/files.tar" -C "$work/files" --wildcards '*/stm32mp15*.dtb' '*/stm32_rproc.ko' \
        '*/drivers/rpmsg/*.ko' './boot/vmlinuz-*' || return 1
    find "$work/files" -name '*.dtb' -exec mv {} "$work/new/dtbs" \;
    find "$work/files" \( -name '*.ko' -o -name 'vmlinuz-*' \) -exec mv {} "$work/new" \;
    mv "$work"/new/vmlinuz-* "$work/new/vmlinuz" && [ -f "$work/new/stm32_rproc.ko" ] && [ -f "$work/new/virtio_rpmsg_bus.ko" ] || return 1
    dpkg-deb --show --showformat='${Version} (${Package})\n' "$work"/linux-image-*.deb >"$work/new/version"
}
unpack || { echo "$package does not hold a kernel, stm32_rproc.ko and stm32mp15 trees" >&2; exit 1; }

chmod 755 "$work/new"
mv -T "$work/new" "$dest" 2>/dev/null || [ -d "$dest" ] || { echo "cannot write $dest" >&2; exit 1; }
report "fetched"
