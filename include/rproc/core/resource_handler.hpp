// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "rproc/core/carveout_allocation.hpp"
#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/memory/carveout.hpp"
#include "rproc/observer.hpp"
#include "rproc/resource/entries.hpp"
#include "rproc/resource/table_view.hpp"
#include "rproc/resource/vdev_names.hpp"
#include "rproc/resource/vring_size.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// Takes in the entries of a resource table, one after the other, with the checks and verdicts of the kernel's handlers
/// (remoteproc_core.c, rproc_handle_*): registers carveouts, remembers traces and virtio devices, hands out notify ids
/// and writes them into the table in use. Nothing is allocated or mapped here.
///
/// A vring that cannot be had does not fail the boot, as in Linux: the device is remembered as not usable, with a
/// notice.
class ResourceHandler {
  public:
    /// Both must outlive the handler.
    ResourceHandler(Context& ctx, Resources& resources) noexcept : ctx_(ctx), resources_(resources) {}

    /// Takes in an entry of a type that Linux knows (0 to 3).
    /// @returns nothing (also when a vring cannot be had), or
    ///   entry_truncated, entry_reserved_bytes: see entries.hpp;
    ///   carveout_misfit: a registered carveout has that name, but not that address or size;
    ///   carveout_claimed_twice: an earlier entry has that name;
    ///   carveout_limit: too many carveouts;
    ///   devmem_without_iommu: a devmem entry; where there is an IOMMU, they do not come here (map_devmem);
    ///   vdev_too_many_vrings: Linux takes two.
    [[nodiscard]] Result<void> handle(const ResourceEntry& entry) {
        if (entry.is(wire::EntryType::devmem)) return refuse_devmem(entry);  // before it is decoded, as the kernel does
        return visit(entry, [this](const auto&... decoded) { return this->take(decoded...); });
    }

    /// Remembers that an entry was passed over, as Linux does with types that it does not know.
    void ignore(const ResourceEntry& entry) {
        const bool vendor = entry.is_vendor();
        const auto type = static_cast<std::int32_t>(entry.type());
        if (vendor) {
            ctx_.notice(Severity::note, Error(ErrorCode::vendor_entry_unhandled, place_of(entry), type));
        } else {
            ctx_.notice(Severity::warning, Error(ErrorCode::entry_type_unknown, place_of(entry), type));
        }
    }

  private:
    static constexpr std::uint32_t kMaxVrings = 2;

    [[nodiscard]] Result<void> take(const ResourceEntry& entry, const wire::Carveout& request) {
        const std::string_view name = wire::view(request.name);
        const auto da = requested_da(request.da);
        Carveout* const registered = ctx_.carveouts().find_by_name(name);
        if (registered == nullptr) {
            auto carveout = Carveout::allocated(name, da, request.len);
            carveout.table_offset = entry.payload_offset();
            carveout.flags = request.flags;
            return register_carveout(std::move(carveout));
        }
        if (registered->table_offset) {
            return fail(ErrorCode::carveout_claimed_twice, place_of(entry), name);
        }
        if (const auto line = find_misfit(*registered, da, request.len))
            return fail(misfit(ErrorCode::carveout_misfit, place_of(entry), *registered, da, request.len, *line));
        registered->table_offset = entry.payload_offset();
        registered->flags = request.flags;
        return {};
    }

    /// Without an IOMMU there is nothing to map a device into; the kernel refuses, without a word.
    [[nodiscard]] static Result<void> refuse_devmem(const ResourceEntry& entry) {
        return fail(ErrorCode::devmem_without_iommu, place_of(entry));
    }
    [[nodiscard]] static Result<void> take(const ResourceEntry& entry, const wire::Devmem& /*request*/) {
        return refuse_devmem(entry);
    }

    /// Types that Linux does not know are not taken in here.
    [[nodiscard]] static Result<void> take(const ResourceEntry& /*entry*/) { return {}; }

    /// A trace's place is not looked at before it is read.
    [[nodiscard]] Result<void> take(const ResourceEntry& /*entry*/, const wire::Trace& request) {
        resources_.traces.push_back(
            {std::string(wire::view(request.name)), DeviceAddress(request.da), std::uint64_t{request.len}});
        return {};
    }

