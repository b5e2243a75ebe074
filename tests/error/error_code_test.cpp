// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/error_code.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace rproc {
namespace {

bool is_kebab_case(std::string_view name) {
    const auto lower = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !name.empty() && std::ranges::all_of(name, lower) && name.front() != '-' && name.back() != '-' &&
           name.find("--") == std::string_view::npos;
}

TEST(ErrorCode, NamesAreUnique) {
    std::set<std::string_view> names;
    for (const ErrorCodeInfo& row : error_codes()) EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

TEST(ErrorCode, NamesAreKebabCase) {
    for (const ErrorCodeInfo& row : error_codes()) EXPECT_TRUE(is_kebab_case(row.name)) << row.name;
}

TEST(ErrorCode, LooksUpTheRowOfTheCode) {
    for (const ErrorCodeInfo& row : error_codes()) {
        EXPECT_EQ(name_of(row.code), row.name);
        EXPECT_EQ(errno_of(row.code), row.errno_value) << row.name;
    }
}

// The errno of every code that Linux does not answer with -EINVAL.
TEST(ErrorCode, ErrnoIsWhatLinuxReturns) {
    const std::map<std::string_view, int> other_than_einval{
        {"firmware-not-found", ENOENT},
        {"firmware-unreadable", EIO},
        {"firmware-changed", EIO},
        {"firmware-too-large", EFBIG},
        {"firmware-busy", EBUSY},
        {"segment-too-large", EOVERFLOW},
        {"vendor-entry-fails-boot", 0},
        {"carveout-misfit", ENOMEM},
        {"carveout-claimed-twice", ENOMEM},
        {"carveout-limit", ENOMEM},
        {"carveout-elsewhere", ENOMEM},
        {"vring-misfit", ENOMEM},
        {"virtio-without-buffer", ENOMEM},
        {"memory-exhausted", ENOMEM},
        {"memory-region-unmappable", ENOMEM},
        {"dt-reset-missing", ENOENT},
        {"dt-field-cut-off", EOVERFLOW},
        {"dt-node-missing", ENODEV},
        {"dt-node-disabled", ENODEV},
        {"board-unknown", ENODEV},
        {"attach-unsupported", EOPNOTSUPP},
        {"attached-table-missing", ENOENT},
        {"restart-limit-reached", EIO},
        {"register-failed", EIO},
        {"mailbox-failed", EIO},
        {"mailbox-timeout", ETIME},
        {"devmem-missing", ENODEV},
        {"devmem-denied", EACCES},
        {"devmem-strict", EACCES},
        {"devmem-failed", EIO},
        {"register-secured", EACCES},
        {"reset-unsupported", ENODEV},
        {"mailbox-unsupported", ENODEV},
        {"mailbox-off", EIO},
        {"other-machine", ENODEV},
        {"driver-bound", EBUSY},
        {"processor-unknown", ENODEV},
        {"processor-taken", EBUSY},
        {"access-denied", EACCES},
        {"timed-out", ETIMEDOUT},
        {"kernel-file-failed", EIO},
        {"file-unwritable", EIO},
        {"memory-shortened", EIO},
        {"fault-injected", EIO},
        {"key-not-found", ENOENT},
        {"key-passphrase", EACCES},
        {"tee-not-ready", 517},
        {"tee-gone", ENODEV},
        {"tee-id-taken", EBUSY},
        {"tee-busy", EBUSY},
        {"tee-open-timeout", ETIMEDOUT},
        {"tee-refused", EIO},
        {"tee-processor-running", EBUSY},
        {"tee-application-died", EIO},
        {"tee-state-lost", EIO},
        {"tee-unreachable", EIO},
        {"tee-device-missing", ENODEV},
        {"tee-device-denied", EACCES},
        {"tee-table-unmappable", ENOMEM},
    };
    for (const ErrorCodeInfo& row : error_codes()) {
        const auto other = other_than_einval.find(row.name);
        EXPECT_EQ(row.errno_value, other == other_than_einval.end() ? EINVAL : other->second) << row.name;
    }
    for (const auto& [name, value] : other_than_einval)
        EXPECT_TRUE(std::ranges::count(error_codes(), name, &ErrorCodeInfo::name) == 1) << name;
}

// Scripts read these names in the findings of `rproc check`.
TEST(ErrorCode, PublishedNamesAreStable) {
    EXPECT_EQ(name_of(ErrorCode::firmware_not_found), "firmware-not-found");
    EXPECT_EQ(name_of(ErrorCode::segment_outside_memory), "segment-outside-memory");
    EXPECT_EQ(name_of(ErrorCode::entry_truncated), "entry-truncated");
    EXPECT_EQ(name_of(ErrorCode::vring_misfit), "vring-misfit");
    EXPECT_EQ(name_of(ErrorCode::state_invalid), "state-invalid");
}

}  // namespace
}  // namespace rproc
