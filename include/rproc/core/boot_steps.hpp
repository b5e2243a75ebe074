// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "rproc/core/carveout_allocation.hpp"
#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/resource_handler.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/core/rollback.hpp"
#include "rproc/core/step_reporter.hpp"
#include "rproc/core/subdevices.hpp"
#include "rproc/core/virtio.hpp"
#include "rproc/firmware/firmware.hpp"
#include "rproc/observer.hpp"
#include "rproc/result.hpp"
#include "rproc/step.hpp"

namespace rproc {

/// The steps from which a boot sequence is composed, and the rollback of each.
///
/// Every step reports itself to the observer, and remembers what it did; `roll_back` and `release`, in this order, take
/// back all that was done, and leave no mapping, carveout, resource, firmware or table behind. Owned by one
/// RemoteProcessor, which holds its lock around every call.
template <class B, class P, class O>
requires Composable<B, P> && Observer<O>
class BootSteps {
  public:
    BootSteps(Context& ctx, B& backend, P& platform, O& observer) noexcept : parts_(ctx, backend, platform, observer) {}

    BootSteps(const BootSteps&) = delete;
    BootSteps& operator=(const BootSteps&) = delete;

    /// Names the firmware that the following steps work on; it must stay valid until `done_with_firmware`.
    void use(const Firmware& firmware) noexcept {
        firmware_ = &firmware;
        image_.reset();
    }
    /// Drops the firmware, and the image that was parsed from it.
    void done_with_firmware() noexcept {
        firmware_ = nullptr;
        image_.reset();
    }

    // The steps. Each returns nothing, or the error of the policy's op or of the core, with the step set. After
    // a failure `roll_back` and `release` take back all that was done. A step whose op the policies lack does nothing.

    /// Has the backend parse the image (the kernel's `rproc_fw_sanity_check`), which changes nothing yet, and logs the
    /// kernel's line "Booting fw image".
    [[nodiscard]] Result<void> sanity_check() {
        if constexpr (HasParse<B>) {
            RPROC_TRY(parts_.reporter.run(Step::sanity_check, [&] { return with_image([](const auto&) {}); }));
        }
        parts_.reporter.say(LogLevel::info, kBootingLine, {firmware_->name(), firmware_->bytes().size()});
        return {};
    }

    /// Attaches the IOMMU's domain, then has the platform register its carveouts (`rproc_prepare_device`).
    [[nodiscard]] Result<void> prepare() {
        RPROC_TRY(enable_iommu());
        if constexpr (HasPrepare<P>) {
            auto prepared = parts_.reporter.run(Step::prepare, [&] { return parts_.platform.prepare(parts_.ctx); });
            if (!prepared) parts_.forget_prepared();
            RPROC_TRY(std::move(prepared));
        }
        parts_.done.push_back(Step::prepare);
        return {};
    }

    /// Reads where the processor starts from the image (`rproc_get_boot_addr`), for `boot_address_read`.
    [[nodiscard]] Result<void> boot_address() {
        if constexpr (HasBootAddress<B>) {
            return parts_.reporter.run(Step::boot_address, [&] {
                return with_image(
                    [&](const auto& image) { boot_address_ = parts_.backend.boot_address(parts_.ctx, image); });
            });
        }
        return {};
    }

    /// Has the backend copy the resource table (`rproc_parse_fw`), which becomes the cached table in use.
    [[nodiscard]] Result<void> parse_fw() {
        return parts_.reporter.run(Step::parse_fw, [&]() -> Result<void> {
            RPROC_TRY_ASSIGN(auto table, parsed_table());
            parts_.tables.take_cached(std::move(table));
            return {};
        });
    }

    /// Takes the table in the processor's memory as the one in use, without a copy. For sequences that load first.
    [[nodiscard]] Result<void> loaded_table() requires HasLoadedTable<B> {
        return run_undoable(Step::loaded_table, [&]() -> Result<void> {
            RPROC_TRY_ASSIGN(auto table, parts_.backend.loaded_table(parts_.ctx, parts_.platform.memory()));
            parts_.tables.take_loaded(std::move(table));
            return {};
        });
    }

