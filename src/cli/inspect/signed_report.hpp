// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "cli/common/output.hpp"
#include "rproc/firmware/firmware.hpp"
#include "rproc/firmware/signed_hashes.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "rproc/firmware/vendor_image.hpp"

namespace rproc::cli {

/// One of the images in a signed package.
struct InnerImage {
    std::uint32_t index;
    std::uint64_t size;
    std::optional<ElfHeader> elf;     ///< nothing when it is no ELF file that Linux or OP-TEE accepts
    std::optional<ElfSection> table;  ///< its section .resource_table
};

/// The content of a signed image. Views into the image's bytes.
struct SignedReport {
    SignedImage package;
    std::vector<InnerImage> images;
    std::vector<SegmentHash> segments;
    std::optional<Error> fault;  ///< why the images or their segments could not all be read
};

/// @returns the report, or an error of SignedImage::parse.
[[nodiscard]] Result<SignedReport> inspect_signed(const Firmware& firmware);

/// The report as one JSON object, and as text.
[[nodiscard]] nlohmann::ordered_json to_json(const SignedReport& report);
void print(Output& out, const SignedReport& report);

/// The same for an image of the older format of STMicroelectronics.
[[nodiscard]] nlohmann::ordered_json to_json(const VendorImage& package);
void print(Output& out, const VendorImage& package);

}  // namespace rproc::cli
