// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <utility>

#include "rproc/result.hpp"

namespace rproc {

/// The reason of a stop; the `crashed` argument of the kernel's rproc_stop_subdevices.
enum class StopReason : std::uint8_t {
    shutdown,  ///< the user requested it
    crash,     ///< the processor crashed, or its start failed: a sub-device must not communicate with it
};

/// A component whose lifetime follows that of the running processor (the kernel's `struct rproc_subdev`): a clock that
/// it needs, a service that communicates with it.
///
/// Threads: the functions are called with the processor's lock held. They must not call the processor, and must not
/// throw. Each may be empty.
struct Subdevice {
    std::string name{};                       ///< for SubdeviceList::remove
    std::function<Result<void>()> prepare{};  ///< before the core starts
    std::function<Result<void>()> start{};    ///< after the core started
    std::function<void(StopReason)> stop{};   ///< before the core stops, if the sub-device was started
    std::function<void()> unprepare{};        ///< after the core stopped, if the sub-device was prepared
};

/// The sub-devices of one processor. They are prepared and started in the order of their addition, stopped and
/// unprepared in the reverse order. If one fails, the preceding ones are rolled back.
///
/// Threads: not thread-safe; the processor's lock protects it.
class SubdeviceList {
  public:
    /// Appends a sub-device. A name may occur more than once.
    void add(Subdevice subdevice) { all_.push_back(std::move(subdevice)); }

    /// Removes the sub-devices of that name. @returns false if there was none.
    bool remove(std::string_view name) {
        return std::erase_if(all_, [&](const Subdevice& subdevice) { return subdevice.name == name; }) != 0;
    }

    /// Whether there is no sub-device.
    [[nodiscard]] bool empty() const noexcept { return all_.empty(); }

    /// Prepares all. @returns nothing, or the error of the first that failed; the preceding ones are unprepared again.
    [[nodiscard]] Result<void> prepare() {
        return each(&Subdevice::prepare, [](Subdevice& subdevice) { call(subdevice.unprepare); });
    }

    /// Starts all. @returns nothing, or the error of the first that failed; the preceding ones are stopped again
    /// (StopReason::crash).
    [[nodiscard]] Result<void> start() {
        return each(&Subdevice::start, [](Subdevice& subdevice) { call(subdevice.stop, StopReason::crash); });
    }

    /// Stops all, in reverse order.
    void stop(StopReason reason) {
        for (auto it = all_.rbegin(); it != all_.rend(); ++it) call(it->stop, reason);
    }

    /// Unprepares all, in reverse order.
    void unprepare() {
        for (auto it = all_.rbegin(); it != all_.rend(); ++it) call(it->unprepare);
    }

  private:
    template <class F, class... Args>
    static void call(F& function, Args... args) {
        if (function) function(args...);
    }

    template <class Undo>
    [[nodiscard]] Result<void> each(std::function<Result<void>()> Subdevice::*function, Undo undo) {
        for (auto it = all_.begin(); it != all_.end(); ++it) {
            auto done = (*it).*function ? ((*it).*function)() : Result<void>{};
            if (done) continue;
            while (it != all_.begin()) undo(*--it);
            if (done.error().place().empty()) done.error().set_place(place::Subdevice{});
            return done;
        }
        return {};
    }

    std::list<Subdevice> all_;
};

}  // namespace rproc