    /// Keeps a copy of the table in use, for `install_table` after the memory was loaded again.
    void save_table() { parts_.tables.save(); }

    /// Takes the table of a processor that another agent has started, where the platform says that it lies (the
    /// kernel's rproc_set_rsc_table).
    [[nodiscard]] Result<void> attached_table() requires HasAttach<P> {
        return run_undoable(Step::loaded_table, [&]() -> Result<void> {
            RPROC_TRY_ASSIGN(auto table, parts_.platform.attached_table(parts_.ctx));
            parts_.tables.take_loaded(std::move(table));
            parts_.tables.keep_clean();
            return {};
        });
    }

    /// Registers what the entries of the table in use ask for (`rproc_handle_resources`): carveouts without memory,
    /// vdevs with ids, traces. Maps devmem entries in the IOMMU, where there is one.
    /// @returns also the errors of ResourceTableView::parse.
    [[nodiscard]] Result<void> handle_resources() {
        parts_.done.push_back(Step::handle_resources);  // first: a table that fails half way leaves carveouts behind
        return parts_.reporter.run(Step::handle_resources, [&]() -> Result<void> {
            const std::span<const std::byte> bytes = parts_.ctx.table().bytes();
            if (bytes.empty()) return {};
            RPROC_TRY_ASSIGN(const auto table, ResourceTableView::parse(bytes));
            return handle_table(parts_.ctx, parts_.backend, parts_.platform, parts_.resources, table);
        });
    }

    /// Maps or allocates the memory of each registered carveout (`rproc_alloc_registered_carveouts`), and writes the
    /// addresses that it got to the table in use.
    /// @returns also the errors of the platform's memory provider and of its IOMMU.
    [[nodiscard]] Result<void> allocate_carveouts() {
        return run_undoable(Step::allocate_carveouts, [&]() -> Result<void> {
            for (Carveout& carveout : parts_.ctx.carveouts().all())
                RPROC_TRY(allocate_carveout(parts_.ctx, parts_.platform, parts_.resources, carveout));
            parts_.ctx.carveouts().index();
            return {};
        });
    }

    /// Has the backend write the image to the mapped carveouts (`rproc_load_segments`).
    [[nodiscard]] Result<void> load() {
        return parts_.reporter.run(Step::load, [&] {
            return with_image([&](const auto& image) { return parts_.backend.load(parts_.ctx, image); });
        });
    }

    /// Copies the cached table, with the addresses and ids that it has by now, over the one in the processor's memory;
    /// see ResourceTables::install.
    [[nodiscard]] Result<void> install_table() {
        if constexpr (HasFindLoadedRscTable<B>) {
            return run_undoable(Step::install_table, [&] {
                return with_image([&](const auto& image) {
                    return parts_.tables.install(parts_.backend.find_loaded_rsc_table(parts_.ctx, image));
                });
            });
        }
        return {};
    }

    /// Prepares the sub-devices, then starts the processor, inside whatever the platform wraps around it.
    [[nodiscard]] Result<void> start() {
        RPROC_TRY(prepare_subdevices());
        return run_undoable(Step::start, [&] { return start_core(parts_.ctx, parts_.backend, parts_.platform); });
    }

    /// Prepares the sub-devices, then attaches to a processor that runs. `roll_back` stops it, as in Linux.
    [[nodiscard]] Result<void> attach() requires HasAttach<P> {
        RPROC_TRY(prepare_subdevices());
        return run_undoable(Step::attach, [&] { return parts_.platform.attach(parts_.ctx); });
    }

    /// Attaches again after `detach`, as in a recovery by attach: with the resources that were kept, and their table
    /// installed once more.
    [[nodiscard]] Result<void> attach_again() requires HasAttach<P> {
        parts_.tables.install();
        RPROC_TRY(attach());
        return start_subdevices();
    }

