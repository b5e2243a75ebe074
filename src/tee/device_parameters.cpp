// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/device_parameters.hpp"

#include <fmt/format.h>

#include "rproc/internal/bytes.hpp"

namespace rproc::tee::device {
namespace {

constexpr ErrorText kUnregistered{
    .code = ErrorCode::tee_unreachable,
    .message = "a parameter refers to memory {0}, which is not registered",
    .hint = "register the memory with this client, and keep it registered during the command"};
constexpr ErrorText kOutsideMemory{.code = ErrorCode::tee_unreachable,
                                   .message = "a parameter refers to {0} bytes from offset {1} of memory that has {2}",
                                   .hint = "a memref must lie inside the memory that was registered"};

}  // namespace

Result<void> check_memref(const Parameter& parameter, std::optional<std::uint64_t> registered) {
    if (!registered) {
        return fail(kUnregistered, {}, static_cast<std::uint32_t>(parameter.memory));
    }
    if (!internal::fits(parameter.offset, parameter.size, *registered)) {
        return fail(kOutsideMemory, {}, parameter.size, parameter.offset, *registered);
    }
    return {};
}

}  // namespace rproc::tee::device
