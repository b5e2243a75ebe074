// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "rproc/memory/address.hpp"
#include "rproc/result.hpp"

namespace rproc::cli {

/// One entry of a resource table, as far as it can be read. Fields have the names of the format; addresses and bit
/// masks are strings in hexadecimal, other numbers are numbers.
struct EntryReport {
    std::uint32_t index;
    std::uint32_t offset;  ///< from the table's start, as the table has it
    std::string type;      ///< "trace"; empty when the entry lies outside the table
    nlohmann::ordered_json fields = nlohmann::ordered_json::object();
    std::vector<nlohmann::ordered_json> vrings;
    std::optional<Error> fault;  ///< why Linux refuses it
};

/// A range of memory that a table requests.
struct ResourcePlace {
    std::string what;    ///< "trace cm4_log"
    std::string memory;  ///< the memory-region that Linux uses for it; empty when `da` decides
    std::uint32_t da;
    std::uint64_t size;
};

struct TableReport {
    std::optional<Error> fault;  ///< of the header; then there are no entries
    std::uint32_t version = 0;
    std::vector<EntryReport> entries;
    std::vector<ResourcePlace> places;
};

/// Decodes a resource table, every entry on its own, whatever is wrong with the others.
[[nodiscard]] TableReport report_table(std::span<const std::byte> bytes);

/// "rpmsg" for 7; empty for ids without a name here.
[[nodiscard]] std::string_view virtio_name(std::uint32_t id);

}  // namespace rproc::cli
