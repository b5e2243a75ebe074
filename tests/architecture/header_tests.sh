#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# header_tests.sh SOURCE_DIR
# Each public header include/rproc/MODULE/NAME.hpp has a test tests/MODULE/NAME_test.cpp (of a header directly in
# include/rproc: tests/error/NAME_test.cpp), or an exception below: the file that tests it.
set -euo pipefail

readonly source_dir=$1
failures=0

# HEADER FILE: concepts and umbrella headers, and headers whose behaviour only shows through another one.
exceptions() {
    cat <<'END'
rproc.hpp tests/compile/CMakeLists.txt
secure.hpp tests/compile/CMakeLists.txt
check/verdict.hpp tests/check/checker_test.cpp
check/verification.hpp tests/cli/verify_test.cpp
core/composition.hpp tests/compile/negative/composition.cpp
core/concepts.hpp tests/compile/concepts/platform.cpp
core/optional_ops.hpp tests/compile/negative/optional_ops.cpp
core/rollback.hpp tests/core/boot_steps_test.cpp
core/virtio_device.hpp tests/core/virtio_test.cpp
firmware/platform_tlvs.hpp tests/tee/encrypted_image_test.cpp
internal/bytes.hpp tests/resource/layout_test.cpp
internal/code_name.hpp tests/error/error_code_test.cpp
memory/iommu.hpp tests/compile/concepts/memory.cpp
memory/provider.hpp tests/compile/concepts/memory.cpp
observers/spdlog_observer.hpp tests/cli/usage_test.cpp
sim/software_tee_board.hpp tests/cli/secure_boot_test.cpp
sysfs/sysfs_errors.hpp tests/sysfs/sysfs_processor_test.cpp
tee/client.hpp tests/testing/recording_client_test.cpp
tee/device_messages.hpp tests/tee/device_client_test.cpp
testing/faulty_driver.hpp tests/testing/checked_life_test.cpp
testing/faulty_subdevices.hpp tests/testing/checked_life_test.cpp
testing/life_watchers.hpp tests/testing/checked_life_test.cpp
END
}

complain() {
    echo "$1" >&2
    failures=$((failures + 1))
}

checked=0
while read -r header; do
    checked=$((checked + 1))
    case $header in
        */*) own=tests/${header%.hpp}_test.cpp ;;
        *) own=tests/error/${header%.hpp}_test.cpp ;;
    esac
    other=$(exceptions | sed -n "s|^$header ||p")
    if [[ -e $source_dir/$own ]]; then
        [[ -z $other ]] || complain "$header: has the test $own, so it is no exception"
    elif [[ -z $other ]]; then
        complain "$header: there is no test $own"
    elif [[ ! -e $source_dir/$other ]]; then
        complain "$header: there is no file $other"
    fi
done < <(cd "$source_dir/include/rproc" && find . -name '*.hpp' | sed 's|^\./||' | sort)

while read -r header _; do
    [[ -e $source_dir/include/rproc/$header ]] || complain "$header: an exception without a header"
done < <(exceptions)

((checked > 0))
echo "$checked headers checked, $failures failures"
((failures == 0))
