// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/resource_tables.hpp"
#include "rproc/firmware/firmware.hpp"
#include "rproc/memory/device_copy.hpp"
#include "rproc/memory/mapping.hpp"
#include "rproc/result.hpp"
#include "rproc/tee/client.hpp"
#include "rproc/tee/session.hpp"

namespace rproc::tee {

/// A trusted application loads the firmware, from an image signed for it, and starts and stops the core (series
/// "Introduction of a remoteproc tee to load signed firmware", v21 and v22). Made by TeeContext::register_processor.
///
/// One processor each; owns its session, which is closed when the backend is destroyed. Where it differs from the
/// series, on purpose: it brings the processor to OFF before it loads what it cannot know to be OFF; a firmware without
/// a resource table boots; what was loaded is released once, however it ended; addresses of 64 bits are taken as they
/// are.
///
/// After tee_application_died the next operation begins with the processor off. Where the core ran when the application
/// died, that operation has a notice: tee_state_lost.
template <Client C>
class Backend {
  public:
    /// @param running what is done with a processor that another program has left running.
    explicit Backend(Session<C> session, RunningProcessor running = RunningProcessor::refuse) noexcept
        : session_(std::move(session)), running_(running) {}

    /// Loads the image, and copies the table from where the TEE says that it put it.
    /// @returns the copy, empty when the firmware has none (a notice: table_missing), or
    ///   an error of `load` or `loaded_table`.
    template <MemoryProvider M>
    [[nodiscard]] Result<std::vector<std::byte>> parse_fw(Context& ctx, const Firmware& firmware, M& memory) {
        RPROC_TRY(load(ctx, firmware));
        RPROC_TRY_ASSIGN(const LoadedTable table, loaded_table(ctx, memory));
        std::vector<std::byte> copy(table.bytes.size());
        copy_from_device(copy, table.bytes);
        return copy;
    }

    /// Has the TEE authenticate and load the image. Does nothing when it is loaded already (a boot calls it twice);
    /// after a stop, as in a recovery, it really loads. Before the first load, and after a release that failed, the
    /// processor is brought to OFF: the TEE would take the image that it still holds for this one.
    /// @returns nothing, or an error of Session::load_fw or Session::bring_to_off.
    [[nodiscard]] Result<void> load(Context& ctx, const Firmware& firmware) {
        RPROC_TRY(bring_to_off(ctx));
        auto loaded = watch(session_.load_fw(firmware.bytes()));
        if (!loaded) explain_refusal(loaded.error(), firmware);
        if (!loaded && loaded.error().code() == ErrorCode::tee_application_died) return loaded;
        // A refusal, too, may leave something in the processor's memory: OP-TEE's application does not clean up.
        const bool answered = loaded || loaded.error().code() == ErrorCode::tee_refused;
        held_ = answered ? Held::current : Held::unsure;
        return loaded;
    }

    /// The table in the processor's memory, mapped through `memory` because no carveout is mapped yet.
    /// @returns the mapping, none when the firmware has no table (a notice: table_missing), or
    ///   tee_table_unmappable: the address that the TEE gives is not one that `memory` can show;
    ///   an error of Session::get_rsc_table.
    template <MemoryProvider M>
    [[nodiscard]] Result<LoadedTable> loaded_table(Context& ctx, M& memory) {
        RPROC_TRY_ASSIGN(const TableLocation table, watch(session_.get_rsc_table()));
        if (table.size == 0) {
            ctx.notice(Severity::warning, Error(kNoTable, {}));
            return LoadedTable{};
        }
        return map(ctx, memory, table);
    }

    /// The table in the mapped carveouts (the kernel's `rproc_pa_to_va`); empty when there is none, or when no carveout
    /// holds it (a notice: table_not_in_memory).
    [[nodiscard]] std::span<std::byte> find_loaded_rsc_table(Context& ctx, const Firmware& /*firmware*/) {
        auto table = watch(session_.get_rsc_table());
        if (!table) {
            ctx.notice(Severity::warning, std::move(table).error());
            return {};
        }
        if (table->size == 0) {
            notice_table_dropped(ctx);
            return {};
        }
        const auto bytes = ctx.carveouts().pa_to_va(table->pa, table->size);
        if (bytes.empty()) {
            ctx.notice(Severity::warning, Error(kTableOutsideCarveouts, {}, table->pa.value(), table->size));
        }
        return bytes;
    }

    /// Starts the core.
    /// @returns nothing, or tee_application_died: the application died after it loaded the image;
    ///   or an error of Session::start_fw.
    [[nodiscard]] Result<void> start(Context& /*ctx*/) {
        if (died_) return fail(*died_);
        core_ = Core::started;
        auto started = watch(session_.start_fw());
        if (!started && started.error().code() == ErrorCode::tee_refused) core_ = Core::stopped;
        return started;
    }

    /// Stops the core. After the death of the application, which leaves no command that would stop it: a notice,
    /// tee_state_lost.
    /// @returns nothing, or an error of Session::stop_fw.
    [[nodiscard]] Result<void> stop(Context& ctx) {
        if (core_ != Core::lost) core_ = Core::started;  // also one that a bootloader has started
        RPROC_TRY_ASSIGN(const ProcessorEntry entry, watch(stop_fw()));
        settle(ctx, entry);
        return {};
    }

