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
#include "rproc/core/processor_lock.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/core/virtio_device.hpp"
#include "rproc/resource/vdev_names.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// The virtio devices of a processor and their drivers (the kernel's remoteproc_virtio.c, and the required part of its
/// virtio bus). Devices are registered after the processor started, and unregistered before it stops.
///
/// Threads: not thread-safe. One RemoteProcessor owns it and holds its lock around every call; other code uses
/// VirtioAccess.
class VirtioBus {
  public:
    /// @param ctx, resources must outlive the bus.
    /// @param kick the platform's kick; empty if it has none, then `start` fails with virtio_without_kick.
    VirtioBus(Context& ctx, Resources& resources, VirtioKick kick)
        : ctx_(ctx), resources_(resources), kick_(std::move(kick)) {}
    VirtioBus(const VirtioBus&) = delete;
    VirtioBus& operator=(const VirtioBus&) = delete;

    /// Adds a driver, and binds it to the registered devices of its id that have no driver. Devices that are registered
    /// later are bound as well.
    void add_driver(VirtioDriver driver) {
        drivers_.push_back(std::move(driver));
        for (Vdev& vdev : resources_.vdevs)
            if (vdev.registered && vdev.driver == nullptr && vdev.id == drivers_.back().id) bind(vdev, drivers_.back());
    }

    /// Unbinds a driver from its devices, and removes it. Does nothing if no driver has that name.
    void remove_driver(std::string_view name) {
        const auto found = std::ranges::find(drivers_, name, &VirtioDriver::name);
        if (found == drivers_.end()) return;
        for (Vdev& vdev : resources_.vdevs)
            if (vdev.driver == &*found) unbind(vdev);
        drivers_.erase(found);
    }

    /// Registers every usable device, in the order of the table, and binds its driver.
    /// @returns nothing, or
    ///   virtio_without_kick: a device is usable, but the platform has no kick. No device stays registered.
    [[nodiscard]] Result<void> start() {
        int number = 0;
        for (Vdev& vdev : resources_.vdevs) {
            if (!vdev.usable) continue;
            if (!kick_) return fail(no_kick(vdev));
            RPROC_TRY(assign_buffers(vdev));
            vdev.registered = true;
            VirtioDevice(ctx_, vdev, kick_).set_status(kVirtioAcknowledge);
            bind(vdev);
            ctx_.log(LogLevel::info, LogSource::virtio, "registered virtio{0} (type {1})",
                     {number++, static_cast<std::int32_t>(vdev.id)});
        }
        return {};
    }

    /// Unbinds and unregisters every device, the last one first.
    void stop() {
        for (auto vdev = resources_.vdevs.rbegin(); vdev != resources_.vdevs.rend(); ++vdev) {
            if (vdev->driver != nullptr) unbind(*vdev);
            vdev->registered = false;
        }
    }

    /// Calls the interrupt handler of a queue (the kernel's rproc_vq_interrupt).
    /// @returns false if no driver has taken a queue of that notify id.
    bool interrupt(std::uint32_t notify_id) {
        const auto [vdev, vring] = find(notify_id);
        if (vring == nullptr) return false;
        VirtioDevice device(ctx_, *vdev, kick_);
        // A copy: the handler may release the queue, which destroys the original.
        if (const VringInterrupt handler = vring->on_interrupt) handler(device);
        return true;
    }

    /// Notifies the firmware that a queue has work.
    /// @returns nothing, or
    ///   vring_unknown: no driver has taken a queue of that notify id;
    ///   or the platform's error.
    [[nodiscard]] Result<void> kick(std::uint32_t notify_id) {
        if (find(notify_id).second != nullptr) return kick_(notify_id);
        return fail(kNoSuchQueue, place::Processor{ctx_.name()}, notify_id);
    }

    /// Calls `f(VirtioDevice&)` with the device of vdev entry `index` (from 0), if it is registered.
    /// @returns whether `f` was called.
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
        ctx_.log(LogLevel::warning, LogSource::bus, "{0}: probe of vdev {1} failed with error {2}",
                 {driver.name, vdev.index, error.kernel_result()});
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

