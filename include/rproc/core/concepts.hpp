// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/core/context.hpp"
#include "rproc/firmware/firmware.hpp"
#include "rproc/memory/iommu.hpp"
#include "rproc/memory/provider.hpp"
#include "rproc/resource/kernel_profile.hpp"
#include "rproc/resource/table_view.hpp"
#include "rproc/result.hpp"

/// What a backend and a platform must have, and what they may have. An op that a policy lacks is not called and costs
/// nothing; this table is the whole of the defaults (the kernel's `struct rproc_ops`):
///
///     op                      of        without it
///     parse_fw, load          backend   required
///     start, stop             backend   required
///     parse, Image            backend   every firmware passes; the image is the `Firmware` itself
///     boot_address            backend   0
///     find_loaded_rsc_table   backend   the cached table is not copied to the processor
///     loaded_table            backend   sequences that load first cannot be used
///     release_fw              backend   nothing to release
///     handle_rsc              backend   vendor entries of a resource table are ignored
///     name, memory            platform  required
///     power_up, power_down    platform  required by backends that leave the core to Linux (ELF)
///     prepare, unprepare      platform  no carveouts but those of the resource table
///     around_start/_stop      platform  the backend's start and stop are called as they are
///     pa_to_da                platform  allocated memory is seen at its physical address
///     da_to_pa                platform  the device addresses of the carveouts decide
///     without_table           platform  firmware whose resource table is missing or bad is refused (-22)
///     kernel_profile          platform  Linux 6.1 on 32-bit Arm (`kLinux61Arm32`)
///     advise                  platform  an error has the hint of its code
///     kick                    platform  no virtio device can be registered
///     initial_state           platform  offline
///     attached_table, attach, detach    platform  a processor that a bootloader has started is refused
///     iommu                   platform  devmem entries are refused
///     suspend, resume         platform  the processor runs on while Linux sleeps
///     panic                   platform  a dying Linux does not wait for the processor
///     auto_boot               platform  a registry does not boot it
namespace rproc {

namespace internal {

template <class B>
struct ImageOfBackend {
    using Type = Firmware;
};
template <class B>
requires requires { typename B::Image; }
struct ImageOfBackend<B> {
    using Type = typename B::Image;
};

}  // namespace internal

/// What the ops of a backend take: its type `Image`, which its `parse` makes of a firmware once for each boot, or, for
/// a backend that has none, the firmware itself. An image may point into the firmware's bytes, which outlive it.
template <class B>
using ImageOf = typename internal::ImageOfBackend<B>::Type;

/// A resource table in the processor's memory; `bytes` lie inside the mapping, and are empty without a table.
struct LoadedTable {
    Mapping mapping{};
    std::span<std::byte> bytes{};
};

/// How a vendor's entry of a resource table was taken.
enum class VendorEntry { handled, ignored };

/// The core control that Linux has over a processor which it starts by itself.
template <class C>
concept CoreControl = requires(C& c, Context& ctx) {
    // Lets the core run from the memory as it is now; on failure it does not run.
    { c.power_up(ctx) } -> std::same_as<Result<void>>;
    // Holds the core in reset. Called for a running and for a crashed core.
    { c.power_down(ctx) } -> std::same_as<Result<void>>;
};

namespace internal {

/// The least core control there is: what a backend's `start` is tried with when its concept is checked.
struct AnyCore {
    Result<void> power_up(Context& ctx);
    Result<void> power_down(Context& ctx);
};

/// The least memory there is, likewise.
struct AnyMemory {
    Result<Mapping> map(PhysicalRange range);
    Result<Allocation> allocate(std::uint64_t size);
};

using BackendOp = Result<void> (*)();

}  // namespace internal

/// A backend that starts and stops the core by itself, as a TEE does.
template <class B>
concept StartsCore = requires(B& b, Context& ctx) {
    // Starts what `load` loaded; on failure the core does not run.
    { b.start(ctx) } -> std::same_as<Result<void>>;
    // Stops it. Called also when it crashed.
    { b.stop(ctx) } -> std::same_as<Result<void>>;
};

/// A backend that leaves the core to Linux, and asks the platform to start and stop it.
template <class B>
concept DrivesCore = requires(B& b, Context& ctx, internal::AnyCore& core) {
    { b.start(ctx, core) } -> std::same_as<Result<void>>;
    { b.stop(ctx, core) } -> std::same_as<Result<void>>;
};

/// A backend that finds the resource table in the image.
template <class B>
concept ParsesImage = requires(B& b, Context& ctx, const ImageOf<B>& image) {
    // A copy of the firmware's resource table; empty when it has none. A table that the backend finds unusable but that
    // does not keep the firmware from booting is a notice and an empty result.
    { b.parse_fw(ctx, image) } -> std::same_as<Result<std::vector<std::byte>>>;
};

/// A backend that finds it in the processor's memory, because the image cannot be read before it is loaded.
template <class B>
concept ParsesMemory = requires(B& b, Context& ctx, const ImageOf<B>& image, internal::AnyMemory& memory) {
    // Likewise. Carveouts are registered by then, and not mapped: `memory` is the platform's.
    { b.parse_fw(ctx, image, memory) } -> std::same_as<Result<std::vector<std::byte>>>;
};

template <class B>
concept HasParse = requires(B& b, Context& ctx, const Firmware& firmware) {
    // Reads a firmware, or refuses it before anything is touched (the kernel's op sanity_check). Called once for each
    // boot and each recovery, by the first step that needs the image.
    { b.parse(ctx, firmware) } -> std::same_as<Result<ImageOf<B>>>;
};

/// The firmware ops: how an image becomes memory that runs.
template <class B>
concept Backend = requires(B& b, Context& ctx, const ImageOf<B>& image) {
    // Puts the image where the processor expects it, in the carveouts of `ctx`.
    { b.load(ctx, image) } -> std::same_as<Result<void>>;
    // What is not the firmware itself comes from `parse`.
    requires std::same_as<ImageOf<B>, Firmware> || HasParse<B>;
}
&&(ParsesImage<B> || ParsesMemory<B>)&&(StartsCore<B> || DrivesCore<B>);

/// What a SoC adds.
template <class P>
concept Platform = requires(P& p) {
    // The processor's name, as the kernel shows it ("m4"); valid as long as the platform.
    { std::as_const(p).name() } -> std::convertible_to<std::string_view>;
    // Where carveouts get their bytes.
    { p.memory() } -> std::same_as<typename P::Memory&>;
    requires MemoryProvider<typename P::Memory>;
};

/// The backend's start and stop fit what the platform can do.
template <class B, class P>
concept Composable = Backend<B> && Platform<P> &&(StartsCore<B> || CoreControl<P>);

// Optional ops of a backend.

template <class B>
concept HasBootAddress = requires(B& b, Context& ctx, const ImageOf<B>& image) {
    // Where the core begins; of use to platforms that set it.
    { b.boot_address(ctx, image) } -> std::same_as<DeviceAddress>;
};

template <class B>
concept HasFindLoadedRscTable = requires(B& b, Context& ctx, const ImageOf<B>& image) {
    // The resource table in the processor's memory, as long as the one that `parse_fw` gave, or empty when it is not
    // in any carveout. Valid until the carveouts are cleared.
    { b.find_loaded_rsc_table(ctx, image) } -> std::same_as<std::span<std::byte>>;
};

template <class B>
concept HasLoadedTable = requires(B& b, Context& ctx, internal::AnyMemory& memory) {
    // The resource table in the processor's memory once `load` has run, also before the carveouts are mapped;
    // empty when the firmware has none. Only a backend that loads without the carveouts' mappings can have this.
    { b.loaded_table(ctx, memory) } -> std::same_as<Result<LoadedTable>>;
};

template <class B>
concept HasReleaseFw = requires(B& b, Context& ctx) {
    // Releases what `parse_fw` and `load` took; the core is off. Must not fail.
    { b.release_fw(ctx) } -> std::same_as<void>;
};

template <class B>
concept HasHandleRsc = requires(B& b, Context& ctx, const ResourceEntry& entry) {
    // A vendor's entry (types 128 to 512).
    { b.handle_rsc(ctx, entry) } -> std::same_as<Result<VendorEntry>>;
};

// Optional ops of a platform.

template <class P>
concept HasPrepare = requires(P& p, Context& ctx) {
    // Registers the carveouts that the platform knows of. On failure the core forgets those registered so far.
    { p.prepare(ctx) } -> std::same_as<Result<void>>;
};

template <class P>
concept HasUnprepare = requires(P& p, Context& ctx) {
    { p.unprepare(ctx) } -> std::same_as<void>;
};

template <class P>
concept WrapsStart = requires(P& p, Context& ctx, internal::BackendOp start) {
    // Called in place of the backend's start, with a callable that is the backend's start. When it fails after that
    // has succeeded, the core stops what was started.
    { p.around_start(ctx, start) } -> std::same_as<Result<void>>;
};

template <class P>
concept WrapsStop = requires(P& p, Context& ctx, internal::BackendOp stop) {
    // Called in place of the backend's stop, with a callable that is the backend's stop.
    { p.around_stop(ctx, stop) } -> std::same_as<Result<void>>;
};

template <class P>
concept HasPaToDa = requires(const P& p, PhysicalAddress pa) {
    // Where the processor sees memory that Linux allocated, or nothing when it does not see it at all.
    { p.pa_to_da(pa) } -> std::same_as<std::optional<DeviceAddress>>;
};

template <class P>
concept HasDaToPa = requires(const P& p, DeviceRange range) {
    // Where the bus has what the processor sees at the range, all of it, or nothing where the platform has no rule for
    // it. Asked before the device addresses of the carveouts (the kernel's op da_to_va); the memory itself is a
    // carveout all the same. One with a physical address alone is found by this rule alone.
    { p.da_to_pa(range) } -> std::same_as<std::optional<PhysicalRange>>;
};

template <class P>
concept HasWithoutTable = requires(P& p, Context& ctx, Error why) {
    // Decides about firmware without a usable resource table, and says so in the driver's words: nothing, it boots
    // without one; an error, it is refused. `why` is what `parse_fw` of the backend returned (is_table_unusable).
    { p.without_table(ctx, std::move(why)) } -> std::same_as<Result<void>>;
};

template <class P>
concept HasKernelProfile = requires(const P& p) {
    // The kernel that drives the processor. Asked once, when the processor is made.
    { p.kernel_profile() } -> std::same_as<KernelProfile>;
};

template <class P>
concept HasAdvise = requires(const P& p, Error& error) {
    // Gives the refusal of a resource table's entry a hint that only the platform can: what to do on this SoC.
    { p.advise(error) } -> std::same_as<void>;
};

template <class P>
concept HasKick = requires(P& p, Context& ctx, std::uint32_t notify_id) {
    // Tells the processor that the vring of that notify id has something for it.
    { p.kick(ctx, notify_id) } -> std::same_as<Result<void>>;
};

/// A platform that can attach to a remote processor that another agent has started, such as a bootloader.
template <class P>
concept HasAttach = requires(P& p, Context& ctx) {
    // The resource table of the running firmware, in its memory; empty without one. Carveouts are registered by then,
    // and not mapped.
    { p.attached_table(ctx) } -> std::same_as<Result<LoadedTable>>;
    // Tells the hardware that Linux is there; on failure the core runs on.
    { p.attach(ctx) } -> std::same_as<Result<void>>;
    // Tells it that Linux leaves.
    { p.detach(ctx) } -> std::same_as<Result<void>>;
};

/// A core that restarts by itself after a crash, so that Linux has only to attach again (the kernel's
/// RPROC_FEAT_ATTACH_ON_RECOVERY).
template <class P>
concept AttachesOnRecovery = HasAttach<P> && requires {
    requires std::same_as<decltype(P::kAttachOnRecovery), const bool>;
    requires bool(P::kAttachOnRecovery);
};

/// A processor that sees memory through an IOMMU.
template <class P>
concept HasIommu = requires(P& p) {
    { p.iommu() } -> std::same_as<typename P::Iommu&>;
    requires IommuDomain<typename P::Iommu>;
};

/// What becomes of a processor while Linux sleeps.
enum class Sleep { runs_on, suspended };

/// A platform that has something to do when Linux goes to sleep.
template <class P>
concept HasSuspend = requires(P& p, Context& ctx) {
    // Called for a core that is up. On failure it is as before.
    { p.suspend(ctx) } -> std::same_as<Result<Sleep>>;
    // Linux is awake again. Called after every suspend that succeeded, unless the core was stopped meanwhile.
    { p.resume(ctx) } -> std::same_as<Result<void>>;
};

template <class P>
concept HasPanic = requires(P& p, Context& ctx) {
    // Linux panics: tells a core that is up, such as to save its state. Returns the time that it needs; must not wait.
    { p.panic(ctx) } -> std::same_as<std::chrono::milliseconds>;
};

template <class P>
concept HasAutoBoot = requires(const P& p) {
    // Whether the processor is to be booted as soon as it is registered.
    { p.auto_boot() } -> std::same_as<bool>;
};

template <class P>
concept HasInitialState = requires(P& p) {
    // offline, or detached when a bootloader has started the core.
    { p.initial_state() } -> std::same_as<State>;
};

}  // namespace rproc
