// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "rproc/result.hpp"
#include "rproc/tee/protocol.hpp"

namespace rproc::tee::internal {

/// Why an image is not loaded: what the client is told, and the reason, which it is not.
struct Refusal {
    ResultCode result;
    std::string reason;
    std::optional<std::size_t> key{};  ///< who signed the image all the same; nothing when that is not known
};

/// A value, or the refusal.
template <class T>
using Checked = expected_ns::expected<T, Refusal>;

[[nodiscard]] inline expected_ns::unexpected<Refusal> refuse(ResultCode result, std::string reason) {
    return expected_ns::unexpected<Refusal>({result, std::move(reason), {}});
}

}  // namespace rproc::tee::internal

namespace rproc {

/// Makes RPROC_TRY and RPROC_TRY_ASSIGN pass on refusals, too.
[[nodiscard]] inline expected_ns::unexpected<tee::internal::Refusal> fail(tee::internal::Refusal refusal) {
    return expected_ns::unexpected<tee::internal::Refusal>(std::move(refusal));
}

}  // namespace rproc
