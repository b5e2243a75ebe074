#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# needs_no_library.sh PROGRAM TRIPLE
# PROGRAM is one file: it asks for no shared library and no dynamic loader.
set -euo pipefail

readonly program=$1 triple=$2

needs=$("$triple-readelf" --program-headers --dynamic "$program" | grep -E 'NEEDED|INTERP' || true)
if [[ -n $needs ]]; then
    echo "$program is not static: $needs"
    exit 1
fi
echo "$(stat --format=%s "$program") bytes, and nothing else is needed"
