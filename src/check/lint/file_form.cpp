// SPDX-License-Identifier: BSD-2-Clause
#include "check/lint/file_form.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "rproc/internal/bytes.hpp"

namespace rproc::check {
namespace {

/// How a file may be compressed. Linux (drivers/base/firmware_loader) looks for NAME, and when there is none for
/// NAME.zst and NAME.xz, where it was built for that; it never looks at the bytes of NAME itself.
struct Compression {
    std::string_view magic;
    std::string_view name;
    std::string_view suffix;
    std::string_view option;  ///< of the kernel's configuration; empty where Linux never unpacks it
    std::string_view unpack;
};

constexpr Compression kCompressions[]{
    {"\x1f\x8b", "gzip", ".gz", "", "gunzip -c FW >OUT"},
    {std::string_view("\xfd\x37zXZ\0", 6), "xz", ".xz", "CONFIG_FW_LOADER_COMPRESS_XZ", "xz -dc FW >OUT"},
    {"\x28\xb5\x2f\xfd", "zstd", ".zst", "CONFIG_FW_LOADER_COMPRESS_ZSTD", "zstd -dc FW >OUT"},
    {"BZh", "bzip2", ".bz2", "", "bunzip2 -c FW >OUT"},
    {"\x04\x22\x4d\x18", "lz4", ".lz4", "", "lz4 -dc FW >OUT"},
};

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // char may alias every type
}

Finding compressed(const Compression& form, std::string_view name) {
    Finding finding{Severity::warning, FindingCode::firmware_compressed, {}, "", ""};
    const bool has_suffix = name.ends_with(form.suffix) && name.size() > form.suffix.size();
    const std::string_view plain = has_suffix ? name.substr(0, name.size() - form.suffix.size()) : name;
    if (form.option.empty()) {
        finding.message = fmt::format("the file is compressed with {}, which Linux never unpacks", form.name);
        finding.hint = fmt::format("unpack it: {}", form.unpack);
        return finding;
    }
    finding.message = fmt::format(
        "the file is compressed with {}: Linux unpacks it only as {}{}, when it is asked for {}, does not find that, "
        "and was built with {}",
        form.name, plain, form.suffix, plain, form.option);
    const std::string_view check = form.suffix == ".xz" ? "; its check must be CRC32 or none (xz --check=crc32)" : "";
    finding.hint = fmt::format("name {} to sysfs, or unpack it: {}{}", plain, form.unpack, check);
    return finding;
}

std::optional<std::uint8_t> hex_byte(std::string_view text, std::size_t at) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    if (at + 2 > text.size()) return std::nullopt;
    std::size_t value = 0;
    for (const char digit : text.substr(at, 2)) {
        const auto index = kDigits.find(digit >= 'a' && digit <= 'f' ? char(digit - 'a' + 'A') : digit);
        if (index == std::string_view::npos) return std::nullopt;
        value = value * 16 + index;
    }
    return static_cast<std::uint8_t>(value);
}

/// The sum of `count` bytes in hex from `at` on; nothing where the text has fewer.
std::optional<std::uint8_t> sum_of(std::string_view text, std::size_t at, std::size_t count) {
    unsigned sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto byte = hex_byte(text, at + 2 * i);
        if (!byte) return std::nullopt;
        sum += *byte;
    }
    return static_cast<std::uint8_t>(sum);
}

/// Whether a text begins with a record of Intel HEX: ":", count, address, type, data, and a byte that makes the sum 0.
bool is_intel_hex(std::string_view text) {
    constexpr std::size_t kBesidesData = 5;
    if (!text.starts_with(':')) return false;
    const auto count = hex_byte(text, 1);
    return count && sum_of(text, 1, *count + kBesidesData) == 0;
}

/// Whether a text begins with an S-record: "S", type, count of the bytes that follow, and a last byte that makes the
/// sum 0xff.
bool is_s_record(std::string_view text) {
    if (text.size() < 2 || text[0] != 'S' || text[1] < '0' || text[1] > '9') return false;
    const auto count = hex_byte(text, 2);
    return count && *count >= 3 && sum_of(text, 2, std::size_t{1} + *count) == 0xff;
}

/// Whether bytes begin as the memory of a Cortex-M does: a stack pointer, and the odd address of its reset handler with
/// most of the handlers after it near that.
bool begins_with_vectors(std::span<const std::byte> bytes) {
    constexpr std::size_t kHandlers = 6;  // reset, NMI, HardFault, MemManage, BusFault, UsageFault
    constexpr std::uint32_t kNear = 0x100000;
    const auto word = [&](std::size_t index) {
        const auto value = internal::read_at<internal::Le32>(bytes, 4 * index);
        return value ? value->get() : 0;
    };
    const std::uint32_t stack = word(0);
    const std::uint32_t reset = word(1);
    if (stack == 0 || stack % 4 != 0 || reset % 2 == 0) return false;
    for (std::size_t i = 2; i <= kHandlers; ++i) {
        const std::uint32_t distance = word(i) > reset ? word(i) - reset : reset - word(i);
        if (word(i) != 0 && (word(i) % 2 == 0 || distance > kNear)) return false;
    }
    return word(2) != 0;
}

Finding as_text(std::string_view form) {
    return {Severity::warning,
            FindingCode::firmware_as_text,
            {},
            fmt::format("the file is {}, which a programmer writes to flash; Linux loads ELF files", form),
            "give the .elf that the linker wrote; without it: objcopy -I ihex (or srec) -O elf32-littlearm FW OUT "
            "gives the bytes, and no resource table"};
}

}  // namespace

std::vector<Finding> remarks_on_file_form(const Firmware& firmware) {
    const std::string_view text = text_of(firmware.bytes());
    const auto begins = [&](const Compression& form) { return text.starts_with(form.magic); };
    const auto* const form = std::ranges::find_if(kCompressions, begins);
    if (form != std::end(kCompressions)) return {compressed(*form, firmware.name())};
    if (is_intel_hex(text)) return {as_text("an Intel HEX file")};
    if (is_s_record(text)) return {as_text("a file of S-records")};
    if (!begins_with_vectors(firmware.bytes())) return {};
    return {{Severity::warning,
             FindingCode::firmware_as_raw_bytes,
             {},
             "the file is the memory of a Cortex-M without the ELF file around it: it begins with the vectors, and "
             "nothing says where it belongs",
             "give the .elf that the linker wrote, from which objcopy -O binary made this"}};
}

}  // namespace rproc::check
