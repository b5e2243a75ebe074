// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <nlohmann/json.hpp>

#include "rproc/check/verdict.hpp"
#include "rproc/place.hpp"

namespace rproc::cli {

/// {"kind":"segment","index":1,"da":"0x80100000","size":1344}; null for no place. Addresses and offsets are hexadecimal
/// strings, as everywhere in JSON; a `file` or `image` is there when the place is in one of several.
[[nodiscard]] nlohmann::ordered_json place_json(const Place& place);

/// A finding as all commands print it.
[[nodiscard]] nlohmann::ordered_json finding_json(const check::Finding& finding);

}  // namespace rproc::cli
