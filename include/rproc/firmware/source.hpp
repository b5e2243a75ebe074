// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "rproc/firmware/firmware.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// Where a processor gets its firmware from, asked again at each boot (as Linux calls `request_firmware`), so that a
/// file which was replaced in the meantime is the one that boots. A value; the request may be called from the booting
/// thread at any time while the source lives.
class FirmwareSource {
  public:
    using Request = std::function<Result<Firmware>()>;

    /// A source of the caller's own making. `name` is what sysfs would show.
    FirmwareSource(std::string name, Request request) : name_(std::move(name)), request_(std::move(request)) {}

    /// Bytes that are there already.
    explicit FirmwareSource(Firmware firmware)
        : name_(firmware.name()), request_([held = std::move(firmware)]() -> Result<Firmware> { return held; }) {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// The image, or the error of the source.
    [[nodiscard]] Result<Firmware> request() const { return request_(); }

    /// Makes the request now. The source that is returned has this outcome, image or error, at each of its requests:
    /// for a caller that looks at the firmware first, and then boots the same.
    [[nodiscard]] FirmwareSource requested() const {
        return {name_, [outcome = request_()]() -> Result<Firmware> { return outcome; }};
    }

  private:
    std::string name_;
    Request request_;
};

/// Reads a file into memory as a whole, once, as the kernel does: what becomes of the file afterwards does not reach
/// the image. A file that another process writes to meanwhile is refused; it is told by its size and the time of its
/// last write, which counts in ticks of the kernel (10 ms at most). What happens within the tick of the open, and ends
/// with the same size, may go unseen; a writer that renames a new file over the old one leaves nothing to be told.
/// @param path any path; the firmware's name is its last component.
/// @returns the image, or
///   firmware_not_found: there is no such file;
///   firmware_unreadable: it cannot be opened or read, is not a regular file, or there is no memory for it;
///   firmware_empty: it has no bytes;
///   firmware_too_large: it has more than `kLargestFirmware` bytes;
///   firmware_changed: it was written to, or became shorter or longer, while it was read.
[[nodiscard]] Result<Firmware> read_firmware_file(const std::filesystem::path& path);

/// How many bytes Linux reads of a firmware at most, on any machine.
inline constexpr std::uint64_t kLargestFirmware = 0x7fffffff;

/// A file, read at each boot. Errors as `read_firmware_file`.
[[nodiscard]] FirmwareSource firmware_file(std::filesystem::path path);

/// A file that is mapped read-only at each request, and not read, for a caller that asks for it by this type: for an
/// image of which there must be no copy in memory. The mapping lives as long as a copy of the firmware. The caller
/// vouches for the file as long as that:
///   an access to the image after another process has made the file shorter ends the program (SIGBUS);
///   a write to the file changes the image, also between a check of it and its use.
/// Errors as `read_firmware_file`, without firmware_too_large and firmware_changed; firmware_unreadable: also where the
/// file is larger than the address space, or on a file system without mappings.
class MappedFileSource : public FirmwareSource {
  public:
    /// @param path any path; the firmware's name is its last component.
    explicit MappedFileSource(const std::filesystem::path& path);
};

/// The directories in which Linux looks for firmware, in its order: the `firmware_class.path` parameter, then
/// /lib/firmware/updates/RELEASE, /lib/firmware/updates, /lib/firmware/RELEASE, /lib/firmware.
/// (drivers/base/firmware_loader, `fw_path`.)
class FirmwareSearchPath {
  public:
    /// As this machine has it: parameter and release are read now. RPROC_FIRMWARE_PATH in the environment, directories
    /// separated by colons, goes before all of them.
    [[nodiscard]] static FirmwareSearchPath system();

    /// The kernel's order below another root, for tests and for images of a board's file system.
    /// @param root stands before each directory; `class_path` the parameter's value, may be empty.
    [[nodiscard]] static FirmwareSearchPath below(const std::filesystem::path& root, const std::string& release,
                                                  const std::string& class_path);

    explicit FirmwareSearchPath(std::vector<std::filesystem::path> directories)
        : directories_(std::move(directories)) {}

    [[nodiscard]] const std::vector<std::filesystem::path>& directories() const noexcept { return directories_; }

    /// Looks a name up, the first directory that has it wins.
    /// @param name relative; may have subdirectories ("st/app.elf").
    /// @returns the image under that name, or
    ///   firmware_name_empty: the name is empty;
    ///   firmware_not_found: no directory has it, or the name leaves the directories (begins with '/', has ".."); the
    ///     error lists every path tried;
    ///   or the error of the first file that exists.
    [[nodiscard]] Result<Firmware> find(const std::string& name) const;

    /// The same as a source, looked up at each boot.
    [[nodiscard]] FirmwareSource source(std::string name) const;

  private:
    std::vector<std::filesystem::path> directories_;
};

}  // namespace rproc
