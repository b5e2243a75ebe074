// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/device_parameters.hpp"

#include <fmt/format.h>

#include "rproc/internal/bytes.hpp"

namespace rproc::tee::device {

Result<void> check_memref(const Parameter& parameter, std::optional<std::uint64_t> registered) {
    if (!registered) {
        return fail({.code = ErrorCode::tee_unreachable,
                     .what = fmt::format("a parameter refers to memory {}, which is not registered",
                                         static_cast<std::uint32_t>(parameter.memory)),
                     .hint = "register the memory with this client, and keep it registered during the command"});
    }
    if (!internal::fits(parameter.offset, parameter.size, *registered)) {
        return fail({.code = ErrorCode::tee_unreachable,
                     .what = fmt::format("a parameter refers to {} bytes from offset {} of memory that has {}",
                                         parameter.size, parameter.offset, *registered),
                     .hint = "a memref must lie inside the memory that was registered"});
    }
    return {};
}

}  // namespace rproc::tee::device
