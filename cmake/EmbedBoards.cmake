# SPDX-License-Identifier: BSD-2-Clause

# cmake -DOUTPUT=<file.cpp> "-DBLOBS=<a.dtb>;<b.dtb>" -P EmbedBoards.cmake
# Writes the source that defines rproc::platform::embedded_board_blobs(). Each array is aligned to eight bytes, as libfdt
# requires of a tree it reads in place.

set(arrays "")
set(entries "")
set(count 0)
foreach(blob IN LISTS BLOBS)
    cmake_path(GET blob STEM LAST_ONLY name)
    file(READ ${blob} hex HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    # Sixteen bytes a line keep the file readable and compile fast.
    string(REPEAT "[0-9a-fx]+," 16 sixteen_bytes)
    string(REGEX REPLACE "(${sixteen_bytes})" "\\1\n    " bytes "${bytes}")
    string(APPEND arrays "alignas(8) constexpr unsigned char kBoard${count}[] = {\n    ${bytes}\n};\n\n")
    string(APPEND entries "        EmbeddedBoardBlob{\"${name}\", std::as_bytes(std::span(kBoard${count}))},\n")
    math(EXPR count "${count} + 1")
endforeach()

file(WRITE ${OUTPUT}
"// SPDX-License-Identifier: BSD-2-Clause
// Generated from the device trees under src/platform/boards by cmake/EmbedBoards.cmake.
#include \"platform/embedded_boards.hpp\"

#include <array>

namespace rproc::platform {
namespace {

${arrays}}  // namespace

std::span<const EmbeddedBoardBlob> embedded_board_blobs() noexcept {
    static const std::array<EmbeddedBoardBlob, ${count}> blobs{
${entries}    };
    return blobs;
}

}  // namespace rproc::platform
")
