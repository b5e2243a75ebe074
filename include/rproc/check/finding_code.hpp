// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "rproc/error_code.hpp"
#include "rproc/internal/code_name.hpp"

namespace rproc::check {

/// The findings of `rproc check` besides the errors of the boot; finding_codes.def has one row for each. Their names
/// (`name_of`) are stable, and differ from those of every ErrorCode.
enum class FindingCode : std::uint16_t {
#define RPROC_FINDING(name, ...) name,
#define RPROC_KERNEL_DEFECT(name, ...) name,
#include "rproc/check/finding_codes.def"
};

/// A row of finding_codes.def.
struct FindingCodeInfo {
    FindingCode code;
    std::string_view name;     ///< "segments-overlap"
    std::string_view meaning;  ///< one sentence without full stop
    bool kernel_defect;        ///< the real kernel misbehaves; the model refuses the firmware instead
};

inline constexpr std::array kFindingCodes{
#define RPROC_FINDING(name, meaning, ...) \
    FindingCodeInfo{FindingCode::name, rproc::internal::kCodeName<rproc::internal::CodeName(#name)>, meaning, false},
#define RPROC_KERNEL_DEFECT(name, meaning, ...) \
    FindingCodeInfo{FindingCode::name, rproc::internal::kCodeName<rproc::internal::CodeName(#name)>, meaning, true},
#include "rproc/check/finding_codes.def"
};

/// Every code with its name and meaning, in the order of the enumeration.
[[nodiscard]] constexpr const auto& finding_codes() noexcept { return kFindingCodes; }

/// The row of a code; static storage.
[[nodiscard]] constexpr const FindingCodeInfo& info_of(FindingCode code) noexcept {
    return kFindingCodes[static_cast<std::size_t>(code)];
}

/// The stable name of a code, "segments-overlap"; static storage.
[[nodiscard]] constexpr std::string_view name_of(FindingCode code) noexcept { return info_of(code).name; }

/// The code of a finding: an ErrorCode of the boot, or a FindingCode. Names are unique among both.
class AnyCode {
  public:
    constexpr AnyCode(ErrorCode code) noexcept : code_(code) {}    // NOLINT: either code is one
    constexpr AnyCode(FindingCode code) noexcept : code_(code) {}  // NOLINT

    /// The stable name, "segment-outside-memory".
    [[nodiscard]] constexpr std::string_view name() const noexcept {
        const auto* const error = std::get_if<ErrorCode>(&code_);
        return error != nullptr ? rproc::name_of(*error) : check::name_of(std::get<FindingCode>(code_));
    }
    /// Whether the finding is a defect of the real kernel.
    [[nodiscard]] constexpr bool is_kernel_defect() const noexcept {
        const auto* const finding = std::get_if<FindingCode>(&code_);
        return finding != nullptr && info_of(*finding).kernel_defect;
    }

    friend constexpr bool operator==(const AnyCode&, const AnyCode&) = default;

  private:
    std::variant<ErrorCode, FindingCode> code_;
};

}  // namespace rproc::check
