// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "rproc/tee/device_errors.hpp"
#include "rproc/tee/device_messages.hpp"
#include "rproc/tee/device_os.hpp"

/// Memory that a client of /dev/teeN shares with OP-TEE.
namespace rproc::tee::device {

/// The largest block that TEE_IOC_SHM_ALLOC gives with dynamic shared memory on a kernel with pages of 4 KiB: it is
/// contiguous, and the kernel's allocator has no larger ones. Without dynamic shared memory the limit is OP-TEE's pool.
inline constexpr std::size_t kLargestBlock = std::size_t{4} << 20U;

/// A copy of bytes in whole pages, which hold nothing else: the kernel shares pages with the TEE, not bytes. What
/// follows the copy in its last page is zero. Writable, because the kernel pins registered memory for writing.
class Pages {
  public:
    /// @returns the copy, or nothing when there is no memory for it.
    [[nodiscard]] static std::optional<Pages> copy_of(std::span<const std::byte> bytes) noexcept;

    /// The address of the copy: that of a page.
    [[nodiscard]] std::byte* data() const noexcept { return bytes_.get(); }

  private:
    struct Free {
        void operator()(std::byte* bytes) const noexcept;
    };
    explicit Pages(std::byte* bytes) noexcept : bytes_(bytes) {}

    std::unique_ptr<std::byte[], Free> bytes_;
};

/// A copy of bytes that OP-TEE reads. Shared until the destruction. Move-only.
///
/// One of two kinds. An allocation (TEE_IOC_SHM_ALLOC) is a block of the kernel, mapped by this program; the kernel
/// frees it with the mapping. A registration (TEE_IOC_SHM_REGISTER) is memory of this program that the kernel pins
/// until its descriptor is closed; it takes images that no block of the kernel holds, where the TEE has the capability.
template <DeviceOs Os>
class DeviceMemory {
  public:
    /// Shares a copy of `bytes`, which need not outlive the call. Up to kLargestBlock they are allocated, and
    /// registered when the kernel has no such block; more are registered. Where the TEE registers nothing, all are
    /// allocated.
    /// @param device descriptor of the open device. @param path its path, for errors.
    /// @param registers whether the device has TEE_GEN_CAP_REG_MEM; without it, memory is allocated.
    /// @returns the memory, or
    ///   tee_gone, tee_device_denied: as request_failed;
    ///   tee_unreachable: neither kind takes so many bytes; the error names both limits.
    [[nodiscard]] static Result<DeviceMemory> share(Os& os, int device, const std::string& path,
                                                    std::span<const std::byte> bytes, bool registers) {
        constexpr std::string_view action = "sharing memory";
        SharingFailure failure;
        // With registration the kernel's allocator gives the blocks, and warns in its log when asked for a larger one.
        if (!registers || bytes.size() <= kLargestBlock) {
            auto allocated = allocate(os, device, bytes);
            if (allocated) return *std::move(allocated);
            failure.allocation = allocated.error();
            if (is_final(allocated.error())) return fail(request_failed(path, action, allocated.error()));
        }
        if (registers && !bytes.empty()) {
            auto registered = register_pages(os, device, bytes);
            if (registered) return *std::move(registered);
            failure.registration = registered.error();
            if (is_final(registered.error())) return fail(request_failed(path, action, registered.error()));
        }
        return fail(sharing_failed(path, bytes.size(), failure));
    }

    /// The size of the copy in bytes.
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// The kernel's id of the memory, for a memref.
    [[nodiscard]] std::int32_t kernel_id() const noexcept { return kernel_id_; }

  private:
    DeviceMemory(std::uint64_t size, std::int32_t kernel_id) noexcept : size_(size), kernel_id_(kernel_id) {}

    [[nodiscard]] static SystemResult<int> ask(Os& os, int fd, Message& message) {
        return retried([&] { return os.ioctl(fd, message.request(), message.argument()); });
    }

    [[nodiscard]] static SystemResult<DeviceMemory> allocate(Os& os, int device, std::span<const std::byte> bytes) {
        const auto size = std::max<std::size_t>(bytes.size(), 1);  // the driver rejects size 0
        auto message = Message::allocate_memory(size);
        const auto fd = ask(os, device, message);
        if (!fd) return expected_ns::unexpected<std::errc>(fd.error());
        // The kernel frees the memory when it is neither open nor mapped. Only the mapping is kept, because this
        // descriptor is not closed on exec.
        const Descriptor<Os> descriptor(os, *fd);
        const auto mapped = retried([&] { return os.map(*fd, size); });
        if (!mapped) return expected_ns::unexpected<std::errc>(mapped.error());
        DeviceMemory memory(bytes.size(), message.allocated());
        memory.block_ = MappedBytes<Os>(mapped->data(), {os, size});
        std::ranges::copy(bytes, memory.block_->get());
        return memory;
    }

    [[nodiscard]] static SystemResult<DeviceMemory> register_pages(Os& os, int device,
                                                                   std::span<const std::byte> bytes) {
        auto pages = Pages::copy_of(bytes);
        if (!pages) return expected_ns::unexpected<std::errc>(std::errc::not_enough_memory);
        auto message = Message::register_memory(pages->data(), bytes.size());
        const auto fd = ask(os, device, message);
        if (!fd) return expected_ns::unexpected<std::errc>(fd.error());
        DeviceMemory memory(bytes.size(), message.registered());
        memory.pages_ = *std::move(pages);
        memory.registration_.emplace(os, *fd);
        // The kernel gives a descriptor that a program started meanwhile would inherit, and the pages stay pinned.
        auto close_on_exec = Message::close_on_exec();
        static_cast<void>(ask(os, *fd, close_on_exec));
        return memory;
    }

    std::uint64_t size_;
    std::int32_t kernel_id_;
    std::optional<MappedBytes<Os>> block_;
    std::optional<Pages> pages_;
    std::optional<Descriptor<Os>> registration_;  // after pages_: closed, which unpins them, before they are freed
};

}  // namespace rproc::tee::device
