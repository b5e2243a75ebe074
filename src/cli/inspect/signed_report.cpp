// SPDX-License-Identifier: BSD-2-Clause
#include "cli/inspect/signed_report.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "cli/common/hex_bytes.hpp"
#include "cli/inspect/report.hpp"
#include "rproc/firmware/platform_tlvs.hpp"

namespace rproc::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string tlv_name(std::uint32_t type) {
    static constexpr std::array<std::pair<TlvType, std::string_view>, 7> kNames{{{TlvType::sign_type, "SIGNTYPE"},
                                                                                 {TlvType::hash_type, "HASHTYPE"},
                                                                                 {TlvType::image_count, "NUM_IMG"},
                                                                                 {TlvType::image_type, "IMGTYPE"},
                                                                                 {TlvType::image_size, "IMGSIZE"},
                                                                                 {TlvType::hash_table, "HASHTABLE"},
                                                                                 {TlvType::key_info, "PKEYINFO"}}};
    const auto* const found =
        std::ranges::find(kNames, static_cast<TlvType>(type), &std::pair<TlvType, std::string_view>::first);
    if (found != kNames.end()) return std::string(found->second);
    switch (static_cast<PlatformTlv>(type)) {
        case PlatformTlv::encryption: return "platform: rproc's encryption";
        case PlatformTlv::ivs: return "platform: rproc's vectors";
        case PlatformTlv::image_version: return "platform: rproc's version";
    }
    const bool platform = type >= static_cast<std::uint32_t>(TlvType::platform_first) &&
                          type <= static_cast<std::uint32_t>(TlvType::platform_last);
    return platform ? "platform" : "unknown";
}

/// The meaning of a TLV's value, where one line can show it.
std::string tlv_text(const SignedReport& report, const Tlv& tlv) {
    constexpr std::size_t kShown = 16;
    if (tlv.is(TlvType::hash_table))
        return fmt::format("{} program headers, each with its SHA-256", report.package.hash_count());
    const std::string text = hex_bytes(tlv.value.first(std::min(tlv.value.size(), kShown)));
    return tlv.value.size() > kShown ? text + "..." : text;
}

std::string signature_name(const SignedImage& package) {
    const auto tlv = package.find(TlvType::sign_type);
    if (!tlv || tlv->value.size() != 1) return "unknown";
    switch (static_cast<SignType>(tlv->value.front())) {
        case SignType::rsa_pkcs1_sha256:
            return fmt::format("RSA-{} PKCS#1 v1.5, SHA-256", package.signature().size() * 8);
        case SignType::ecdsa_p256_sha256: return "ECDSA P-256, SHA-256";
    }
    return fmt::format("unknown ({})", std::to_integer<unsigned>(tlv->value.front()));
}

std::string_view state_name(HashState state) {
    switch (state) {
        case HashState::matches: return "matches";
        case HashState::differs: return "differs";
        case HashState::missing: return "missing";
    }
    return "unknown";
}

InnerImage look_into(std::uint32_t index, std::span<const std::byte> bytes) {
    InnerImage image{index, bytes.size(), {}, {}};
    if (const auto elf = ElfImage::parse(bytes)) {
        image.elf = elf->header();
        image.table = elf->find_section(kResourceTableSection);
    }
    return image;
}

Json json_of(const InnerImage& image) {
    Json object{{"index", image.index}, {"size", image.size}};
    object["machine"] = image.elf ? Json(machine_name(image.elf->machine)) : Json(nullptr);
    object["entry"] = image.elf ? Json(hex(image.elf->entry.value())) : Json(nullptr);
    object["resource_table"] =
        image.table ? Json{{"da", hex(image.table->addr.value())}, {"size", image.table->size}} : Json(nullptr);
    return object;
}

Json json_of(const SegmentHash& hash) {
    const ElfSegment& segment = hash.segment;
    return {{"image", hash.image},
            {"index", segment.index},
            {"type_name", segment_type_name(segment.type)},
            {"paddr", hex(segment.paddr.value())},
            {"filesz", segment.filesz},
            {"memsz", segment.memsz},
            {"hash", state_name(hash.state)}};
}

void print_images(Output& out, const std::vector<InnerImage>& images) {
    out.print("\n{}\n", out.bold("Images"));
    for (const InnerImage& image : images) {
        out.print("  image {}  {}, ", image.index, counted(image.size, "byte"));
        if (!image.elf) {
            out.print("{}\n", out.bad("no ELF file"));
            continue;
        }
        out.print("ELF{}, {}, entry {}", image.elf->elf_class, machine_name(image.elf->machine),
                  hex(image.elf->entry.value()));
        if (image.table) {
            out.print(", resource table of {} at da {}", counted(image.table->size, "byte"),
                      hex(image.table->addr.value()));
        }
        out.write("\n");
    }
}

