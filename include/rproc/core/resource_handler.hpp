// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "rproc/core/context.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/memory/carveout.hpp"
#include "rproc/resource/entries.hpp"
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
        switch (static_cast<wire::EntryType>(entry.type())) {
            case wire::EntryType::carveout: return decoded(entry, decode_carveout(entry));
            case wire::EntryType::devmem: return refuse_devmem(entry);
            case wire::EntryType::trace: return decoded(entry, decode_trace(entry));
            case wire::EntryType::vdev: return decoded(entry, decode_vdev(entry));
            default: return {};
        }
    }

    /// Remembers that an entry was passed over, as Linux does with types that it does not know.
    void ignore(const ResourceEntry& entry) {
        const bool vendor = entry.is_vendor();
        const auto type = static_cast<std::int32_t>(entry.type());
        ctx_.notice(vendor ? Severity::note : Severity::warning,
                    {.code = vendor ? ErrorCode::vendor_entry_unhandled : ErrorCode::entry_type_unknown,
                     .what = vendor ? "no driver here handles this vendor's entry; it is ignored"
                                    : "Linux does not know this type of entry; it is ignored",
                     .where = place(entry),
                     .kernel_line = fmt::format("unsupported {}resource {}", vendor ? "vendor " : "", type),
                     .hint = "types are 0 carveout, 1 devmem, 2 trace, 3 vdev, 128 to 512 vendor"});
    }

  private:
    static constexpr std::uint32_t kMaxVrings = 2;

    template <class T>
    [[nodiscard]] Result<void> decoded(const ResourceEntry& entry, const Result<T>& payload) {
        if (!payload) return fail(payload.error());
        return take(entry, *payload);
    }

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
            return fail({.code = ErrorCode::carveout_claimed_twice,
                         .what = fmt::format("carveout \"{}\" is claimed by an earlier entry", name),
                         .where = place(entry),
                         .kernel_line = "Carveout already associated to resource table",
                         .hint = "keep one carveout entry for each name"});
        }
        if (auto misfit = find_misfit(*registered, da, request.len)) {
            misfit->code = ErrorCode::carveout_misfit;
            misfit->where = place(entry);
            return fail(std::move(*misfit));
        }
        registered->table_offset = entry.payload_offset();
        registered->flags = request.flags;
        return {};
    }

    /// Without an IOMMU there is nothing to map a device into; the kernel refuses, without a word.
    [[nodiscard]] static Result<void> refuse_devmem(const ResourceEntry& entry) {
        return fail({.code = ErrorCode::devmem_without_iommu,
                     .what = "a devmem entry needs an IOMMU, and this processor has none",
                     .where = place(entry),
                     .hint = "remove the entry: a Cortex-M4 on STM32MP15 reaches peripherals without it"});
    }

    /// A trace's place is not looked at before it is read.
    [[nodiscard]] Result<void> take(const ResourceEntry& /*entry*/, const wire::Trace& request) {
        resources_.traces.push_back(
            {std::string(wire::view(request.name)), DeviceAddress(request.da), std::uint64_t{request.len}});
        return {};
    }

    [[nodiscard]] Result<void> take(const ResourceEntry& entry, const VdevEntry& request) {
        if (request.vring_count() > kMaxVrings) {
            return fail(
                {.code = ErrorCode::vdev_too_many_vrings,
                 .what = fmt::format("asks for {} vrings, Linux takes at most {}", request.vring_count(), kMaxVrings),
                 .where = place(entry),
                 .kernel_line = fmt::format("too many vrings: {}", request.vring_count()),
                 .hint = "split the device, or give it two vrings"});
        }
        Vdev vdev{.index = static_cast<std::uint32_t>(resources_.vdevs.size()),
                  .id = request.header().id,
                  .table_offset = entry.payload_offset(),
                  .config_offset = entry.payload_offset() + request.config_offset(),
                  .config_len = request.header().config_len};
        auto problem = probe(vdev, request);
        vdev.usable = !problem;
        const std::uint32_t index = vdev.index;
        resources_.vdevs.push_back(std::move(vdev));
        if (!problem) {
            if (request.vring_count() < kMaxVrings) notice_few_vrings(entry, request.vring_count());
            return {};
        }
        if (problem->code == ErrorCode::carveout_limit) return fail(std::move(*problem));
        problem->where = place(entry) + problem->where;
        const int result = problem->kernel_result();
        ctx_.notice(Severity::error, std::move(*problem));
        ctx_.log(LogLevel::warning, LogSource::bus,
                 fmt::format("rproc-virtio: probe of rproc-virtio.{}.auto failed with error {}", index + 1, result));
        return {};
    }

    [[nodiscard]] static std::string place(const ResourceEntry& entry) { return "resource table, " + entry.describe(); }

    [[nodiscard]] static std::optional<DeviceAddress> requested_da(std::uint32_t da) {
        if (da == wire::kAddressAny) return std::nullopt;
        return DeviceAddress(da);
    }

    [[nodiscard]] Result<void> register_carveout(Carveout carveout) {
        RPROC_TRY(ctx_.carveouts().add(std::move(carveout)));
        return {};
    }

    /// Whether a registered carveout can serve a request (the kernel's `rproc_check_carveout_da`).
    [[nodiscard]] static std::optional<Error> find_misfit(const Carveout& carveout, std::optional<DeviceAddress> da,
                                                          std::uint64_t len) {
        constexpr std::uint64_t kSignedReach = 1ULL << 31U;  // the kernel takes the difference as a 32-bit int
        const auto misfit = [&](std::string_view line) {
            const auto asked = da ? fmt::format("{:#x}+{:#x}", da->value(), len) : fmt::format("{:#x} bytes", len);
            const auto has = carveout.da ? fmt::format("{:#x}+{:#x}", carveout.da->value(), carveout.size)
                                         : fmt::format("{:#x} bytes at no fixed address", carveout.size);
            return Error{.code = ErrorCode::vring_misfit,
                         .what = fmt::format("asks for {}, the carveout \"{}\" has {}", asked, carveout.name, has),
                         .kernel_line = std::string(line),
                         .hint = "use da 0xffffffff (any), or the memory-region's own address and at most its size"};
        };
        constexpr std::string_view kWrongLen = "Registered carveout doesn't fit len request";
        if (len > carveout.size) return misfit(kWrongLen);
        if (!da) return std::nullopt;
        if (!carveout.da) return misfit("");
        const auto offset = da->offset_from(*carveout.da);
        if (!offset || *offset >= kSignedReach) return misfit("Registered carveout doesn't fit da request");
        if (*offset > carveout.size - len) return misfit(kWrongLen);
        return std::nullopt;
    }

    /// First all vrings are checked, then all are given memory and an id, as the kernel's virtio driver does.
    [[nodiscard]] std::optional<Error> probe(Vdev& vdev, const VdevEntry& request) {
        for (std::uint32_t i = 0; i < request.vring_count(); ++i)
            if (auto problem = find_invalid(request.vring(i), i)) return problem;
        for (std::uint32_t i = 0; i < request.vring_count(); ++i) {
            if (auto problem = take_vring(vdev, request.vring(i), i)) {
                give_back_vrings(vdev);
                return problem;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] static std::optional<Error> find_invalid(const wire::Vring& vring, std::uint32_t index) {
        if (vring.num != 0 && vring.align != 0) return std::nullopt;
        return Error{
            .code = ErrorCode::vring_invalid,
            .what = fmt::format("num is {}, align is {}: neither may be 0", vring.num.get(), vring.align.get()),
            .where = fmt::format(", vring {}", index),
            .kernel_line = fmt::format("invalid qsz ({}) or alignment ({})", static_cast<std::int32_t>(vring.num.get()),
                                       static_cast<std::int32_t>(vring.align.get())),
            .hint = "set num to the number of buffers (a power of two) and align to 16"};
    }

    [[nodiscard]] std::optional<Error> take_vring(Vdev& vdev, const wire::Vring& vring, std::uint32_t index) {
        std::string name = fmt::format("vdev{}vring{}", vdev.index, index);
        const auto da = requested_da(vring.da);
        const std::uint64_t size = vring_carveout_size(vring.num, vring.align);
        if (const Carveout* const registered = ctx_.carveouts().find_by_name(name)) {
            if (auto misfit = find_misfit(*registered, da, size)) {
                misfit->where = fmt::format(", vring {} ({} descriptors)", index, vring.num.get());
                return misfit;
            }
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
        ctx_.notice(
            Severity::warning,
            {.code = ErrorCode::vdev_too_few_vrings,
             .what = fmt::format("has {} vrings; Linux 6.1 dereferences a null pointer and panics when it frees a "
                                 "virtio device that has not two",
                                 count),
             .where = place(entry),
             .hint = "give the device two vrings, even if one stays unused"});
    }

    Context& ctx_;
    Resources& resources_;
};

}  // namespace rproc
