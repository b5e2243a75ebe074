// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "error/outcome.hpp"
#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/firmware/firmware.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/memory/model_memory.hpp"
#include "rproc/observer.hpp"
#include "rproc/resource/table_view.hpp"

/// Policies for tests of the core: they write down every call, and refuse where they are told to.
namespace rproc::test {

/// The refusal of an op, with a kernel line of its own; {0} is the op.
inline constexpr ErrorText kRefusedOp{
    .code = ErrorCode::register_failed, .message = "{0} refused", .kernel_line = "{0} line"};

/// What the fakes of one test share.
struct Script {
    std::vector<std::string> calls;
    std::string refuse{};    ///< the op that refuses
    int refusals = 1 << 30;  ///< how often it does
    std::vector<std::byte> table{};
    VendorEntry vendor = VendorEntry::ignored;
    std::optional<DeviceAddress> loaded_table_at{};

    /// One call of an op: its outcome.
    [[nodiscard]] Result<void> call(const std::string& op) {
        calls.push_back(op);
        if (op != refuse || refusals == 0) return {};
        --refusals;
        return fail(kRefusedOp, {}, op);
    }
    [[nodiscard]] std::ptrdiff_t count(std::string_view op) const { return std::ranges::count(calls, op); }
};

/// A backend with every op, which starts the core by itself.
struct FullBackend {
    Script* script;

    Result<Firmware> parse(Context& /*ctx*/, const Firmware& firmware) {
        RPROC_TRY(script->call("parse"));
        return firmware;
    }
    DeviceAddress boot_address(Context& /*ctx*/, const Firmware& /*firmware*/) {
        static_cast<void>(script->call("boot_address"));
        return DeviceAddress(0x42);
    }
    Result<std::vector<std::byte>> parse_fw(Context& /*ctx*/, const Firmware& /*firmware*/) {
        RPROC_TRY(script->call("parse_fw"));
        return script->table;
    }
    Result<void> load(Context& /*ctx*/, const Firmware& /*firmware*/) { return script->call("load"); }
    std::span<std::byte> find_loaded_rsc_table(Context& ctx, const Firmware& /*firmware*/) {
        static_cast<void>(script->call("find_loaded_rsc_table"));
        if (!script->loaded_table_at) return {};
        return ctx.carveouts().da_to_va(*script->loaded_table_at, script->table.size());
    }
    Result<VendorEntry> handle_rsc(Context& /*ctx*/, const ResourceEntry& /*entry*/) {
        RPROC_TRY(script->call("handle_rsc"));
        return script->vendor;
    }
    Result<void> start(Context& /*ctx*/) { return script->call("start"); }
    Result<void> stop(Context& /*ctx*/) { return script->call("stop"); }
    void release_fw(Context& /*ctx*/) { static_cast<void>(script->call("release_fw")); }
};

/// A backend with no more than it must have, which leaves the core to the platform.
struct LeanBackend {
    Script* script;

    Result<std::vector<std::byte>> parse_fw(Context& /*ctx*/, const Firmware& /*firmware*/) {
        RPROC_TRY(script->call("parse_fw"));
        return script->table;
    }
    Result<void> load(Context& /*ctx*/, const Firmware& /*firmware*/) { return script->call("load"); }
    template <CoreControl C>
    Result<void> start(Context& ctx, C& core) {
        RPROC_TRY(script->call("start"));
        return core.power_up(ctx);
    }
    template <CoreControl C>
    Result<void> stop(Context& ctx, C& core) {
        RPROC_TRY(script->call("stop"));
        return core.power_down(ctx);
    }
};

/// A platform with no more than it must have.
struct BarePlatform {
    using Memory = ModelMemory;

    Script* script;
    ModelMemory model{};

    [[nodiscard]] std::string_view name() const { return "m4"; }
    ModelMemory& memory() { return model; }
};

/// A platform that has the memories of a board, controls its core and can kick it.
struct BoardPlatform : BarePlatform {
    Result<void> prepare(Context& ctx) {
        auto& carveouts = ctx.carveouts();
        RPROC_TRY(carveouts.add(Carveout::region("retram", DeviceAddress(0), PhysicalAddress(0x38000000), 0x1000)));
        RPROC_TRY(script->call("prepare"));
        RPROC_TRY(carveouts.add(
            Carveout::region("vdev0vring0", DeviceAddress(0x10040000), PhysicalAddress(0x10040000), 0x1000)));
        RPROC_TRY(carveouts.add(
            Carveout::region("vdev0vring1", DeviceAddress(0x10041000), PhysicalAddress(0x10041000), 0x1000)));
        RPROC_TRY(carveouts.add(Carveout::pool("vdev0buffer", PhysicalAddress(0x10042000), 0x4000)));
        return {};
    }
    Result<void> power_up(Context& /*ctx*/) { return script->call("power_up"); }
    Result<void> power_down(Context& /*ctx*/) { return script->call("power_down"); }
    Result<void> kick(Context& /*ctx*/, std::uint32_t notify_id) {
        return script->call("kick " + std::to_string(notify_id));
    }
};

/// A board that also undoes its preparation, and does something around start and stop.
struct WrappingPlatform : BoardPlatform {
    void unprepare(Context& ctx) {
        static_cast<void>(script->call(ctx.carveouts().size() == 0 ? "unprepare" : "unprepare with carveouts"));
    }
    template <class Start>
    Result<void> around_start(Context& /*ctx*/, Start start) {
        RPROC_TRY(script->call("before start"));
        RPROC_TRY(start());
        return script->call("after start");
    }
    template <class Stop>
    Result<void> around_stop(Context& /*ctx*/, Stop stop) {
        RPROC_TRY(script->call("before stop"));
        return stop();
    }
};

/// Hears everything, as one list of words.
struct Recorder {
    std::vector<std::string> events;
    std::vector<std::string> lines;    ///< of the kernel's log
    std::vector<std::string> notices;  ///< names of their codes
    std::vector<Step> open;            ///< steps that have begun and not ended
    bool balanced = true;

    void on_step_begin(Step step) {
        open.push_back(step);
        events.push_back("begin " + std::string(to_string(step)));
    }
    void on_step_end(Step step) { close(step, "end "); }
    void on_step_failed(Step step, const Error& error) {
        balanced = balanced && error.step() == step;
        close(step, "failed ");
    }
    void on_notice(Severity /*severity*/, const Error& error) { notices.emplace_back(name_of(error.code())); }
    void on_log(const LogLine& line) { lines.push_back(line.text()); }
    void on_state(State from, State to) {
        events.push_back(std::string(to_string(from)) + " > " + std::string(to_string(to)));
    }

    [[nodiscard]] bool all_closed() const { return balanced && open.empty(); }

  private:
    void close(Step step, std::string_view word) {
        balanced = balanced && !open.empty() && open.back() == step;
        if (!open.empty()) open.pop_back();
        events.push_back(std::string(word) + std::string(to_string(step)));
    }
};

[[nodiscard]] inline FirmwareSource some_firmware() { return FirmwareSource(Firmware("app.elf", {std::byte{1}})); }

}  // namespace rproc::test
