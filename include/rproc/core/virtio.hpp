// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "rproc/core/context.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/core/virtio_device.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// The virtio devices of a processor, and who drives them: devices come to be when it starts, and go away before it
/// stops (the kernel's remoteproc_virtio.c, and the little of its virtio bus that is needed). Owned by one
/// RemoteProcessor, which holds its lock around every call; see VirtioAccess.
class VirtioBus {
  public:
    /// All but `kick` must outlive the bus. An empty `kick`: the platform cannot, and virtio is refused.
    VirtioBus(Context& ctx, Resources& resources, VirtioKick kick)
        : ctx_(ctx), resources_(resources), kick_(std::move(kick)) {}
    VirtioBus(const VirtioBus&) = delete;
    VirtioBus& operator=(const VirtioBus&) = delete;

    /// From now on this driver serves the devices of its id that have none, also those that are there already.
    void add_driver(VirtioDriver driver) {
        drivers_.push_back(std::move(driver));
        for (Vdev& vdev : resources_.vdevs)
            if (vdev.registered && vdev.driver == nullptr && vdev.id == drivers_.back().id) bind(vdev, drivers_.back());
    }

    /// Takes a driver away from its devices, and forgets it; does nothing when there is none of that name.
    void remove_driver(std::string_view name) {
        const auto found = std::ranges::find(drivers_, name, &VirtioDriver::name);
        if (found == drivers_.end()) return;
        for (Vdev& vdev : resources_.vdevs)
            if (vdev.driver == &*found) unbind(vdev);
        drivers_.erase(found);
    }

    /// Registers every usable device, in the order of the table, and binds its driver.
    /// @returns nothing, or
    ///   virtio_without_kick: there is a device, but the platform cannot kick. Devices registered so far are taken
    ///   back.
    [[nodiscard]] Result<void> start() {
        int number = 0;
        for (Vdev& vdev : resources_.vdevs) {
            if (!vdev.usable) continue;
            if (!kick_) return fail(no_kick(vdev));
            announce_buffers(vdev);
            vdev.registered = true;
            VirtioDevice(ctx_, vdev, kick_).set_status(kVirtioAcknowledge);
            bind(vdev);
            ctx_.log(LogLevel::info, LogSource::virtio,
                     fill("registered virtio{0} (type {1})", {number++, static_cast<std::int32_t>(vdev.id)}));
        }
        return {};
    }

    /// Takes every device from its driver, and away; the last first.
    void stop() {
        for (auto vdev = resources_.vdevs.rbegin(); vdev != resources_.vdevs.rend(); ++vdev) {
            if (vdev->driver != nullptr) unbind(*vdev);
            vdev->registered = false;
        }
    }

    /// The firmware has something in the queue of that notify id (the kernel's rproc_vq_interrupt).
    /// @returns false when no driver has taken such a queue.
    bool interrupt(std::uint32_t notify_id) {
        const auto [vdev, vring] = find(notify_id);
        if (vring == nullptr) return false;
        VirtioDevice device(ctx_, *vdev, kick_);
        // A copy: the function may give the queue back, and itself with it.
        if (const VringInterrupt handler = vring->on_interrupt) handler(device);
        return true;
    }

    /// Tells the firmware that there is something in the queue of that notify id.
    /// @returns nothing, or
    ///   vring_unknown: no driver has taken such a queue;
    ///   or the platform's error.
    [[nodiscard]] Result<void> kick(std::uint32_t notify_id) {
        if (find(notify_id).second != nullptr) return kick_(notify_id);
        return fail(kNoSuchQueue, place::Processor{ctx_.name()}, notify_id);
    }

    /// Calls `f(VirtioDevice&)` with the n-th vdev of the table; does nothing when it is not registered.
    /// @returns whether it was called.
    template <class F>
    bool with_device(std::uint32_t index, F f) {
        if (index >= resources_.vdevs.size() || !resources_.vdevs[index].registered) return false;
        VirtioDevice device(ctx_, resources_.vdevs[index], kick_);
        f(device);
        return true;
    }

  private:
    void bind(Vdev& vdev) {
        const auto driver = std::ranges::find(drivers_, vdev.id, &VirtioDriver::id);
        if (driver != drivers_.end()) bind(vdev, *driver);
    }

    void bind(Vdev& vdev, const VirtioDriver& driver) {
        VirtioDevice device(ctx_, vdev, kick_);
        device.set_status(kVirtioAcknowledge | kVirtioDriver);
        auto probed = device.finalize_features(device.features() & driver.features);
        if (probed && driver.probe) probed = driver.probe(device);
        if (probed) {
            vdev.driver = &driver;
            return device.set_status(device.status() | kVirtioDriverOk);
        }
        device.del_vqs();
        device.set_status(device.status() | kVirtioFailed);
        Error error = std::move(probed).error();
        ctx_.log(
            LogLevel::warning, LogSource::bus,
            fill("{0}: probe of vdev {1} failed with error {2}", {driver.name, vdev.index, error.kernel_result()}));
        ctx_.notice(Severity::error, std::move(error));
    }

    void unbind(Vdev& vdev) {
        VirtioDevice device(ctx_, vdev, kick_);
        if (vdev.driver->remove) vdev.driver->remove(device);
        vdev.driver = nullptr;
        device.del_vqs();
        device.set_status(kVirtioAcknowledge);
    }

    [[nodiscard]] std::pair<Vdev*, const Vring*> find(std::uint32_t notify_id) {
        for (Vdev& vdev : resources_.vdevs)
            for (const Vring& vring : vdev.vrings)
                if (vdev.registered && vring.taken && vring.notify_id == notify_id) return {&vdev, &vring};
        return {nullptr, nullptr};
    }

    static constexpr ErrorText kNoSuchQueue{.code = ErrorCode::vring_unknown,
                                            .message = "no driver has taken a vring with notify id {0}",
                                            .hint = "boot the processor, and take the queue with find_vq"};

    [[nodiscard]] Error no_kick(const Vdev& vdev) {
        stop();
        return Error(ErrorCode::virtio_without_kick, place::Vdev{vdev.index}, ctx_.name());
    }

    /// Where the buffers of a device come from: its own reserved pool, or else the first memory of the processor, which
    /// is what Linux falls back to.
    [[nodiscard]] const Carveout* buffer_memory(const Vdev& vdev) {
        if (const Carveout* own = ctx_.carveouts().find_by_name(fill("vdev{0}buffer", {vdev.index}))) return own;
        const auto& all = ctx_.carveouts().all();
        if (all.empty() || all.front().kind == Carveout::Kind::allocated) return nullptr;
        return &all.front();
    }

    void announce_buffers(const Vdev& vdev) {
        const Carveout* const memory = buffer_memory(vdev);
        if (memory == nullptr) return;
        if (memory->kind != Carveout::Kind::allocated) {
            ctx_.log(LogLevel::info, LogSource::virtio,
                     fill("assigned reserved memory node {0}@{1:x}", {memory->name, memory->pa.value()}));
        }
        if (memory->kind == Carveout::Kind::pool) return;
        ctx_.notice(Severity::warning,
                    Error(ErrorCode::virtio_without_buffer, place::Vdev{vdev.index}, vdev.index, memory->name));
    }

    Context& ctx_;
    Resources& resources_;
    VirtioKick kick_;
    std::list<VirtioDriver> drivers_;  // a list: devices point to theirs
};

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
