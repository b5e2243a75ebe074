// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

namespace rproc::check {

/// The arithmetic behind a finding, on numbers that occur.
struct ExampleRow {
    std::string_view code;
    std::string_view text;
};

inline constexpr ExampleRow kExampleRows[]{
    {"segment-outside-memory",
     "0xf000 + 0x1c00 bytes end at 0x10c00; retram ends at 0x10000: 0xc00, 3,072 bytes too many"},
    {"segment-truncated", "p_offset 0x1000 + p_filesz 0x8000 is 0x9000, and the file has 0x6400 bytes"},
    {"segment-filesz-exceeds-memsz", "p_filesz 0x40 is more than p_memsz 0x20; .bss can only make p_memsz larger"},
    {"segments-overlap",
     "segment 1 at 0x10000000 has 0x200 bytes, segment 2 begins at 0x10000180: it overwrites the last 0x80"},
    {"segment-in-vring",
     "0x1003ff00 + 0x200 bytes end at 0x10040100; vdev0vring0 begins at 0x10040000: Linux clears the last 0x100"},
    {"reset-vector-invalid",
     "0x08000401 is odd, so Thumb code, at 0x08000400: flash memory of another chip, where no segment is loaded"},
    {"debug-sections-large",
     "1,840,124 of 1,951,332 bytes (94 %) are .debug_*; the segments that Linux loads have 62,448 bytes"},
    {"table-incomplete", "16 bytes of header and num 5 * 4 bytes of offsets are 36 bytes; the section has 32"},
    {"entry-outside-table",
     "offset[1] is 0x80, and a table of 0x80 bytes ends before it; an entry needs the 4 bytes of its type, too"},
    {"entry-truncated",
     "a vdev takes 24 bytes, 20 for each vring and its config_len: 64 with two vrings; the table ends after 44"},
    {"carveout-misfit",
     "da 0x1003f000 + len 0x2000 is 0x10041000; mcuram2 (0x10000000+0x40000) ends at 0x10040000: 4,096 bytes too many"},
    {"address-replaced",
     "da 0x10040010 is 0x10 bytes into vdev0vring0 (0x10040000+0x2000): Linux writes 0x10040000 into the table"},
    {"vring-misfit",
     "num 256 with align 16: 256 * 16 + 2 * (3 + 256) = 4,614, aligned 4,624, + 6 + 8 * 256 = 6,678 bytes, in whole "
     "pages 8,192; vdev0vring0 has 4,096, enough for num 128"},
    {"vring-too-small", "num 1 makes 1 buffer for each direction; num 16 makes 16"},
    {"vrings-unequal",
     "num 16 and 8: Linux makes 16 buffers for each direction, and the 9th that it sends finds no descriptor: -28"},
    {"vring-not-power-of-two",
     "num 24 masks with 23, 10111 in binary: messages 8 to 15 go to the places 0 to 7, where others are"},
    {"virtio-buffers-misfit",
     "num 32 makes 2 * 32 buffers of 512 bytes, 32,768 bytes; vdev0buffer has 16,384, enough for num 16"},
    {"trace-unavailable", "da 0x10041f00 + len 0x400 ends at 0x10042300, in vdev0buffer, which Linux does not map"},
    {"kernel-truncates-address", "0x110000000 modulo 2^32 is 0x10000000, and that is in mcuram2"},
    {"kernel-truncates-offset", "0x200000430 modulo 2^32 is 0x430, where the section names really are"},
    {"kernel-vring-size-wraps", "num 0x10000000 * 16 bytes is 2^32, in 32 bits 0"},
    {"kernel-reads-before-table", "offset 0xffffff00 is, as a signed number, 256 bytes before the table"},
};

}  // namespace rproc::check
