// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>
#include <utility>

#include "rproc/core/virtio_device.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// The virtio side of a processor, for any thread: each call takes the processor's lock, so it waits for a boot or a
/// stop that is under way. For interrupts, and for threads that must not wait, there is KickWorker. Made by
/// RemoteProcessor::virtio; the processor must outlive it.
template <class LifeCycle>
class VirtioAccess {
  public:
    VirtioAccess(std::mutex& lock, LifeCycle& life) noexcept : lock_(lock), life_(life) {}

    /// From now on this driver serves the devices of its id that have none, also those of a processor that runs.
    void add_driver(VirtioDriver driver) {
        const std::scoped_lock guard(lock_);
        life_.virtio().add_driver(std::move(driver));
        life_.flush();
    }

    /// Takes the driver of that name away from its devices, and forgets it.
    void remove_driver(std::string_view name) {
        const std::scoped_lock guard(lock_);
        life_.virtio().remove_driver(name);
        life_.flush();
    }

    /// Tells the firmware that there is something in the queue of that notify id.
    /// @returns nothing, or
    ///   vring_unknown: no driver has taken such a queue, or the processor is off;
    ///   or the platform's error (mailbox_failed).
    [[nodiscard]] Result<void> kick(std::uint32_t notify_id) {
        const std::scoped_lock guard(lock_);
        auto kicked = life_.virtio().kick(notify_id);
        life_.flush();
        return kicked;
    }

    /// The firmware has something in that queue: calls the function with which its driver took it (the kernel's
    /// rproc_vq_interrupt).
    /// @returns false when no driver has taken such a queue.
    bool interrupt(std::uint32_t notify_id) {
        const std::scoped_lock guard(lock_);
        const bool handled = life_.virtio().interrupt(notify_id);
        life_.flush();
        return handled;
    }

    /// Calls `f(VirtioDevice&)` with the n-th vdev of the resource table, with the lock held; does nothing when there
    /// is no such device.
    /// @returns whether it was called.
    template <class F>
    bool with_device(std::uint32_t index, F f) {
        const std::scoped_lock guard(lock_);
        const bool called = life_.virtio().with_device(index, std::move(f));
        life_.flush();
        return called;
    }

  private:
    std::mutex& lock_;
    LifeCycle& life_;
};

}  // namespace rproc