    /// Has the TEE clear the processor's memory, once for what was loaded. Only when the processor is offline; one that
    /// is detached runs, and keeps its firmware.
    void release_fw(Context& ctx) {
        if (held_ == Held::unknown || held_ == Held::nothing || ctx.state() == State::detached) return;
        if (ctx.state() != State::offline) {
            ctx.log(LogLevel::error, LogSource::driver, "unexpected rproc state: {0}", {static_cast<int>(ctx.state())});
            return;
        }
        if (auto released = release(); !released) ctx.notice(Severity::warning, std::move(released).error());
    }

  private:
    static constexpr ErrorText kNoTable{
        .code = ErrorCode::table_missing,
        .message = "the signed firmware has no resource table: it gets no trace, no virtio, no rpmsg",
        .hint = "link a section .resource_table into one of its images, if it needs one"};
    static constexpr ErrorText kTableOutsideCarveouts{
        .code = ErrorCode::table_not_in_memory,
        .message =
            "the resource table at pa {0:#x} ({1} bytes) lies in no carveout: the firmware never sees what Linux "
            "writes to it",
        .hint = "add the table's memory to the node's memory-region"};

    /// What the TEE holds for this processor, as far as this side knows.
    enum class Held {
        unknown,  ///< what another program has left there
        nothing,
        current,  ///< what this boot loaded, or a part of it
        unsure,   ///< what an earlier boot loaded: its release failed, or its load had no answer
    };

    /// What the core does, as far as this side knows.
    enum class Core {
        stopped,  ///< this side has not started it
        started,
        lost,  ///< it was started, and then the application died
    };

    /// After the application's death nothing is known any more.
    template <class T>
    [[nodiscard]] Result<T> watch(Result<T> result) {
        if (result || result.error().code() != ErrorCode::tee_application_died) return result;
        died_ = result.error();
        held_ = Held::unknown;
        if (core_ == Core::started) core_ = Core::lost;
        return result;
    }

    [[nodiscard]] Result<void> bring_to_off(Context& ctx) {
        if (held_ == Held::nothing || held_ == Held::current) return {};
        // What this side has started itself, it may stop.
        const RunningProcessor running = core_ == Core::started ? RunningProcessor::take_over : running_;
        RPROC_TRY_ASSIGN(const ProcessorEntry entry, watch(session_.bring_to_off(running)));
        held_ = Held::nothing;
        died_.reset();
        settle(ctx, entry);
        return {};
    }

    /// The core is stopped, or the application does not know that it runs.
    void settle(Context& ctx, ProcessorEntry entry) {
        const bool lost = core_ == Core::lost && entry == ProcessorEntry::absent;
        core_ = Core::stopped;
        if (lost) ctx.notice(Severity::warning, Error(ErrorCode::tee_state_lost, {}));
    }

    [[nodiscard]] Result<ProcessorEntry> stop_fw() {
        if (core_ == Core::lost) return session_.stop_if_known();
        RPROC_TRY(session_.stop_fw());
        return ProcessorEntry::present;
    }

    /// A processor that runs is left alone: it is Linux that believes it to be off.
    [[nodiscard]] Result<void> release() {
        auto released = watch(session_.bring_to_off(RunningProcessor::refuse));
        if (released) {
            held_ = Held::nothing;
            if (core_ == Core::started) core_ = Core::stopped;
            return {};
        }
        if (held_ != Held::unknown) held_ = Held::unsure;
        return fail(std::move(released).error());
    }

    template <MemoryProvider M>
    [[nodiscard]] static Result<LoadedTable> map(const Context& ctx, M& memory, const TableLocation& table) {
        const auto range = PhysicalRange::make(table.pa, table.size);
        if (!range) return fail(unmappable(table, "it runs past the end of the address space"));
        auto mapped = map_table(ctx, memory, *range);
        if (!mapped) return fail(unmappable(table, mapped.error().what()));
        return mapped;
    }

    [[nodiscard]] static Error unmappable(const TableLocation& table, std::string_view why) {
        return Error(ErrorCode::tee_table_unmappable, place::TableAtPhysical{table.pa.value(), table.size},
                     table.pa.value(), table.size, why);
    }

    /// Says what the TEE cannot know: what the file is instead of a signed image.
    static void explain_refusal(Error& error, const Firmware& firmware) {
        error.set_place(place::Firmware{firmware.name()});
        if (error.code() != ErrorCode::tee_refused || !is_elf(firmware)) return;
        error.set_note("this is a plain ELF file");
        error.set_hint("sign it: rproc sign --in {name} --key KEY --out {name}.signed");
    }

    [[nodiscard]] static bool is_elf(const Firmware& firmware) {
        static constexpr std::array kMagic{std::byte{0x7f}, std::byte{'E'}, std::byte{'L'}, std::byte{'F'}};
        return firmware.bytes().size() >= kMagic.size() &&
               std::ranges::equal(firmware.bytes().first(kMagic.size()), kMagic);
    }

    Session<C> session_;
    RunningProcessor running_;
    Held held_ = Held::unknown;
    Core core_ = Core::stopped;
    std::optional<Error> died_;  ///< the death of the application, until the next load
};

}  // namespace rproc::tee