    [[nodiscard]] Result<void> take(const ResourceEntry& entry, const VdevEntry& request) {
        if (request.vring_count() > kMaxVrings) {
            return fail(ErrorCode::vdev_too_many_vrings, place_of(entry), request.vring_count(), kMaxVrings);
        }
        Vdev vdev{.index = static_cast<std::uint32_t>(resources_.vdevs.size()),
                  .id = request.header().id,
                  .table_offset = entry.payload_offset(),
                  .config_offset = entry.payload_offset() + request.config_offset(),
                  .config_len = request.header().config_len};
        auto problem = probe(entry, vdev, request);
        vdev.usable = !problem;
        const std::uint32_t index = vdev.index;
        resources_.vdevs.push_back(std::move(vdev));
        if (!problem) {
            if (request.vring_count() < kMaxVrings) notice_few_vrings(entry, request.vring_count());
            return {};
        }
        if (problem->code() == ErrorCode::carveout_limit) return fail(std::move(*problem));
        const int result = problem->kernel_result();
        ctx_.notice(Severity::error, std::move(*problem));
        ctx_.log(LogLevel::warning, LogSource::bus, ctx_.kernel().probe_failed_line, {index + 1, result});
        return {};
    }

    [[nodiscard]] static Place place_of_vring(const ResourceEntry& entry, const Vdev& vdev, std::uint32_t index,
                                              std::uint32_t descriptors = 0) {
        return place::Vring{entry.index(), entry.offset(), vdev.index, index, descriptors};
    }

    [[nodiscard]] static std::optional<DeviceAddress> requested_da(std::uint32_t da) {
        if (da == wire::kAddressAny) return std::nullopt;
        return DeviceAddress(da);
    }

    [[nodiscard]] Result<void> register_carveout(Carveout carveout) {
        RPROC_TRY(ctx_.carveouts().add(std::move(carveout)));
        return {};
    }

    /// Whether a registered carveout can serve a request (the kernel's `rproc_check_carveout_da`).
    /// @returns nothing when it can, or the line that Linux prints (empty: none).
    [[nodiscard]] static std::optional<std::string_view> find_misfit(const Carveout& carveout,
                                                                     std::optional<DeviceAddress> da,
                                                                     std::uint64_t len) {
        constexpr std::uint64_t kSignedReach = 1ULL << 31U;  // every kernel takes the difference as an int
        constexpr std::string_view kWrongLen = "Registered carveout doesn't fit len request";
        if (len > carveout.size) return kWrongLen;
        if (!da) return std::nullopt;
        if (!carveout.da) return "";
        const auto offset = da->offset_from(*carveout.da);
        if (!offset || *offset >= kSignedReach) return "Registered carveout doesn't fit da request";
        if (*offset > carveout.size - len) return kWrongLen;
        return std::nullopt;
    }

    /// The refusal of a request that a registered carveout cannot serve.
    [[nodiscard]] static Error misfit(ErrorCode code, const Place& place, const Carveout& carveout,
                                      std::optional<DeviceAddress> da, std::uint64_t len, std::string_view line) {
        constexpr std::string_view kMessages[2][2]{
            {"asks for {1:#x} bytes, the carveout \"{2}\" has {4:#x} bytes at no fixed address",
             "asks for {1:#x} bytes, the carveout \"{2}\" has {3:#x}+{4:#x}"},
            {"asks for {0:#x}+{1:#x}, the carveout \"{2}\" has {4:#x} bytes at no fixed address",
             "asks for {0:#x}+{1:#x}, the carveout \"{2}\" has {3:#x}+{4:#x}"}};
        ErrorText text = text_of(code);
        text.message = kMessages[da ? 1 : 0][carveout.da ? 1 : 0];
        text.kernel_line = line;
        const TextArgument arguments[]{da.value_or(DeviceAddress()).value(), len, carveout.name,
                                       carveout.da.value_or(DeviceAddress()).value(), carveout.size};
        return Error::of(text, place, arguments);
    }

