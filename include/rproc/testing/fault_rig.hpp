// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <vector>

#include "rproc/error_code.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/observer.hpp"
#include "rproc/result.hpp"
#include "rproc/state.hpp"
#include "rproc/testing/faults.hpp"
#include "rproc/testing/life_watch.hpp"

/// What a user of the fault harness defines: the processor under test, and what may happen to it from outside.
namespace rproc::testing {

/// A processor with all of its dependencies, constructed for each fault. The user of the harness defines it.
template <class R>
concept FaultRig = std::constructible_from<R, Faults> &&
    requires(R& rig, ObserverRef<LifeWatch> observer, State state) {
    // A RemoteProcessor whose observer is ObserverRef<LifeWatch>.
    typename R::Processor;
    // Makes a processor, whose policies are wrapped with the faults of the rig. Called again after its destruction.
    { rig.make(observer) } -> std::same_as<Result<std::unique_ptr<typename R::Processor>>>;
    // The firmware that it boots; valid.
    { rig.firmware() } -> std::same_as<FirmwareSource>;
    // The violations outside of the processor when it is in that state, in words: memory that is still mapped, a
    // session that is still open. `deleted` means that there is no processor; a removed processor that still exists
    // counts as offline or detached.
    { rig.violations_in(state) } -> std::same_as<std::vector<std::string>>;
};

/// A rig with a firmware that its processor must refuse: `finish` boots it after the faults. What ran before a fault,
/// or was loaded, must not run in its place.
template <class R>
concept HasRefusedFirmware = requires(R& rig) {
    { rig.refused_firmware() } -> std::same_as<FirmwareSource>;
    { R::kRefusal } -> std::convertible_to<ErrorCode>;  // of its boot
};

/// The point at which another program that owned the processor died.
enum class OwnerDeath {
    loaded,   ///< after it loaded a firmware of its own
    started,  ///< after it started that
};

/// A rig whose processor may have another owner before, which dies without a rollback.
template <class R>
concept HasOtherOwner = requires(R& rig, OwnerDeath when) {
    rig.owner_dies(when);  // called without a processor
    rig.take_over();       // processors that are made from now on may stop what another owner has started
    { R::kRunning } -> std::convertible_to<ErrorCode>;  // of a boot while the other owner's firmware runs
};

}  // namespace rproc::testing