    /// The memory for the buffers of a device: its own reserved pool, or else the first memory of the processor, as in
    /// Linux. Null if that has no fixed address.
    [[nodiscard]] const Carveout* buffer_memory(const Vdev& vdev) {
        if (const Carveout* own = ctx_.carveouts().find_by_name(buffer_name(vdev.index))) return own;
        const auto& all = ctx_.carveouts().all();
        if (all.empty() || all.front().kind == Carveout::Kind::allocated) return nullptr;
        return &all.front();
    }

    /// Without a pool of its own a device uses the first memory-region, and no pool at all is no error.
    [[nodiscard]] Result<void> assign_buffers(const Vdev& vdev) {
        const Carveout* const memory = buffer_memory(vdev);
        if (memory == nullptr) return {};
        if (memory->kind == Carveout::Kind::pool && !memory->dma_pool) return fail(no_pool(*memory));
        if (memory->kind != Carveout::Kind::allocated && memory->dma_pool) announce(*memory);
        if (memory->kind == Carveout::Kind::pool) return {};
        ctx_.notice(Severity::warning,
                    Error(ErrorCode::virtio_without_buffer, place::Vdev{vdev.index}, vdev.index, memory->name));
        return {};
    }

    void announce(const Carveout& memory) {
        if (!memory.node.empty())
            return ctx_.log(LogLevel::info, LogSource::virtio, "assigned reserved memory node {0}", {memory.node});
        ctx_.log(LogLevel::info, LogSource::virtio, "assigned reserved memory node {0}@{1:x}",
                 {memory.name, memory.pa.value()});
    }

    [[nodiscard]] Error no_pool(const Carveout& memory) {
        ctx_.log(LogLevel::error, LogSource::virtio, "Can't associate reserved memory");
        stop();
        return Error(ErrorCode::virtio_pool_missing, place_of(memory));
    }

    Context& ctx_;
    Resources& resources_;
    VirtioKick kick_;
    std::list<VirtioDriver> drivers_;  // a list: devices point to theirs
};

/// The virtio devices of a processor, for use from any thread. Each call takes the processor's lock, so that it waits
/// for a boot or a stop in progress. KickWorker serves interrupts and other threads that must not wait.
/// RemoteProcessor::virtio returns it; the processor must outlive it.
template <class LifeCycle>
class VirtioAccess {
  public:
    /// For RemoteProcessor. @param lock, life must outlive this object.
    VirtioAccess(ProcessorLock& lock, LifeCycle& life) noexcept : lock_(lock), life_(life) {}

    /// Adds a driver, and binds it to the registered devices of its id that have no driver, also while the processor
    /// runs. An error of its probe goes to the observer.
    void add_driver(VirtioDriver driver) {
        const std::scoped_lock guard(lock_);
        life_.virtio().add_driver(std::move(driver));
    }

    /// Unbinds the driver of that name from its devices, and removes it. Does nothing if there is none.
    void remove_driver(std::string_view name) {
        const std::scoped_lock guard(lock_);
        life_.virtio().remove_driver(name);
    }

    /// Notifies the firmware that a queue has work.
    /// @returns nothing, or
    ///   vring_unknown: no driver has taken a queue of that notify id, or the processor is not up;
    ///   or the platform's error (mailbox_failed).
    [[nodiscard]] Result<void> kick(std::uint32_t notify_id) {
        const std::scoped_lock guard(lock_);
        return life_.virtio().kick(notify_id);
    }

    /// Calls the interrupt handler with which a driver took the queue (the kernel's rproc_vq_interrupt).
    /// @returns false if no driver has taken a queue of that notify id.
    bool interrupt(std::uint32_t notify_id) {
        const std::scoped_lock guard(lock_);
        return life_.virtio().interrupt(notify_id);
    }

    /// Calls `f(VirtioDevice&)` with the device of vdev entry `index` (from 0), with the lock held, if it is
    /// registered.
    /// @returns whether `f` was called.
    template <class F>
    bool with_device(std::uint32_t index, F f) {
        const std::scoped_lock guard(lock_);
        return life_.virtio().with_device(index, std::move(f));
    }

  private:
    ProcessorLock& lock_;
    LifeCycle& life_;
};

}  // namespace rproc
