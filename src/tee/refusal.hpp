// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "rproc/result.hpp"
#include "rproc/tee/protocol.hpp"
#include "rproc/tee/software_tee_policy.hpp"

namespace rproc::tee::internal {

/// The refusal of an image: the result for the client, and the reason, which the client does not get.
struct Refusal {
    ResultCode result;
    std::string reason;
    std::optional<std::size_t> key{};    ///< index of the key that signed the image; nothing if unknown
    std::optional<StrictRule> broken{};  ///< nothing where OP-TEE's application makes the check, too
};

/// A value, or the refusal.
template <class T>
using Checked = expected_ns::expected<T, Refusal>;

[[nodiscard]] inline expected_ns::unexpected<Refusal> refuse(ResultCode result, std::string reason) {
    return expected_ns::unexpected<Refusal>({result, std::move(reason), {}, {}});
}

/// For a check that OP-TEE's application does not make.
[[nodiscard]] inline expected_ns::unexpected<Refusal> refuse(StrictRule broken, ResultCode result, std::string reason) {
    return expected_ns::unexpected<Refusal>({result, std::move(reason), {}, broken});
}

}  // namespace rproc::tee::internal

namespace rproc {

/// Extends RPROC_TRY and RPROC_TRY_ASSIGN to refusals.
[[nodiscard]] inline expected_ns::unexpected<tee::internal::Refusal> fail(tee::internal::Refusal refusal) {
    return expected_ns::unexpected<tee::internal::Refusal>(std::move(refusal));
}

}  // namespace rproc
