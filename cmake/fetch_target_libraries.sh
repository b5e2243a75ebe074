#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usage: fetch_target_libraries.sh ARCH DEST
# Puts the libraries that rproc and its tests are linked with, as Debian builds them for ARCH (armhf, arm64), into
# DEST/ARCH, which then serves as a sysroot; the C and C++ libraries are those of the cross compiler.
# Needs no root and installs nothing: apt keeps its package lists below DEST. When DEST/ARCH exists, it is complete and
# nothing is fetched; remove it to fetch again.
# Exit: 0 the libraries are there; 1 failure; 2 wrong call; 77 they cannot be fetched here (the reason is printed).
set -eu

case ${1-} in
    armhf | arm64) arch=$1 ;;
    *) arch= ;;
esac
[ $# -eq 2 ] && [ -n "$arch" ] || { echo "usage: $0 armhf|arm64 DEST" >&2; exit 2; }

skip() {
    echo "skipped: $1"
    exit 77
}

mkdir -p "$2"
dest=$(cd "$2" && pwd)
if [ -d "$dest/$arch" ]; then
    echo "libraries for $arch in $dest/$arch (already there)"
    exit 0
fi

for tool in apt-get dpkg-deb; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
done

# Only a rename of a complete folder makes DEST/ARCH, so neither a kill nor a concurrent run leaves a partial one.
work=$(mktemp -d "$dest/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/new"

# For apt, only the packages of the cross compiler and those useless for linking count as installed.
for package in libc6 libc6-dev libgcc-s1 libstdc++6 catch2; do
    printf 'Package: %s\nStatus: install ok installed\nArchitecture: %s\nMaintainer: none\nVersion: 999\nDescription: none\n\n' \
        "$package" "$arch"
done >"$work/status"

apt() {
    apt-get -q -o APT::Architecture="$arch" -o APT::Architectures="$arch" -o Dir::State::lists="$work/lists" \
        -o Dir::State::status="$work/status" -o Dir::Cache="$work" -o Acquire::Languages=none -o Acquire::Retries=2 \
        -o APT::Sandbox::User= -o APT::Update::Post-Invoke-Success= -o APT::Update::Post-Invoke= \
        -o APT::Keep-Downloaded-Packages=true -o DPkg::Post-Invoke= "$@"
}

first_complaint() {
    grep -m 1 '^[EW]:' "$1" || echo 'is there a network?'
}

apt update >"$work/update.log" 2>&1 || true
apt install -y --no-install-recommends --download-only \
    libfmt-dev libspdlog-dev libelf-dev libfdt-dev libssl-dev libexpected-dev libcli11-dev nlohmann-json3-dev \
    libgtest-dev libgmock-dev >"$work/download.log" 2>&1 ||
    skip "the packages for $arch cannot be had: $(first_complaint "$work/download.log"); $(first_complaint "$work/update.log")"

for package in "$work"/archives/*.deb; do
    dpkg-deb -x "$package" "$work/new" || { echo "cannot unpack $package" >&2; exit 1; }
done

# A link to /lib/... would lead out of the folder, to the libraries of this machine.
find "$work/new" -type l -lname '/*' | while read -r link; do
    ln -sfn -r "$work/new$(readlink "$link")" "$link"
done

count=$(find "$work/archives" -name '*.deb' | wc -l)
chmod 755 "$work/new"
mv -T "$work/new" "$dest/$arch" 2>/dev/null || [ -d "$dest/$arch" ] || { echo "cannot write $dest/$arch" >&2; exit 1; }
echo "libraries for $arch in $dest/$arch (from $count packages)"