    /// Starts the sub-devices, then registers the virtio devices (`rproc_start_subdevices`).
    [[nodiscard]] Result<void> start_subdevices() {
        return run_undoable(Step::start_subdevices, [&]() -> Result<void> {
            RPROC_TRY(parts_.subdevices.start());
            auto started = parts_.virtio.start();
            if (!started) parts_.subdevices.stop(StopReason::crash);
            return started;
        });
    }

    // The rollback; see Rollback.

    [[nodiscard]] Result<void> stop() { return rollback_.stop(); }
    [[nodiscard]] Result<void> detach() requires HasAttach<P> { return rollback_.detach(); }
    void roll_back() { rollback_.roll_back(); }
    void release_fw() { rollback_.release_fw(); }
    void forget_table() { rollback_.forget_table(); }
    void release() { rollback_.release(); }

    [[nodiscard]] const Resources& resources() const noexcept { return parts_.resources; }
    [[nodiscard]] VirtioBus& virtio() noexcept { return parts_.virtio; }
    [[nodiscard]] SubdeviceList& subdevices() noexcept { return parts_.subdevices; }
    /// Where the processor starts, as the backend read it from the image; 0 without that op.
    [[nodiscard]] DeviceAddress boot_address_read() const noexcept { return boot_address_; }

  private:
    template <class F>
    [[nodiscard]] Result<void> run_undoable(Step step, F body) {
        RPROC_TRY(parts_.reporter.run(step, std::move(body)));
        parts_.done.push_back(step);
        return {};
    }

    /// The backend's copy of the table; empty where the firmware has none that can be used, and the platform has it
    /// boot.
    [[nodiscard]] Result<std::vector<std::byte>> parsed_table() {
        auto table = backend_table();
        if constexpr (HasWithoutTable<P>) {
            if (table || !is_table_unusable(table.error().code())) return table;
            RPROC_TRY(parts_.platform.without_table(parts_.ctx, std::move(table).error()));
            return std::vector<std::byte>();
        }
        return table;
    }

    [[nodiscard]] Result<std::vector<std::byte>> backend_table() {
        RPROC_TRY_ASSIGN(const ImageOf<B>* const image, image_in_use());
        if constexpr (ParsesMemory<B>) {
            return parts_.backend.parse_fw(parts_.ctx, *image, parts_.platform.memory());
        } else {
            return parts_.backend.parse_fw(parts_.ctx, *image);
        }
    }

    /// What the backend made of the firmware; parsed by the first step that asks, which is `load` in a recovery.
    [[nodiscard]] Result<const ImageOf<B>*> image_in_use() {
        if constexpr (HasParse<B>) {
            if (!image_) {
                RPROC_TRY_ASSIGN(image_, parts_.backend.parse(parts_.ctx, *firmware_));
            }
            return &*image_;
        } else {
            return firmware_;
        }
    }

    /// Calls `f` with the image; `f` returns nothing or a Result<void>.
    template <class F>
    [[nodiscard]] Result<void> with_image(F f) {
        RPROC_TRY_ASSIGN(const ImageOf<B>* const image, image_in_use());
        if constexpr (std::is_void_v<decltype(f(*image))>) {
            f(*image);
            return {};
        } else {
            return f(*image);
        }
    }

    [[nodiscard]] Result<void> enable_iommu() {
        if constexpr (HasIommu<P>) {
            return run_undoable(Step::enable_iommu, [&] { return parts_.platform.iommu().attach(); });
        }
        return {};
    }

    /// A processor without sub-devices has no such step.
    [[nodiscard]] Result<void> prepare_subdevices() {
        if (parts_.subdevices.empty()) return {};
        return run_undoable(Step::prepare_subdevices, [&] { return parts_.subdevices.prepare(); });
    }

    BootParts<B, P, O> parts_;
    Rollback<B, P, O> rollback_{parts_};
    const Firmware* firmware_ = nullptr;
    std::optional<ImageOf<B>> image_;  ///< of a backend that parses
    DeviceAddress boot_address_;
};

}  // namespace rproc
