// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "rproc/tee/client.hpp"
#include "rproc/tee/device_errors.hpp"
#include "rproc/tee/device_memory.hpp"
#include "rproc/tee/device_messages.hpp"
#include "rproc/tee/device_os.hpp"
#include "rproc/tee/device_parameters.hpp"
#include "rproc/tee/libteec_client.hpp"

namespace rproc::tee {

/// The client of OP-TEE on a board: uses the ioctls of the kernel's TEE interface (<linux/tee.h>) on /dev/teeN, without
/// libteec.
///
/// OP-TEE may answer open_session with `access_denied`: a build can reserve its remoteproc application for the kernel.
/// Only the kernel can boot the processor then (through sysfs).
///
/// Errors of the members of the concept `Client`:
///   tee_gone: the driver was removed (ENODEV);
///   tee_device_denied: EACCES or EPERM;
///   tee_unreachable: any other errno, or a memref outside of registered memory, which is not sent to the TEE.
/// A call that a signal interrupts is repeated.
///
/// Move-only. The destructor unregisters all memory and closes the device; the kernel then closes the remaining
/// sessions. Threads: as `Client`; two clients are independent.
template <DeviceOs Os>
class BasicDeviceClient {
  public:
    /// Opens the first device of /dev/tee0 to /dev/tee15 that is OP-TEE.
    /// @returns the client, or
    ///   tee_device_denied: none was found, and one could not be opened for lack of permission;
    ///   tee_unreachable: none was found, and one did not answer;
    ///   tee_device_missing: there is no device, or only those of other TEEs.
    [[nodiscard]] static Result<BasicDeviceClient> open(Os os = {}) {
        return open_first(device::candidates(), std::move(os));
    }

    /// Opens the device at `path`. Errors as `open`.
    [[nodiscard]] static Result<BasicDeviceClient> open_device(const std::string& path, Os os = {}) {
        return open_first({&path, 1}, std::move(os));
    }

    /// The path of the open device, "/dev/tee0".
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// What the driver said of the TEE when it was opened (TEE_IOC_VERSION).
    [[nodiscard]] const device::Version& version() const noexcept { return version_; }

    /// As the concept (TEE_IOC_OPEN_SESSION). Waits in the kernel without end when the application is not built into
    /// OP-TEE, and no tee-supplicant is there to load it: see TimeLimitedClient.
    [[nodiscard]] Result<OpenedSession> open_session(const Uuid& application, Parameters& parameters) noexcept {
        RPROC_TRY_ASSIGN(const auto wire, on_the_wire(parameters));
        auto message = device::Message::open_session(application, wire);
        RPROC_TRY(ask(message, "opening a session"));
        const device::Answer answer = message.opened();
        if (answer.result != ResultCode::success) return OpenedSession{.result = answer.result};
        device::copy_outputs(answer.parameters, parameters);
        return OpenedSession{.result = answer.result, .session = answer.session};
    }

    /// As the concept (TEE_IOC_INVOKE).
    [[nodiscard]] Result<ResultCode> invoke(SessionId session, std::uint32_t command, Parameters& parameters) noexcept {
        RPROC_TRY_ASSIGN(const auto wire, on_the_wire(parameters));
        auto message = device::Message::invoke(session, command, wire);
        RPROC_TRY(ask(message, "running a command"));
        const device::Answer answer = message.invoked();
        if (answer.result == ResultCode::success) device::copy_outputs(answer.parameters, parameters);
        return answer.result;
    }

    /// As the concept (TEE_IOC_CLOSE_SESSION). Ignores errors.
    void close_session(SessionId session) noexcept {
        auto message = device::Message::close_session(session);
        // On failure the kernel closes the session together with the device.
        static_cast<void>(ask(message, "closing a session"));
    }

    /// Shares a copy of `bytes` with OP-TEE; they need not outlive the call. Kinds, limits and errors: see
    /// device::DeviceMemory.
    [[nodiscard]] Result<MemoryId> register_memory(std::span<const std::byte> bytes) noexcept {
        const bool registers = (version_.capabilities & device::kRegistersMemory) != 0;
        RPROC_TRY_ASSIGN(auto memory, Memory::share(os_, descriptor_.get(), path_, bytes, registers));
        const MemoryId id{next_memory_++};
        memories_.emplace(id, std::move(memory));
        return id;
    }

    /// Ends the sharing, upon which the kernel frees or unpins the memory.
    void unregister_memory(MemoryId memory) noexcept { memories_.erase(memory); }

  private:
    using Memory = device::DeviceMemory<Os>;

    BasicDeviceClient(Os os, device::Descriptor<Os> descriptor, std::string path, device::Version version) noexcept
        : os_(std::move(os)), descriptor_(std::move(descriptor)), path_(std::move(path)), version_(version) {}

    static Result<BasicDeviceClient> open_first(std::span<const std::string> paths, Os os) {
        device::Search search(paths);
        for (const std::string& path : paths) {
            const auto fd = device::retried([&] { return os.open(path); });
            if (!fd) {
                search.failed(path, fd.error());
                continue;
            }
            device::Descriptor<Os> descriptor(os, *fd);
            auto message = device::Message::version();
            const auto answered = device::retried([&] { return os.ioctl(*fd, message.request(), message.argument()); });
            if (!answered) {
                search.failed(path, answered.error());
            } else if (message.versions().implementation != device::kOptee) {
                search.met(path, message.versions().implementation);
            } else {
                return BasicDeviceClient(std::move(os), std::move(descriptor), path, message.versions());
            }
        }
        return fail(search.failure());
    }

    Result<int> ask(device::Message& message, std::string_view action) {
        const auto result =
            device::retried([&] { return os_.ioctl(descriptor_.get(), message.request(), message.argument()); });
        if (!result) return fail(device::request_failed(path_, action, result.error()));
        return *result;
    }

    Result<device::WireParameters> on_the_wire(const Parameters& parameters) const {
        device::WireParameters wire;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            if (!device::is_memref(parameters[i].type)) {
                wire[i] = device::wire_value(parameters[i]);
                continue;
            }
            const auto found = memories_.find(parameters[i].memory);
            const bool known = found != memories_.end();
            RPROC_TRY(device::check_memref(parameters[i], known ? std::optional(found->second.size()) : std::nullopt));
            wire[i] = device::wire_memref(parameters[i], found->second.kernel_id());
        }
        return wire;
    }

    Os os_;
    device::Descriptor<Os> descriptor_;
    std::string path_;
    device::Version version_;
    std::map<MemoryId, Memory> memories_;
    std::uint32_t next_memory_ = 1;
};

/// The client through the kernel's ioctls.
using IoctlClient = BasicDeviceClient<PosixOs>;
static_assert(Client<IoctlClient>);

/// The client for a board: LibteecClient if the library was built with libteec (RPROC_USE_LIBTEEC, which the build
/// defines for all users of the headers), else IoctlClient. Both are opened by `DeviceClient::open()`.
#if RPROC_USE_LIBTEEC
using DeviceClient = LibteecClient;
#else
using DeviceClient = IoctlClient;
#endif

}  // namespace rproc::tee
