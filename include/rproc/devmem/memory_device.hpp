// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "rproc/devmem/memory_os.hpp"
#include "rproc/internal/bytes.hpp"
#include "rproc/memory/address.hpp"

namespace rproc::devmem {

/// A file whose mapping shows physical memory.
struct MemoryFile {
    /// One of the memories of a UIO device (/sys/class/uio/uioN/maps/mapM).
    struct UioMap {
        unsigned index;       ///< M; the kernel shows it from offset M * page size on, as a whole (uio-howto.rst)
        PhysicalRange range;  ///< its `addr` and `size`
    };

    std::string path = "/dev/mem";  ///< where no UioMap is given, the offset into the file is the physical address
    std::optional<UioMap> uio_map{};
};

/// A device of memory that could not be opened.
/// @returns devmem_missing (ENOENT, ENXIO, ENODEV), devmem_denied (EACCES, EPERM), or devmem_failed.
[[nodiscard]] Error open_failed(std::string_view path, std::errc error);

/// A range that could not be mapped.
/// @returns devmem_strict (EPERM: the kernel is built with STRICT_DEVMEM), devmem_denied (EACCES), or devmem_failed.
[[nodiscard]] Error map_failed(std::string_view path, PhysicalRange range, std::errc error);

/// A range that the file can not show.
/// @returns devmem_failed.
[[nodiscard]] Error not_in_file(std::string_view path, PhysicalRange range);

/// Pages of a device that are mapped, and the bytes of them that were asked for. Move-only; the destructor unmaps. May
/// outlive the device.
template <MemoryOs Os>
class MappedPages {
  public:
    MappedPages(Os os, std::span<std::byte> pages, std::span<std::byte> bytes) noexcept
        : os_(std::move(os)), pages_(pages), bytes_(bytes) {}
    MappedPages(MappedPages&& other) noexcept
        : os_(other.os_), pages_(std::exchange(other.pages_, {})), bytes_(std::exchange(other.bytes_, {})) {}
    MappedPages& operator=(MappedPages&& other) noexcept {
        std::swap(os_, other.os_);
        std::swap(pages_, other.pages_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    MappedPages(const MappedPages&) = delete;
    MappedPages& operator=(const MappedPages&) = delete;
    ~MappedPages() {
        if (!pages_.empty()) os_.unmap(pages_);
    }

    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return bytes_; }

    /// The register at `offset` from the first byte.
    /// Precondition: its 4 bytes lie inside, and its address is a multiple of 4.
    [[nodiscard]] std::uint32_t load(std::size_t offset) noexcept { return os_.load(at(offset)); }
    void store(std::size_t offset, std::uint32_t value) noexcept { os_.store(at(offset), value); }

  private:
    [[nodiscard]] RegisterBytes at(std::size_t offset) const noexcept {
        return bytes_.subspan(offset).template first<4>();
    }

    Os os_;
    std::span<std::byte> pages_;
    std::span<std::byte> bytes_;
};

/// A device of memory that is open. A handle: copies share it, and the last one closes it. Threads: `map` is safe from
/// any.
template <MemoryOs Os>
class MemoryDevice {
  public:
    /// @returns the device, or an error of `open_failed`.
    [[nodiscard]] static Result<MemoryDevice> open(MemoryFile file = {}, Os os = {}) {
        const auto fd = os.open(file.path);
        if (!fd) return fail(open_failed(file.path, fd.error()));
        return MemoryDevice(std::make_shared<State>(std::move(file), std::move(os), *fd));
    }

    /// Maps the pages that hold `range`. The caches are as the kernel decides for the address: off, because the device
    /// is open with O_SYNC (for /dev/mem) or because it is a UIO device.
    /// @returns the pages, or devmem_failed where the file does not show the range, or an error of `map_failed`.
    [[nodiscard]] Result<MappedPages<Os>> map(PhysicalRange range) const {
        const std::uint64_t page = state_->os.page_size();
        const MemoryFile& file = state_->file;
        std::uint64_t skipped = range.start().value() % page;
        std::uint64_t offset = range.start().value() - skipped;
        if (file.uio_map) {
            if (!file.uio_map->range.contains(range)) return fail(not_in_file(file.path, range));
            skipped = range.start().value() - file.uio_map->range.start().value() / page * page;
            offset = file.uio_map->index * page;
        }
        constexpr std::uint64_t most = std::numeric_limits<std::size_t>::max() / 2;
        if (range.empty() || range.size() > most || skipped > most - page) return fail(not_in_file(file.path, range));
        const std::uint64_t length = (skipped + range.size() + page - 1) / page * page;
        const auto pages = state_->os.map(state_->fd, offset, static_cast<std::size_t>(length));
        if (!pages) return fail(map_failed(file.path, range, pages.error()));
        return MappedPages<Os>(state_->os, *pages, internal::slice(*pages, skipped, range.size()));
    }

    [[nodiscard]] const std::string& path() const noexcept { return state_->file.path; }
    [[nodiscard]] Os& os() const noexcept { return state_->os; }
    [[nodiscard]] int descriptor() const noexcept { return state_->fd; }

  private:
    struct State {
        State(MemoryFile memory_file, Os system, int descriptor)
            : file(std::move(memory_file)), os(std::move(system)), fd(descriptor) {}
        State(const State&) = delete;
        State& operator=(const State&) = delete;
        ~State() { os.close(fd); }

        MemoryFile file;
        Os os;
        int fd;
    };

    explicit MemoryDevice(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

    std::shared_ptr<State> state_;
};

}  // namespace rproc::devmem
