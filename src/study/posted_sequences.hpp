// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "rproc/core/boot_sequence.hpp"
#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/firmware/firmware.hpp"
#include "rproc/memory/address.hpp"
#include "rproc/memory/provider.hpp"
#include "rproc/result.hpp"
#include "rproc/tee/session.hpp"
#include "study/sequence_recorder.hpp"

/// The backends and sequences of posted versions of the series "Introduction of a remoteproc tee to load signed
/// firmware", if they release the firmware differently from the library. The backends do not track what is loaded; each
/// has the ops of its version. A version whose core has the rollback of BootSteps needs no sequence of its own.
namespace rproc::check {

/// v3 to v5: neither the command nor the op to release existed. For AlternateBoot.
class PostedV5 {
  public:
    explicit PostedV5(tee::Session<RecordingTee> session) noexcept : session_(std::move(session)) {}

    /// Required of every backend; AlternateBoot does not call it.
    template <MemoryProvider M>
    [[nodiscard]] Result<std::vector<std::byte>> parse_fw(Context& ctx, const Firmware& /*firmware*/, M& memory) {
        RPROC_TRY_ASSIGN(const LoadedTable table, loaded_table(ctx, memory));
        return std::vector<std::byte>(table.bytes.begin(), table.bytes.end());
    }

    [[nodiscard]] Result<void> load(Context& /*ctx*/, const Firmware& firmware) {
        return session_.load_fw(firmware.bytes());
    }

    template <MemoryProvider M>
    [[nodiscard]] Result<LoadedTable> loaded_table(Context& /*ctx*/, M& memory) {
        RPROC_TRY_ASSIGN(const tee::TableLocation table, session_.get_rsc_table());
        const auto range = PhysicalRange::make(table.pa, table.size);
        RPROC_TRY_ASSIGN(auto mapping, memory.map(range.value_or(PhysicalRange())));
        const std::span<std::byte> bytes = mapping.bytes();
        return LoadedTable{std::move(mapping), bytes};
    }

    [[nodiscard]] std::span<std::byte> find_loaded_rsc_table(Context& ctx, const Firmware& /*firmware*/) {
        const auto table = session_.get_rsc_table();
        return table ? ctx.carveouts().pa_to_va(table->pa, table->size) : std::span<std::byte>();
    }

    [[nodiscard]] Result<void> start(Context& /*ctx*/) { return session_.start_fw(); }
    [[nodiscard]] Result<void> stop(Context& /*ctx*/) { return session_.stop_fw(); }

  protected:
    tee::Session<RecordingTee> session_;
};

/// v15: with an op to release, which sends the command on every call. For PostedLoadFirst.
class PostedV15 : public PostedV5 {
  public:
    using PostedV5::PostedV5;

    void release_fw(Context& /*ctx*/) { static_cast<void>(session_.release_fw()); }
};

/// v21: parse_fw loads, and releases when it fails after the load; rproc_boot releases after every failure. The core is
/// that of Mainline.
class PostedV21 : public PostedV15 {
  public:
    using PostedV15::PostedV15;

    template <MemoryProvider M>
    [[nodiscard]] Result<std::vector<std::byte>> parse_fw(Context& ctx, const Firmware& firmware, M& memory) {
        RPROC_TRY(load(ctx, firmware));
        auto table = PostedV15::parse_fw(ctx, firmware, memory);
        if (!table) release_fw(ctx);
        return table;
    }
};

/// v15, a boot: rproc_boot releases after every failure that follows load_fw. rproc_fw_boot has already released in its
/// cleanup of resources, for failures from handle_resources on.
struct PostedLoadFirst : LoadFirst {
    template <class Steps>
    static void after_failure(Steps& steps, Step failed) {
        steps.roll_back();
        steps.forget_table();
        if (failed == Step::load) return;
        if (failed >= Step::handle_resources) steps.release_fw();
        steps.release_fw();
    }

    template <class Steps>
    static void after_stop(Steps& steps) {
        steps.roll_back();
        steps.release();
    }
};

/// v15, a recovery: does not call rproc_fw_boot. rproc_boot_recovery releases after a failure of rproc_start, but not
/// after one of load_fw.
struct PostedLoadFirstRecovery : PostedLoadFirst {
    template <class Steps>
    static void after_failure(Steps& steps, Step failed) {
        steps.roll_back();
        steps.forget_table();
        if (failed != Step::load) steps.release_fw();
    }
};
static_assert(OrdersRollback<PostedLoadFirst> && OrdersRollback<PostedLoadFirstRecovery>);

}  // namespace rproc::check
