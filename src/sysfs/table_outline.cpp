// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sysfs/table_outline.hpp"

#include <fmt/format.h>

#include "rproc/resource/entries.hpp"
#include "rproc/resource/layout.hpp"
#include "sysfs/trimmed_lines.hpp"

namespace rproc::sysfs {
namespace {

/// Appends the outline of each entry.
class Outliner {
  public:
    explicit Outliner(TableOutline& outline) : outline_(outline) {}

    template <class Named>
    Result<void> operator()(const ResourceEntry& entry, const Named& decoded) const {
        return add(entry, wire::view(decoded.name));
    }
    Result<void> operator()(const ResourceEntry& entry, const VdevEntry& vdev) const {
        return add(entry, fmt::to_string(vdev.header().id.get()));
    }
    Result<void> operator()(const ResourceEntry& entry) const {
        outline_.push_back(place::entry_type_name(entry.type()));
        return {};
    }

  private:
    Result<void> add(const ResourceEntry& entry, std::string_view what) const {
        outline_.push_back(fmt::format("{} {}", place::entry_type_name(entry.type()), what));
        return {};
    }

    TableOutline& outline_;
};

/// Removes `prefix` from the start of `line`. @returns false, with `line` unchanged, when it begins differently.
bool take(std::string_view& line, std::string_view prefix) {
    if (!line.starts_with(prefix)) return false;
    line.remove_prefix(prefix.size());
    return true;
}

void add_line(TableOutline& outline, std::string_view line) {
    constexpr std::string_view kType = " is of type ";
    if (line.starts_with("Entry ") && line.find(kType) != std::string_view::npos) {
        outline.emplace_back(line.substr(line.find(kType) + kType.size()));
    } else if (take(line, "Unknown resource type found: ")) {
        outline.push_back(fmt::format("type {}", line.substr(0, line.find(' '))));
    } else if (!outline.empty() && (take(line, "Name ") || take(line, "ID "))) {
        outline.back() += fmt::format(" {}", line);
    }
}

}  // namespace

Result<TableOutline> outline_of(const ResourceTableView& table) {
    TableOutline outline;
    RPROC_TRY(table.for_each([&](const ResourceEntry& entry) { return visit(entry, Outliner(outline)); }));
    return outline;
}

TableOutline outline_of_text(std::string_view resource_table) {
    TableOutline outline;
    for (const std::string_view line : trimmed_lines(resource_table)) add_line(outline, line);
    return outline;
}

}  // namespace rproc::sysfs