void print_tlvs(Output& out, const SignedReport& report) {
    Table table;
    table.add({"TLV", "TYPE", "LENGTH", "VALUE"});
    report.package.for_each_tlv([&](const Tlv& tlv) {
        table.add(
            {tlv_name(tlv.type), fmt::format("{:#x}", tlv.type), grouped(tlv.value.size()), tlv_text(report, tlv)});
    });
    out.write("\n");
    table.print(out, "  ");
}

void print_segments(Output& out, const SignedReport& report) {
    Table table;
    table.add({"IMAGE", "SEGMENT", "TYPE", "DA", "MEMSZ", "FILESZ", "HASH"});
    for (const SegmentHash& hash : report.segments) {
        const ElfSegment& segment = hash.segment;
        table.add({std::to_string(hash.image), std::to_string(segment.index), segment_type_name(segment.type),
                   hex(segment.paddr.value()), grouped(segment.memsz), grouped(segment.filesz),
                   std::string(state_name(hash.state))});
    }
    out.write("\n");
    table.print(out, "  ");
}

}  // namespace

Result<SignedReport> inspect_signed(const Firmware& firmware) {
    RPROC_TRY_ASSIGN(const SignedImage package, SignedImage::parse(firmware.bytes()));
    SignedReport report{package, {}, {}, {}};
    for (std::uint32_t i = 0; i < package.image_count(); ++i) {
        const auto image = package.image(i);
        if (!image) break;  // check_segment_hashes says why
        report.images.push_back(look_into(i, *image));
    }
    auto hashes = check_segment_hashes(package);
    if (hashes) {
        report.segments = std::move(*hashes);
    } else {
        report.fault = std::move(hashes).error();
    }
    return report;
}

Json to_json(const SignedReport& report) {
    const SignedImage& package = report.package;
    Json tlvs = Json::array();
    package.for_each_tlv([&](const Tlv& tlv) {
        tlvs.push_back(
            {{"type", fmt::format("{:#x}", tlv.type)}, {"name", tlv_name(tlv.type)}, {"value", hex_bytes(tlv.value)}});
    });
    Json images = Json::array();
    for (const InnerImage& image : report.images) images.push_back(json_of(image));
    Json segments = Json::array();
    for (const SegmentHash& hash : report.segments) segments.push_back(json_of(hash));
    return {{"format", "optee-signed"},
            {"version", package.header().version.get()},
            {"signature", {{"name", signature_name(package)}, {"size", package.signature().size()}}},
            {"tlvs", tlvs},
            {"images", images},
            {"segments", segments},
            {"fault", report.fault ? Json(report.fault->message()) : Json(nullptr)}};
}

void print(Output& out, const SignedReport& report) {
    const SignedImage& package = report.package;
    out.print("  signed for OP-TEE, version {}; nothing here says by whom\n", package.header().version.get());
    out.print("  signature  {}, {}\n", signature_name(package), counted(package.signature().size(), "byte"));
    print_tlvs(out, report);
    print_images(out, report.images);
    print_segments(out, report);
    if (report.fault) out.print("  {}  {}\n", out.bad("error"), printable(report.fault->message()));
}

Json to_json(const VendorImage& package) {
    Json parts = Json::array();
    for (const VendorPart& part : package.parts()) {
        parts.push_back({{"name", part.name},
                         {"offset", part.offset},
                         {"length", part.length},
                         {"type", part.type ? Json(*part.type) : Json(nullptr)}});
    }
    return {{"format", "st-signed-older"},
            {"version", package.header().version.get()},
            {"header_length", package.header().header_length.get()},
            {"parts", parts},
            {"images", Json::array({json_of(look_into(0, package.image()))})}};
}

void print(Output& out, const VendorImage& package) {
    out.print("  signed in the older format of STMicroelectronics, version {}; OP-TEE does not load it\n",
              package.header().version.get());
    out.print(
        "  nothing here is verified: what its signature covers and how its hash table is laid out are not public\n");
    Table table;
    table.add({"PART", "OFFSET", "LENGTH", "TYPE"});
    for (const VendorPart& part : package.parts()) {
        table.add({std::string(part.name), hex(part.offset), grouped(part.length),
                   part.type ? std::to_string(*part.type) : "-"});
    }
    out.write("\n");
    table.print(out, "  ");
    print_images(out, {look_into(0, package.image())});
}

}  // namespace rproc::cli
