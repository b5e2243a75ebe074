// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace rproc::internal {

/// The stable name of a code, derived from its enumerator at compile time: "segment_outside_memory" becomes
/// "segment-outside-memory".
template <std::size_t Size>
struct CodeName {
    std::array<char, Size> text{};

    consteval CodeName(const char (&enumerator)[Size]) {  // NOLINT: a literal is a name
        for (std::size_t i = 0; i < Size; ++i) text[i] = enumerator[i] == '_' ? '-' : enumerator[i];
    }
};

/// The name as a view of static storage.
template <CodeName Name>
inline constexpr std::string_view kCodeName{Name.text.data(), Name.text.size() - 1};

}  // namespace rproc::internal
