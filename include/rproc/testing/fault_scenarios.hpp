// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>
#include <tuple>

#include <fmt/format.h>

#include "rproc/testing/checked_life.hpp"
#include "rproc/testing/every_fault.hpp"

/// The sequences of operations during which faults are injected. For a processor that is detached at first, a boot is
/// an attach.
namespace rproc::testing::scenario {

struct BootAndDestroy {
    static constexpr std::string_view kName = "boot, destroy";
    static void run(auto& life) {
        life.boot();
        life.destroy();
    }
};

struct BootAndStop {
    static constexpr std::string_view kName = "boot, stop";
    static void run(auto& life) {
        life.boot();
        life.shutdown();
    }
};

/// Two users, and so two shutdowns.
struct BootTwice {
    static constexpr std::string_view kName = "boot twice, stop twice";
    static void run(auto& life) {
        life.boot();
        life.boot();
        life.shutdown();
        life.shutdown();
    }
};

struct BootAgain {
    static constexpr std::string_view kName = "boot, stop, boot, stop";
    static void run(auto& life) {
        life.boot();
        life.shutdown();
        life.boot();
        life.shutdown();
    }
};

struct CrashAndStop {
    static constexpr std::string_view kName = "boot, crash, stop";
    static void run(auto& life) {
        life.boot();
        life.crash();
        life.shutdown();
    }
};

struct CrashAndDestroy {
    static constexpr std::string_view kName = "boot, crash, destroy";
    static void run(auto& life) {
        life.boot();
        life.crash();
        life.destroy();
    }
};

struct CrashAndRecover {
    static constexpr std::string_view kName = "boot, crash, recover, stop";
    static void run(auto& life) {
        life.boot();
        life.crash();
        life.recover();
        life.shutdown();
    }
};

/// A failed recovery is repeated, and a second crash follows.
struct CrashTwice {
    static constexpr std::string_view kName = "boot, crash, recover, recover, crash, recover, destroy";
    static void run(auto& life) {
        life.boot();
        life.crash();
        life.recover();
        life.recover();
        life.crash();
        life.recover();
        life.destroy();
    }
};

struct BootAndDetach {
    static constexpr std::string_view kName = "attach, detach";
    static void run(auto& life) requires requires { life.detach(); }
    {
        life.boot();
        life.detach();
    }
};

struct DetachAfterRecovery {
    static constexpr std::string_view kName = "attach, crash, recover, detach, attach, stop";
    static void run(auto& life) requires requires { life.detach(); }
    {
        life.boot();
        life.crash();
        life.recover();
        life.detach();
        life.boot();
        life.shutdown();
    }
};

struct HandleCrash {
    static constexpr std::string_view kName = "boot, handle crash, stop";
    static void run(auto& life) {
        life.boot();
        life.handle_crash();
        life.shutdown();
    }
};

struct BootAndRemove {
    static constexpr std::string_view kName = "boot, remove";
    static void run(auto& life) {
        life.boot();
        life.remove();
    }
};

/// Uses virtio devices, also after a recovery.
struct BootAndKick {
    static constexpr std::string_view kName = "boot, kick, interrupt, handle crash, kick, interrupt, stop";
    static void run(auto& life) {
        life.boot();
        life.kick();
        life.interrupt();
        life.handle_crash();
        life.kick();
        life.interrupt();
        life.shutdown();
    }
};

/// A failed resume is repeated.
struct Suspend {
    static constexpr std::string_view kName = "boot, suspend, resume, resume, stop";
    static void run(auto& life) requires requires { life.suspend(); }
    {
        life.boot();
        life.suspend();
        life.resume();
        life.resume();
        life.shutdown();
    }
};

struct SuspendAndCrash {
    static constexpr std::string_view kName = "boot, suspend, crash, recover, suspend, resume, stop";
    static void run(auto& life) requires requires { life.suspend(); }
    {
        life.boot();
        life.suspend();
        life.crash();
        life.recover();
        life.suspend();
        life.resume();
        life.shutdown();
    }
};

struct SuspendAndDestroy {
    static constexpr std::string_view kName = "boot, suspend, destroy";
    static void run(auto& life) requires requires { life.suspend(); }
    {
        life.boot();
        life.suspend();
        life.destroy();
    }
};

struct SuspendAndRemove {
    static constexpr std::string_view kName = "boot, suspend, remove";
    static void run(auto& life) requires requires { life.suspend(); }
    {
        life.boot();
        life.suspend();
        life.remove();
    }
};

/// What another program has loaded must not run in place of this processor's firmware.
struct OwnerDiesLoaded {
    static constexpr std::string_view kName = "another owner dies after its load, boot, stop";
    static void run(auto& life) requires requires { life.owner_dies(OwnerDeath::loaded); }
    {
        life.owner_dies(OwnerDeath::loaded);
        life.boot();
        life.shutdown();
    }
};

/// What another program has started is not stopped before it is taken over.
struct OwnerDiesStarted {
    static constexpr std::string_view kName = "another owner dies after its start, boot, take over, boot, stop";
    static void run(auto& life) requires requires { life.owner_dies(OwnerDeath::started); }
    {
        life.owner_dies(OwnerDeath::started);
        life.boot_of_another_owners();
        life.take_over();
        life.boot();
        life.shutdown();
    }
};

/// All of them.
using All =
    std::tuple<BootAndDestroy, BootAndStop, BootTwice, BootAgain, CrashAndStop, CrashAndDestroy, CrashAndRecover,
               CrashTwice, BootAndDetach, DetachAfterRecovery, HandleCrash, BootAndRemove, BootAndKick, Suspend,
               SuspendAndCrash, SuspendAndDestroy, SuspendAndRemove, OwnerDiesLoaded, OwnerDiesStarted>;

}  // namespace rproc::testing::scenario

namespace rproc::testing {

/// Injects every fault into one scenario of a rig's processor. After each, injection ends, and the next boot must
/// succeed.
/// @param rig its name for the report.
template <FaultRig Rig, class Scenario>
[[nodiscard]] FaultReport every_fault_in(std::string_view rig) {
    return every_fault(fmt::format("{}: {}", rig, Scenario::kName), [](FaultTrial& trial) {
        CheckedLife<Rig> life(trial);
        Scenario::run(life);
        life.finish();
    });
}

/// Injects every fault into every scenario that the processor supports.
template <FaultRig Rig>
[[nodiscard]] FaultReport every_fault_of(std::string_view rig) {
    FaultReport report;
    const auto add = [&]<class Scenario>(Scenario) {
        if constexpr (requires(CheckedLife<Rig> & life) { Scenario::run(life); })
            report += every_fault_in<Rig, Scenario>(rig);
    };
    std::apply([&](auto... scenarios) { (add(scenarios), ...); }, scenario::All{});
    return report;
}

}  // namespace rproc::testing
