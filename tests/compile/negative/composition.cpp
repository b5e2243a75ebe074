// SPDX-License-Identifier: BSD-2-Clause
// expect-error: the backend has no op .Result<void> load\(
// expect-error: the backend has no op .Result<std::vector<std::byte>> parse_fw\(
// expect-error: the backend has no op .Result<void> start\(
// expect-error: the backend has no op .Result<void> stop\(Context&\)., .*whose start takes the core needs
// expect-error: the platform has no .std::string_view name\(\) const
// expect-error: the platform has no type .Memory. with
// expect-error: the platform's Memory has no .Result<Mapping> map\(
// expect-error: the platform's Memory has no .Result<Allocation> allocate\(
// expect-error: the platform, which has no op .Result<void> power_up\(
// expect-error: the platform, which has no op .Result<void> power_down\(
// expect-error: the boot sequence has no .kName. or no
// expect-error: the boot sequence loads first, and the backend has no op .Result<LoadedTable> loaded_table\(
// expect-error: the observer has no .void on_step_begin\(Step\)
// expect-error: the observer has no .void on_step_end\(Step\)
// expect-error: the observer has no .void on_step_failed\(Step, const Error&\)
// expect-error: the observer has no .void on_notice\(Severity, const Error&\)
// expect-error: the observer has no .void on_log\(const LogLine&\)
// expect-error: the observer has no .void on_state\(State from, State to\)
// expect-error: the backend has a type .Image. and no op .Result<Image> parse\(
// expect-error-count: 22
//
// A composition that misses a requirement fails with one sentence: each is used below, and each is one error.
#include <vector>

#include "rproc/core/remote_processor.hpp"
#include "rproc/memory/model_memory.hpp"

using rproc::Context;
using rproc::Firmware;
using rproc::Result;

struct OwnBackend {
    Result<std::vector<std::byte>> parse_fw(Context& /*ctx*/, const Firmware& /*firmware*/) {
        return std::vector<std::byte>();
    }
    Result<void> load(Context& /*ctx*/, const Firmware& /*firmware*/) { return {}; }
    Result<void> start(Context& /*ctx*/) { return {}; }
    Result<void> stop(Context& /*ctx*/) { return {}; }
};

/// Leaves the core to the platform.
struct LeavingBackend : OwnBackend {
    template <rproc::CoreControl C>
    Result<void> start(Context& ctx, C& core) {
        return core.power_up(ctx);
    }
    template <rproc::CoreControl C>
    Result<void> stop(Context& ctx, C& core) {
        return core.power_down(ctx);
    }
};

struct OwnPlatform {
    using Memory = rproc::ModelMemory;
    Memory model{};

    [[nodiscard]] std::string_view name() const { return "m4"; }
    Memory& memory() { return model; }
    Result<void> power_up(Context& /*ctx*/) { return {}; }
    Result<void> power_down(Context& /*ctx*/) { return {}; }
};

/// Uses a processor as a program does: of all this, only the composition is wrong.
template <class B, class P, class S = rproc::Mainline, class O = rproc::NullObserver>
void use(B backend, P platform) {
    rproc::RemoteProcessor<B, P, S, O> processor(backend, platform);
    if (!processor.boot()) return;
    const auto traces = processor.visit([](const rproc::ProcessorView& now) { return now.resources.traces.size(); });
    static_cast<void>(traces);
    static_cast<void>(&processor.platform());
    static_cast<void>(processor.shutdown());
}

/// A member of other parameters hides that of NullObserver.
struct NoStepBegin : rproc::NullObserver {
    void on_step_begin() {}
};
struct NoStepEnd : rproc::NullObserver {
    void on_step_end(const rproc::Error& /*error*/) {}
};
struct NoStepFailed : rproc::NullObserver {
    void on_step_failed(rproc::Step /*step*/) {}
};
struct NoNotice : rproc::NullObserver {
    void on_notice(const rproc::Error& /*error*/) {}
};
struct NoLog : rproc::NullObserver {
    void on_log(std::string_view /*text*/) {}
};
struct NoState : rproc::NullObserver {
    void on_state(rproc::State /*to*/) {}
};
/// Not derived.
struct Deaf {
    void on_state(rproc::State /*from*/, rproc::State /*to*/) {}
};

#ifdef RPROC_NEGATIVE

struct UnparsedImage : OwnBackend {
    struct Image {};
};
struct NoLoad : OwnBackend {
    void load() = delete;
};
struct NoParse : OwnBackend {
    void parse_fw() = delete;
};
struct NoStart : OwnBackend {
    void start() = delete;
};
struct NoStop : OwnBackend {
    void stop() = delete;
};
/// The start takes the core, and the stop does not.
struct OtherStop : OwnBackend {
    Result<void> start(Context& /*ctx*/, rproc::internal::AnyCore& /*core*/) { return {}; }
};
/// An op that returns something else is not the op.
struct VoidLoad : OwnBackend {
    void load(Context& /*ctx*/, const Firmware& /*firmware*/) {}
};

struct NoName : OwnPlatform {
    void name() = delete;
};
struct NoMemory : OwnPlatform {
    using Memory = void;
};
struct NoMap : OwnPlatform {
    struct Memory {
        Result<rproc::Allocation> allocate(std::uint64_t size);
    };
    Memory& memory();
};
struct NoAllocate : OwnPlatform {
    struct Memory {
        Result<rproc::Mapping> map(rproc::PhysicalRange range);
    };
    Memory& memory();
};
struct NoPowerUp : OwnPlatform {
    void power_up() = delete;
};
struct NoPowerDown : OwnPlatform {
    void power_down() = delete;
};

struct NoRun {
    static constexpr std::string_view kName = "no run";
};

void use_all() {
    use(UnparsedImage{}, OwnPlatform{});
    use(NoLoad{}, OwnPlatform{});
    use(VoidLoad{}, OwnPlatform{});
    use(NoParse{}, OwnPlatform{});
    use(NoStart{}, OwnPlatform{});
    use(NoStop{}, OwnPlatform{});
    use(OtherStop{}, OwnPlatform{});
    use(OwnBackend{}, NoName{});
    use(OwnBackend{}, NoMemory{});
    use(OwnBackend{}, NoMap{});
    use(OwnBackend{}, NoAllocate{});
    use(LeavingBackend{}, NoPowerUp{});
    use(LeavingBackend{}, NoPowerDown{});
    use<OwnBackend, OwnPlatform, NoRun>({}, {});
    use<OwnBackend, OwnPlatform, rproc::AlternateBoot>({}, {});
    use<OwnBackend, OwnPlatform, rproc::Mainline, NoStepBegin>({}, {});
    use<OwnBackend, OwnPlatform, rproc::Mainline, NoStepEnd>({}, {});
    use<OwnBackend, OwnPlatform, rproc::Mainline, NoStepFailed>({}, {});
    use<OwnBackend, OwnPlatform, rproc::Mainline, NoNotice>({}, {});
    use<OwnBackend, OwnPlatform, rproc::Mainline, NoLog>({}, {});
    use<OwnBackend, OwnPlatform, rproc::Mainline, NoState>({}, {});
    use<OwnBackend, OwnPlatform, rproc::Mainline, Deaf>({}, {});
}

#else

void use_all() {
    use(OwnBackend{}, OwnPlatform{});
    use(LeavingBackend{}, OwnPlatform{});
}

#endif
