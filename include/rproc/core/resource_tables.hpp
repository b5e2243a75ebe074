// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/error_code.hpp"
#include "rproc/internal/bytes.hpp"
#include "rproc/memory/device_copy.hpp"
#include "rproc/memory/provider.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// Maps a resource table that lies in memory, before the carveouts are mapped: the whole carveout that holds it, so
/// that this mapping and the carveout's agree on their bounds; by itself when none does.
/// @returns the table, valid as long as it is kept, or the error of `memory`.
template <MemoryProvider M>
[[nodiscard]] Result<LoadedTable> map_table(const Context& ctx, M& memory, PhysicalRange table) {
    PhysicalRange around = table;
    for (const Carveout& carveout : ctx.carveouts().all()) {
        const auto whole = PhysicalRange::make(carveout.pa, carveout.size);
        if (carveout.kind != Carveout::Kind::region || !whole->contains(table)) continue;
        around = *whole;
        break;
    }
    RPROC_TRY_ASSIGN(Mapping mapping, memory.map(around));
    const auto bytes = internal::slice(mapping.bytes(), table.start().value() - around.start().value(), table.size());
    return LoadedTable{std::move(mapping), bytes};
}

/// Whether a code says that firmware has no resource table that can be used: there is none, it lies past the end of the
/// file, or its header is bad (ResourceTableView::parse). What becomes of such firmware is the platform's to decide.
[[nodiscard]] constexpr bool is_table_unusable(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::table_missing:
        case ErrorCode::table_truncated:
        case ErrorCode::table_headerless:
        case ErrorCode::table_version:
        case ErrorCode::table_reserved_bytes:
        case ErrorCode::table_incomplete: return true;
        default: return false;
    }
}

/// For a backend whose loaded firmware has no table: a notice where one is in use, which is that of the firmware that a
/// recovery replaced.
inline void notice_table_dropped(Context& ctx) {
    const std::size_t in_use = ctx.table().bytes().size();
    if (in_use == 0) return;
    ctx.notice(Severity::warning, Error(ErrorCode::table_size_changed, place::Table{}, 0, in_use,
                                        "the new firmware has none, and does not see the one in use"));
}

/// The resource table of a processor in its three forms, and which of them is in use (`Context::table`):
///
///     cached   a copy of Linux's own: from the image, with the addresses and ids that Linux fills in
///     loaded   in the processor's memory, where the firmware sees it
///     clean    a copy of the loaded one before Linux wrote to it (attach)
class ResourceTables {
  public:
    explicit ResourceTables(Context& ctx) noexcept : ctx_(ctx) {}
    ResourceTables(const ResourceTables&) = delete;
    ResourceTables& operator=(const ResourceTables&) = delete;

    /// The cached table comes from the image, and is in use.
    void take_cached(std::vector<std::byte> table) {
        cached_ = std::move(table);
        use_cached();
    }

    /// A table that is in memory already is in use, without a copy.
    void take_loaded(LoadedTable table) {
        loaded_ = std::move(table);
        ctx_.set_table(loaded_.bytes);
    }

    /// Keeps the loaded table as it is now, for `restore_clean`.
    void keep_clean() { copy(loaded_.bytes, clean_); }

    /// The cached table becomes a copy of the one in use; which stays in use.
    void save() {
        const auto table = ctx_.table().bytes();
        if (table.data() != cached_.data()) copy(table, cached_);
    }

    void use_cached() { ctx_.set_table(cached_); }

    /// Copies the cached table, with the addresses and ids that it has by now, over one in memory, which is in use from
    /// then on. Does nothing without a loaded one.
    ///
    /// In a recovery the firmware may have been replaced by one with a table of another size. Then the whole cached
    /// table is copied to the place of the loaded one, as by Linux (rproc_start), which does not compare the sizes; and
    /// a notice says so: table_size_changed.
    /// @param loaded the table in the memory of a carveout; may be empty.
    /// @returns nothing, or table_size_changed: the carveout ends before the cached table would. Linux writes past the
    ///   mapping then.
    [[nodiscard]] Result<void> install(std::span<std::byte> loaded) {
        if (loaded.empty()) return {};
        const auto change = change_to(loaded.size(), cached_.size());
        if (change && cached_.empty()) {
            ctx_.notice(Severity::warning, *change);
            return {};
        }
        const auto place = cached_.size() <= loaded.size() ? loaded.first(cached_.size())
                                                           : ctx_.carveouts().resized(loaded, cached_.size());
        if (place.empty()) return fail(*change);
        if (change) ctx_.notice(Severity::warning, *change);
        copy_to_device(place, cached_);
        ctx_.set_table(place);
        return {};
    }

    /// The same over the table that `take_loaded` took, which has the size of the cached one.
    void install() {
        if (loaded_.bytes.size() != cached_.size() || cached_.empty()) return;
        copy_to_device(loaded_.bytes, cached_);
        ctx_.set_table(loaded_.bytes);
    }

    /// Restores the clean table in the memory, for the next attach; a copy of what was there is in use. Does
    /// nothing without a clean one.
    void restore_clean() {
        if (clean_.empty()) return;
        save();
        use_cached();
        copy_to_device(loaded_.bytes, clean_);
    }

    /// Lets go of the loaded table; none is in use.
    void drop_loaded() {
        ctx_.set_table({});
        loaded_ = {};
        clean_.clear();
    }

    /// Drops the cached table; none is in use.
    void forget() {
        ctx_.set_table({});
        cached_.clear();
    }

  private:
    /// What a recovery does to a loaded table of another size than the cached one; nothing where they are the same.
    [[nodiscard]] static std::optional<Error> change_to(std::size_t loaded, std::size_t cached) {
        if (loaded == cached) return std::nullopt;
        std::string_view effect = "the table in use covers the first bytes of the new one";
        if (cached == 0) effect = "nothing in the new one is set up";
        if (cached > loaded) effect = "the table in use covers the new one and what follows it";
        return Error(ErrorCode::table_size_changed, place::Table{}, loaded, cached, effect);
    }

    /// The table may be a device's.
    static void copy(std::span<const std::byte> from, std::vector<std::byte>& to) {
        to.resize(from.size());
        copy_from_device(to, from);
    }

    Context& ctx_;
    std::vector<std::byte> cached_;
    LoadedTable loaded_;
    std::vector<std::byte> clean_;
};

}  // namespace rproc
