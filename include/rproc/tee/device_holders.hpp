// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rproc/error.hpp"

/// Which processes have a device of the TEE driver open: who holds OP-TEE's application, and whether tee-supplicant is
/// there to load it.
namespace rproc::tee::device {

/// A process that has a device open.
struct Holder {
    int process;       ///< its id
    std::string name;  ///< its name (/proc/PID/comm); empty when it cannot be read

    friend bool operator==(const Holder&, const Holder&) = default;
};

/// The processes that have a device open, as far as this user may see.
struct Holders {
    std::vector<Holder> seen;  ///< in the order of their ids
    bool complete;  ///< false: the descriptors of some processes may not be read, and one of them may have it open
};

/// The processes that have the device at `path` open, without this one (/proc/PID/fd).
/// @param proc where procfs is mounted; when it cannot be read, nothing is seen, and that is not complete.
[[nodiscard]] Holders clients_of(const std::filesystem::path& proc, std::string_view path);

/// The processes that have a supplicant's device (/dev/teeprivN) open.
[[nodiscard]] Holders supplicants(const std::filesystem::path& proc);

/// The warning before the open of a session that may wait for ever: no process is a supplicant, so OP-TEE cannot load
/// an application that is not built into it.
/// @returns nothing when a supplicant is seen, or when one may be there that this user may not see.
[[nodiscard]] std::optional<Error> missing_supplicant(const Holders& supplicants);

}  // namespace rproc::tee::device
