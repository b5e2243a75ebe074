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

/// Why a processor is stopped.
enum class StopReason : std::uint8_t {
    shutdown,  ///< somebody wants it off
    crash,     ///< it has crashed, or could not be started as a whole: do not talk to it
};

/// Something that comes and goes with a running processor (the kernel's `struct rproc_subdev`): a clock that it needs,
/// a service that talks to it. Each function may be empty; all are called with the processor's lock held, must not call
/// the processor and must not throw.
struct Subdevice {
    std::string name{};
    std::function<Result<void>()> prepare{};  ///< before the core is started
    std::function<Result<void>()> start{};    ///< once it runs
    std::function<void(StopReason)> stop{};   ///< before it is stopped; only what was started
    std::function<void()> unprepare{};        ///< after it was stopped; only what was prepared
};

/// The sub-devices of one processor. Prepared and started in the order in which they were added, stopped and unprepared
/// in the reverse order; when one refuses, those before it are taken back. Used under the processor's lock.
class SubdeviceList {
  public:
    void add(Subdevice subdevice) { all_.push_back(std::move(subdevice)); }

    /// @returns false when there is none of that name.
    bool remove(std::string_view name) {
        return std::erase_if(all_, [&](const Subdevice& subdevice) { return subdevice.name == name; }) != 0;
    }

    [[nodiscard]] bool empty() const noexcept { return all_.empty(); }

    /// @returns nothing, or the error of the one that refused; then none is prepared.
    [[nodiscard]] Result<void> prepare() {
        return each(&Subdevice::prepare, [](Subdevice& subdevice) { call(subdevice.unprepare); });
    }

    /// @returns nothing, or the error of the one that refused; then none is started.
    [[nodiscard]] Result<void> start() {
        return each(&Subdevice::start, [](Subdevice& subdevice) { call(subdevice.stop, StopReason::crash); });
    }

    void stop(StopReason reason) {
        for (auto it = all_.rbegin(); it != all_.rend(); ++it) call(it->stop, reason);
    }

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
