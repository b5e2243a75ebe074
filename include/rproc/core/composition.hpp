// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/core/boot_sequence.hpp"
#include "rproc/core/concepts.hpp"
#include "rproc/observer.hpp"
#include "rproc/result.hpp"

/// What is said of a composition that misses a requirement: one sentence, the first that applies, with the op that is
/// missing and its contract. The requirements are those of core/concepts.hpp, and each has a case in
/// tests/compile/negative/composition.cpp.
namespace rproc::internal {

template <class B>
concept HasLoad = requires(B& b, Context& ctx, const ImageOf<B>& image) {
    { b.load(ctx, image) } -> std::same_as<Result<void>>;
};

template <class B>
concept HasStartByItself = requires(B& b, Context& ctx) {
    { b.start(ctx) } -> std::same_as<Result<void>>;
};
template <class B>
concept HasStartByCore = requires(B& b, Context& ctx, AnyCore& core) {
    { b.start(ctx, core) } -> std::same_as<Result<void>>;
};

template <class P>
concept HasName = requires(P& p) {
    { std::as_const(p).name() } -> std::convertible_to<std::string_view>;
};
template <class P>
concept HasMemory = requires(P& p) {
    { p.memory() } -> std::same_as<typename P::Memory&>;
};

template <class M>
concept HasMap = requires(M& m, PhysicalRange range) {
    { m.map(range) } -> std::same_as<Result<Mapping>>;
};
template <class M>
concept HasAllocate = requires(M& m, std::uint64_t size) {
    { m.allocate(size) } -> std::same_as<Result<Allocation>>;
};

template <class C>
concept HasPowerUp = requires(C& c, Context& ctx) {
    { c.power_up(ctx) } -> std::same_as<Result<void>>;
};

/// Each of the requirements, in the order in which a missing one is told.
enum class Requirement {
    none,
    parse,
    load,
    parse_fw,
    start,
    stop,
    name,
    memory,
    map,
    allocate,
    power_up,
    power_down,
    sequence,
    loaded_table,
    on_step_begin,
    on_step_end,
    on_step_failed,
    on_notice,
    on_log,
    on_state,
    other,  ///< of a concept that has more in it than is told apart here
};

template <class B>
[[nodiscard]] consteval Requirement missing_of_backend() {
    if (!std::same_as<ImageOf<B>, Firmware> && !HasParse<B>) return Requirement::parse;
    if (!HasLoad<B>) return Requirement::load;
    if (!ParsesImage<B> && !ParsesMemory<B>) return Requirement::parse_fw;
    if (!HasStartByItself<B> && !HasStartByCore<B>) return Requirement::start;
    if (!StartsCore<B> && !DrivesCore<B>) return Requirement::stop;
    return Backend<B> ? Requirement::none : Requirement::other;
}

template <class P>
[[nodiscard]] consteval Requirement missing_of_platform() {
    if constexpr (!HasName<P>) {
        return Requirement::name;
    } else if constexpr (!HasMemory<P>) {
        return Requirement::memory;
    } else if constexpr (!HasMap<typename P::Memory>) {
        return Requirement::map;
    } else if constexpr (!HasAllocate<typename P::Memory>) {
        return Requirement::allocate;
    } else {
        return Platform<P> ? Requirement::none : Requirement::other;
    }
}

template <class O>
[[nodiscard]] consteval Requirement missing_of_observer() {
    if (!requires(O & o, Step step) { o.on_step_begin(step); }) return Requirement::on_step_begin;
    if (!requires(O & o, Step step) { o.on_step_end(step); }) return Requirement::on_step_end;
    if (!requires(O & o, Step step, const Error& error) { o.on_step_failed(step, error); }) {
        return Requirement::on_step_failed;
    }
    if (!requires(O & o, const Error& error) { o.on_notice(Severity::warning, error); }) return Requirement::on_notice;
    if (!requires(O & o, const LogLine& line) { o.on_log(line); }) return Requirement::on_log;
    if (!requires(O & o, State state) { o.on_state(state, state); }) return Requirement::on_state;
    return Observer<O> ? Requirement::none : Requirement::other;
}

/// The first requirement that the policies, alone or together, do not meet.
template <class B, class P, class S, class O>
[[nodiscard]] consteval Requirement missing_requirement() {
    if (missing_of_backend<B>() != Requirement::none) return missing_of_backend<B>();
    if (missing_of_platform<P>() != Requirement::none) return missing_of_platform<P>();
    if (!StartsCore<B> && !HasPowerUp<P>) return Requirement::power_up;
    if (!StartsCore<B> && !CoreControl<P>) return Requirement::power_down;
    if (!BootSequence<S>) return Requirement::sequence;
    if (!Orders<S, B>) return Requirement::loaded_table;
    if (missing_of_observer<O>() != Requirement::none) return missing_of_observer<O>();
    return Composable<B, P> ? Requirement::none : Requirement::other;
}

/// Fails to compile with the sentence of the requirement that is missing.
template <class B, class P, class S, class O, Requirement missing = missing_requirement<B, P, S, O>()>
struct SaysWhatIsMissing {
    static_assert(missing != Requirement::parse,
                  "rproc: the backend has a type `Image` and no op `Result<Image> parse(Context&, const Firmware&)`, "
                  "which makes one of a firmware");
    static_assert(missing != Requirement::load,
                  "rproc: the backend has no op `Result<void> load(Context&, const Image&)`, which puts the image "
                  "where the processor expects it");
    static_assert(missing != Requirement::parse_fw,
                  "rproc: the backend has no op `Result<std::vector<std::byte>> parse_fw(Context&, const Image&)`, "
                  "which returns a copy of the firmware's resource table, empty without one");
    static_assert(missing != Requirement::start,
                  "rproc: the backend has no op `Result<void> start(Context&)`, which starts the core, nor `start("
                  "Context&, core)`, which has the platform do so by power_up");
    static_assert(missing != Requirement::stop,
                  "rproc: the backend has no op `Result<void> stop(Context&)`, which stops the core, also one that has "
                  "crashed; a backend whose start takes the core needs `stop(Context&, core)`");
    static_assert(missing != Requirement::name,
                  "rproc: the platform has no `std::string_view name() const`, which is the processor's name");
    static_assert(missing != Requirement::memory,
                  "rproc: the platform has no type `Memory` with `Memory& memory()`, from which carveouts get their "
                  "bytes");
    static_assert(missing != Requirement::map,
                  "rproc: the platform's Memory has no `Result<Mapping> map(PhysicalRange)`, which maps memory at a "
                  "fixed place");
    static_assert(missing != Requirement::allocate,
                  "rproc: the platform's Memory has no `Result<Allocation> allocate(std::uint64_t size)`, which finds "
                  "zeroed memory anywhere");
    static_assert(missing != Requirement::power_up,
                  "rproc: the backend leaves the core to the platform, which has no op `Result<void> power_up("
                  "Context&)`, which lets the core run");
    static_assert(missing != Requirement::power_down,
                  "rproc: the backend leaves the core to the platform, which has no op `Result<void> power_down("
                  "Context&)`, which holds the core in reset");
    static_assert(missing != Requirement::sequence,
                  "rproc: the boot sequence has no `kName` or no `static Result<void> run(steps)`, which runs the "
                  "steps of a boot in its order");
    static_assert(missing != Requirement::loaded_table,
                  "rproc: the boot sequence loads first, and the backend has no op `Result<LoadedTable> loaded_table("
                  "Context&, memory)`, which finds the resource table of a loaded image");
    static_assert(missing != Requirement::on_step_begin,
                  "rproc: the observer has no `void on_step_begin(Step)`; derive it from NullObserver, and give its "
                  "own member of that name these parameters");
    static_assert(missing != Requirement::on_step_end,
                  "rproc: the observer has no `void on_step_end(Step)`; derive it from NullObserver, and give its own "
                  "member of that name these parameters");
    static_assert(missing != Requirement::on_step_failed,
                  "rproc: the observer has no `void on_step_failed(Step, const Error&)`; derive it from NullObserver, "
                  "and give its own member of that name these parameters");
    static_assert(missing != Requirement::on_notice,
                  "rproc: the observer has no `void on_notice(Severity, const Error&)`; derive it from NullObserver, "
                  "and give its own member of that name these parameters");
    static_assert(missing != Requirement::on_log,
                  "rproc: the observer has no `void on_log(const LogLine&)`; derive it from NullObserver, and give its "
                  "own member of that name these parameters");
    static_assert(missing != Requirement::on_state,
                  "rproc: the observer has no `void on_state(State from, State to)`; derive it from NullObserver, and "
                  "give its own member of that name these parameters");
    static_assert(missing != Requirement::other, "rproc: the policies do not meet the concept Composable");
};

/// Policies that meet every requirement and do nothing: a composition that does not meet one has the members of theirs,
/// so that its use is no further error. `For` keeps them from being instantiated in a program without mistakes.
template <class For>
struct StandInBackend {
    Result<std::vector<std::byte>> parse_fw(Context& ctx, const Firmware& firmware);
    Result<void> load(Context& ctx, const Firmware& firmware);
    Result<void> start(Context& ctx);
    Result<void> stop(Context& ctx);
};

template <class For>
struct StandInPlatform {
    using Memory = AnyMemory;
    [[nodiscard]] std::string_view name() const;
    Memory& memory();
    Result<LoadedTable> attached_table(Context& ctx);
    Result<void> attach(Context& ctx);
    Result<void> detach(Context& ctx);
};

}  // namespace rproc::internal
