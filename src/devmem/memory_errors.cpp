// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <array>
#include <string>

#include "rproc/devmem/dev_mem.hpp"
#include "rproc/devmem/memory_device.hpp"
#include "rproc/devmem/uio_interrupt.hpp"

namespace rproc::devmem {
namespace {

std::string words(std::errc error) { return std::make_error_code(error).message(); }

constexpr ErrorText kLockedDown{
    .code = ErrorCode::devmem_denied,
    .message = "the kernel lets no process open the device: it is locked down, or the process lacks CAP_SYS_RAWIO",
    .hint = "see /sys/kernel/security/lockdown; in a container, add the capability"};
constexpr ErrorText kMapDenied{.code = ErrorCode::devmem_denied,
                               .message = "{0:#x}+{1:#x} may not be mapped by this user"};
constexpr ErrorText kOpenFailed{.code = ErrorCode::devmem_failed, .message = "opening the device failed: {0}"};
constexpr ErrorText kMapFailed{.code = ErrorCode::devmem_failed, .message = "mapping {0:#x}+{1:#x} failed: {2}"};
constexpr ErrorText kInterruptFailed{.code = ErrorCode::devmem_failed,
                                     .message = "waiting for its interrupt failed: {0}",
                                     .hint = "the node of the UIO device needs interrupts in the device tree"};
constexpr ErrorText kNotInFile{.code = ErrorCode::devmem_failed,
                               .message = "the file does not show {0:#x}+{1:#x}",
                               .hint = "a UIO device shows its own memories alone: see /sys/class/uio/uio*/maps"};
constexpr ErrorText kRunsPast{
    .code = ErrorCode::devmem_unreserved,
    .message = "runs past the end of the reserved region {0:#x}+{1:#x}",
    .hint = "enlarge the region in the device tree, or shorten what lies there; nothing was mapped"};

}  // namespace

Error open_failed(std::string_view path, std::errc error) {
    constexpr std::array absent{std::errc::no_such_file_or_directory, std::errc::no_such_device_or_address,
                                std::errc::no_such_device};
    const Place where = place::File{path};
    if (std::ranges::find(absent, error) != absent.end()) return Error(ErrorCode::devmem_missing, where);
    if (error == std::errc::permission_denied) return Error(ErrorCode::devmem_denied, where);
    if (error == std::errc::operation_not_permitted) return Error(kLockedDown, where);
    return Error(kOpenFailed, where, words(error));
}

Error map_failed(std::string_view path, PhysicalRange range, std::errc error) {
    const Place where = place::File{path};
    const std::uint64_t first = range.start().value();
    if (error == std::errc::operation_not_permitted) return Error(ErrorCode::devmem_strict, where, first, range.size());
    if (error == std::errc::permission_denied) return Error(kMapDenied, where, first, range.size());
    return Error(kMapFailed, where, first, range.size(), words(error));
}

Error interrupt_failed(std::string_view path, std::errc error) {
    return Error(kInterruptFailed, place::File{path}, words(error));
}

Error not_in_file(std::string_view path, PhysicalRange range) {
    return Error(kNotInFile, place::File{path}, range.start().value(), range.size());
}

Error not_reserved(PhysicalRange range, std::span<const PhysicalRange> reserved) {
    const Place where = place::Physical{range.start().value(), range.size()};
    const auto begins_in = [&](const PhysicalRange& region) { return region.contains(range.start()); };
    const auto region = std::ranges::find_if(reserved, begins_in);
    if (region == reserved.end()) return Error(ErrorCode::devmem_unreserved, where);
    return Error(kRunsPast, where, region->start().value(), region->size());
}

}  // namespace rproc::devmem