    /// First all vrings are checked, then all are given memory and an id, as the kernel's virtio driver does.
    [[nodiscard]] std::optional<Error> probe(const ResourceEntry& entry, Vdev& vdev, const VdevEntry& request) {
        for (std::uint32_t i = 0; i < request.vring_count(); ++i) {
            const wire::Vring vring = request.vring(i);
            if (vring.num != 0 && vring.align != 0) continue;
            return Error(ErrorCode::vring_invalid, place_of_vring(entry, vdev, i), vring.num.get(), vring.align.get(),
                         static_cast<std::int32_t>(vring.num.get()), static_cast<std::int32_t>(vring.align.get()));
        }
        for (std::uint32_t i = 0; i < request.vring_count(); ++i) {
            if (auto problem = take_vring(entry, vdev, request.vring(i), i)) {
                give_back_vrings(vdev);
                return problem;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Error> take_vring(const ResourceEntry& entry, Vdev& vdev, const wire::Vring& vring,
                                                  std::uint32_t index) {
        std::string name = vring_name(vdev.index, index);
        const auto da = requested_da(vring.da);
        const std::uint64_t size = vring_carveout_size(vring.num, vring.align, ctx_.kernel());
        if (const Carveout* const registered = ctx_.carveouts().find_by_name(name)) {
            if (const auto line = find_misfit(*registered, da, size))
                return misfit(ErrorCode::vring_misfit, place_of_vring(entry, vdev, index, vring.num), *registered, da,
                              size, *line);
        } else if (auto added = register_carveout(Carveout::allocated(name, da, size)); !added) {
            return std::move(added).error();
        }
        const std::uint32_t id = resources_.notify_ids.take();
        ctx_.table().set_vring_notify_id(vdev.table_offset, index, id);
        vdev.vrings.push_back({vring.num, vring.align, id, std::move(name)});
        return std::nullopt;
    }

    void give_back_vrings(Vdev& vdev) {
        for (std::uint32_t i = 0; i < vdev.vrings.size(); ++i) {
            resources_.notify_ids.give_back(vdev.vrings[i].notify_id);
            ctx_.table().set_vring_address(vdev.table_offset, i, DeviceAddress(0));
            ctx_.table().set_vring_notify_id(vdev.table_offset, i, 0xffffffff);
        }
        vdev.vrings.clear();
    }

    void notice_few_vrings(const ResourceEntry& entry, std::uint32_t count) {
        ctx_.notice(Severity::warning, Error(ErrorCode::vdev_too_few_vrings, place_of(entry), count));
    }

    Context& ctx_;
    Resources& resources_;
};

namespace internal {

[[nodiscard]] inline bool is_known(const ResourceEntry& entry) noexcept {
    return entry.type() <= static_cast<std::uint32_t>(wire::EntryType::vdev);
}

template <Backend B, Platform P>
[[nodiscard]] Result<VendorEntry> handle_entry(Context& ctx, B& backend, P& platform, Resources& resources,
                                               const ResourceEntry& entry) {
    ResourceHandler handler(ctx, resources);
    if constexpr (HasIommu<P>) {
        if (static_cast<wire::EntryType>(entry.type()) == wire::EntryType::devmem) {
            RPROC_TRY(map_devmem(platform.iommu(), resources, entry));
            return VendorEntry::handled;
        }
    }
    if (is_known(entry)) {
        RPROC_TRY(handler.handle(entry));
        return VendorEntry::handled;
    }
    if constexpr (HasHandleRsc<B>) {
        if (entry.is_vendor()) {
            auto handled = backend.handle_rsc(ctx, entry);
            if (!handled || *handled == VendorEntry::handled) return handled;
        }
    }
    handler.ignore(entry);
    return VendorEntry::ignored;
}

}  // namespace internal

/// Takes in a whole resource table, entry by entry (the kernel's `rproc_handle_resources`).
/// @returns nothing, or
///   the error of an entry (ResourceTableView::entry, ResourceHandler::handle, map_devmem) or of the backend's
///   `handle_rsc`; vendor_entry_fails_boot: the last entry that Linux knows is a vendor's that no driver handles, on a
///   kernel where that fails (KernelProfile).
template <Backend B, Platform P>
[[nodiscard]] Result<void> handle_table(Context& ctx, B& backend, P& platform, Resources& resources,
                                        const ResourceTableView& table) {
    bool ends_ignored = false;
    RPROC_TRY(table.for_each([&](const ResourceEntry& entry) -> Result<void> {
        auto handled = internal::handle_entry(ctx, backend, platform, resources, entry);
        if (!handled) {
            if constexpr (HasAdvise<P>) std::as_const(platform).advise(handled.error());
            return fail(std::move(handled).error());
        }
        if (entry.is_vendor() || internal::is_known(entry)) ends_ignored = *handled == VendorEntry::ignored;
        return {};
    }));
    if (!ends_ignored || !ctx.kernel().unhandled_vendor_entry_fails_boot) return {};
    return fail(ErrorCode::vendor_entry_fails_boot, place::Table{});
}

}  // namespace rproc
