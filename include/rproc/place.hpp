// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

/// The places that an Error or a finding refers to: a part of the firmware, of the device tree or of the processor, or
/// a file. Each is a small value. Its names are views; they are valid as long as the text that the place was made from.
/// In an `Error` or a `Finding` they are valid until that object is modified.
///
/// Each place has a `kKind`, its stable name in JSON, and `fields`, which calls `visit(name, value)` for every member
/// in order. `self` is the place, const or not. A member is a std::uint32_t, a std::uint64_t or a std::string_view.
/// Device and physical addresses and sizes are in bytes, as the input has them, and unchecked.
namespace rproc::place {

/// No place: the error refers to the operation as a whole.
struct None {
    static constexpr std::string_view kKind = "none";
    static void fields(auto& /*self*/, auto&& /*visit*/) {}
    friend bool operator==(const None&, const None&) = default;
};

/// A place with a fixed name and no numbers: "ELF header", "device tree", "standard input".
/// @tparam Tag selects the place; see the aliases at the end.
template <class Tag>
struct Fixed {
    static constexpr std::string_view kKind = Tag::kKind;
    static constexpr std::string_view kText = Tag::kText;
    static void fields(auto& /*self*/, auto&& /*visit*/) {}
    friend bool operator==(const Fixed&, const Fixed&) = default;
};

/// A place that one name identifies. Its text is `kBefore`, the name, `kAfter`.
/// @tparam Tag selects the place; see the aliases at the end.
template <class Tag>
struct Named {
    static constexpr std::string_view kKind = Tag::kKind;
    static constexpr std::string_view kBefore = Tag::kBefore;
    static constexpr std::string_view kAfter = Tag::kAfter;

    std::string_view name{};

    static void fields(auto& self, auto&& visit) { visit("name", self.name); }
    friend bool operator==(const Named&, const Named&) = default;
};

/// A place that one number identifies. Its text is `kBefore`, the number in decimal, `kAfter`.
/// @tparam Tag selects the place; see the aliases at the end.
template <class Tag>
struct Numbered {
    static constexpr std::string_view kKind = Tag::kKind;
    static constexpr std::string_view kBefore = Tag::kBefore;
    static constexpr std::string_view kAfter = Tag::kAfter;

    std::uint32_t index = 0;

    static void fields(auto& self, auto&& visit) { visit("index", self.index); }
    friend bool operator==(const Numbered&, const Numbered&) = default;
};

/// A field of the ELF header, "e_phnum". An empty field means the header as a whole.
struct ElfHeader {
    static constexpr std::string_view kKind = "elf-header";
    std::string_view field{};  ///< its name in the ELF specification

    static void fields(auto& self, auto&& visit) { visit("field", self.field); }
    friend bool operator==(const ElfHeader&, const ElfHeader&) = default;
};

/// A segment of an ELF file: its index among the program headers, its p_paddr and p_memsz.
struct Segment {
    static constexpr std::string_view kKind = "segment";
    std::uint32_t index = 0;  ///< among the program headers
    std::uint64_t da = 0;     ///< p_paddr
    std::uint64_t size = 0;   ///< p_memsz

    static void fields(auto& self, auto&& visit) {
        visit("index", self.index);
        visit("da", self.da);
        visit("size", self.size);
    }
    friend bool operator==(const Segment&, const Segment&) = default;
};

/// A part of the processor's vector table: its name ("reset vector"; empty for the table as a whole), its device
/// address and size.
struct Vector {
    static constexpr std::string_view kKind = "vector-table";
    std::string_view name{};  ///< "reset vector"; may be empty
    std::uint64_t da = 0;
    std::uint64_t size = 0;

    static void fields(auto& self, auto&& visit) {
        visit("name", self.name);
        visit("da", self.da);
        visit("size", self.size);
    }
    friend bool operator==(const Vector&, const Vector&) = default;
};

/// A field of the header of a signed image, "magic". An empty field means the header as a whole.
struct SignedHeader {
    static constexpr std::string_view kKind = "signed-header";
    std::string_view field{};  ///< its name in wire::SignedHeader

    static void fields(auto& self, auto&& visit) { visit("field", self.field); }
    friend bool operator==(const SignedHeader&, const SignedHeader&) = default;
};

/// A TLV of a signed image, by its offset in the file in bytes.
struct Tlv {
    static constexpr std::string_view kKind = "tlv";
    std::uint64_t offset = 0;  ///< of its header in the file

    static void fields(auto& self, auto&& visit) { visit("offset", self.offset); }
    friend bool operator==(const Tlv&, const Tlv&) = default;
};

/// The TLV of a type (TlvType), with the name of its content ("image sizes"; may be empty).
struct TlvOfType {
    static constexpr std::string_view kKind = "tlv-type";
    std::uint32_t type = 0;  ///< TlvType, or a platform type
    std::string_view name{};

    static void fields(auto& self, auto&& visit) {
        visit("type", self.type);
        visit("name", self.name);
    }
    friend bool operator==(const TlvOfType&, const TlvOfType&) = default;
};

/// A field of the header of a resource table, "ver". An empty field means the table as a whole.
struct Table {
    static constexpr std::string_view kKind = "resource-table";
    std::string_view field{};  ///< its name in struct resource_table

    static void fields(auto& self, auto&& visit) { visit("field", self.field); }
    friend bool operator==(const Table&, const Table&) = default;
};

/// The offset of the entry of that index, in the array that follows the header of a resource table (`offset[]` of
/// struct resource_table).
struct TableOffset {
    static constexpr std::string_view kKind = "table-offset";
    std::uint32_t index = 0;  ///< of the entry

    static void fields(auto& self, auto&& visit) { visit("index", self.index); }
    friend bool operator==(const TableOffset&, const TableOffset&) = default;
};

/// A resource table in memory, by device address.
struct TableAtDevice {
    static constexpr std::string_view kKind = "table-da";
    std::uint64_t da = 0;

    static void fields(auto& self, auto&& visit) { visit("da", self.da); }
    friend bool operator==(const TableAtDevice&, const TableAtDevice&) = default;
};

/// A resource table in memory, by physical address.
struct TableAtPhysical {
    static constexpr std::string_view kKind = "table-pa";
    std::uint64_t pa = 0;
    std::uint64_t size = 0;

    static void fields(auto& self, auto&& visit) {
        visit("pa", self.pa);
        visit("size", self.size);
    }
    friend bool operator==(const TableAtPhysical&, const TableAtPhysical&) = default;
};

/// An entry of a resource table: its index, its type as the table has it, and the offset of its type field in bytes
/// from the start of the table.
struct Entry {
    static constexpr std::string_view kKind = "entry";
    std::uint32_t index = 0;   ///< in the table
    std::uint32_t type = 0;    ///< fw_resource_type
    std::uint64_t offset = 0;  ///< bytes from the start of the table

    static void fields(auto& self, auto&& visit) {
        visit("index", self.index);
        visit("type", self.type);
        visit("offset", self.offset);
    }
    friend bool operator==(const Entry&, const Entry&) = default;
};

/// A vring of a vdev entry. `entry` and `offset` locate the vdev entry as in Entry. `vdev` is the index among the vdev
/// entries, `index` the vring's index in its device. `descriptors` is its `num`, 0 to leave it out of the text.
struct Vring {
    static constexpr std::string_view kKind = "vring";
    std::uint32_t entry = 0;        ///< index of the vdev entry
    std::uint64_t offset = 0;       ///< of the vdev entry, bytes from the start of the table
    std::uint32_t vdev = 0;         ///< among the vdev entries
    std::uint32_t index = 0;        ///< in the device
    std::uint32_t descriptors = 0;  ///< `num`; 0: not printed

    static void fields(auto& self, auto&& visit) {
        visit("entry", self.entry);
        visit("offset", self.offset);
        visit("vdev", self.vdev);
        visit("index", self.index);
        if (self.descriptors != 0) visit("descriptors", self.descriptors);
    }
    friend bool operator==(const Vring&, const Vring&) = default;
};

/// A carveout by its name, with its size in bytes if that is known.
struct Carveout {
    static constexpr std::string_view kKind = "carveout";
    static constexpr std::uint64_t kUnknownSize = 0xffffffffffffffff;

    std::string_view name{};
    std::uint64_t size = kUnknownSize;

    static void fields(auto& self, auto&& visit) {
        visit("name", self.name);
        if (self.size != kUnknownSize) visit("size", self.size);
    }
    friend bool operator==(const Carveout&, const Carveout&) = default;
};

/// A range of device addresses; size 0 means a single address.
struct Device {
    static constexpr std::string_view kKind = "device-range";
    std::uint64_t da = 0;
    std::uint64_t size = 0;

    static void fields(auto& self, auto&& visit) {
        visit("da", self.da);
        visit("size", self.size);
    }
    friend bool operator==(const Device&, const Device&) = default;
};

/// A range of physical addresses; size 0 means a single address.
struct Physical {
    static constexpr std::string_view kKind = "physical-range";
    std::uint64_t pa = 0;
    std::uint64_t size = 0;

    static void fields(auto& self, auto&& visit) {
        visit("pa", self.pa);
        visit("size", self.size);
    }
    friend bool operator==(const Physical&, const Physical&) = default;
};

/// One window of dma-ranges (DmaRanges::Window).
struct DmaWindow {
    static constexpr std::string_view kKind = "dma-window";
    std::uint64_t da = 0;  ///< of the first byte
    std::uint64_t pa = 0;  ///< of the first byte
    std::uint64_t size = 0;

    static void fields(auto& self, auto&& visit) {
        visit("da", self.da);
        visit("pa", self.pa);
        visit("size", self.size);
    }
    friend bool operator==(const DmaWindow&, const DmaWindow&) = default;
};

/// A node of the device tree by its path, and one of its properties. An empty property means the node as a whole.
struct Node {
    static constexpr std::string_view kKind = "device-tree-node";
    std::string_view path{};      ///< "/soc/m4@10000000"
    std::string_view property{};  ///< "memory-region"; may be empty

    static void fields(auto& self, auto&& visit) {
        visit("path", self.path);
        visit("property", self.property);
    }
    friend bool operator==(const Node&, const Node&) = default;
};

/// A list of files that were tried: the first and the last of them.
struct Files {
    static constexpr std::string_view kKind = "files";
    std::string_view first{};
    std::string_view last{};

    static void fields(auto& self, auto&& visit) {
        visit("first", self.first);
        visit("last", self.last);
    }
    friend bool operator==(const Files&, const Files&) = default;
};

namespace tag {

#define RPROC_FIXED_PLACE(tag, kind, text)              \
    struct tag {                                        \
        static constexpr std::string_view kKind = kind; \
        static constexpr std::string_view kText = text; \
    }
#define RPROC_KEYED_PLACE(tag, kind, before, after)         \
    struct tag {                                            \
        static constexpr std::string_view kKind = kind;     \
        static constexpr std::string_view kBefore = before; \
        static constexpr std::string_view kAfter = after;   \
    }

RPROC_FIXED_PLACE(DeviceTree, "device-tree", "device tree");
RPROC_FIXED_PLACE(StandardInput, "standard-input", "standard input");
RPROC_FIXED_PLACE(Subdevice, "subdevice", "a sub-device");
RPROC_FIXED_PLACE(Signature, "signature", "the signature");
RPROC_FIXED_PLACE(Package, "package", "the package");
RPROC_FIXED_PLACE(KeyInformation, "key-information", "the key information");
RPROC_FIXED_PLACE(Signing, "signing", "signing");
RPROC_FIXED_PLACE(DebugSections, "debug-sections", "sections .debug_*");

RPROC_KEYED_PLACE(Trace, "trace", "trace \"", "\"");
RPROC_KEYED_PLACE(File, "file", "", "");
RPROC_KEYED_PLACE(Firmware, "firmware", "", "");
RPROC_KEYED_PLACE(Processor, "processor", "", "");
RPROC_KEYED_PLACE(Option, "option", "", "");
RPROC_KEYED_PLACE(Mailbox, "mailbox-channel", "mailbox channel ", "");
RPROC_KEYED_PLACE(Register, "register", "register ", "");
RPROC_KEYED_PLACE(Part, "part", "", "");
RPROC_KEYED_PLACE(TeeCommand, "tee-command", "", "");
RPROC_KEYED_PLACE(Vdev, "vdev", "vdev ", "");
RPROC_KEYED_PLACE(TeeProcessor, "tee-processor", "remote processor ", " of the TEE");

#undef RPROC_FIXED_PLACE
#undef RPROC_KEYED_PLACE

}  // namespace tag

/// The kernel's name for an entry type (enum fw_resource_type): "carveout", "devmem", "trace", "vdev", or "type 128".
[[nodiscard]] std::string entry_type_name(std::uint32_t type);

using DeviceTree = Fixed<tag::DeviceTree>;
using StandardInput = Fixed<tag::StandardInput>;
using Subdevice = Fixed<tag::Subdevice>;            ///< a sub-device without a name
using Signature = Fixed<tag::Signature>;            ///< of a signed image
using Package = Fixed<tag::Package>;                ///< a signed image under construction
using KeyInformation = Fixed<tag::KeyInformation>;  ///< the TLV KEY_INFO
using Signing = Fixed<tag::Signing>;                ///< the operation
using DebugSections = Fixed<tag::DebugSections>;    ///< of an ELF file

using Trace = Named<tag::Trace>;            ///< a trace buffer by its name
using File = Named<tag::File>;              ///< a file by its path
using Part = Named<tag::Part>;              ///< a part of a file by a fixed name, "the program headers"
using Firmware = Named<tag::Firmware>;      ///< a firmware by its name
using Processor = Named<tag::Processor>;    ///< a remote processor by its name
using Option = Named<tag::Option>;          ///< a command-line option, as given
using Mailbox = Named<tag::Mailbox>;        ///< a channel of the mailbox
using Register = Named<tag::Register>;      ///< a register or reset by its name
using TeeCommand = Named<tag::TeeCommand>;  ///< a command of the TEE's trusted application, LOAD_FW

using Vdev = Numbered<tag::Vdev>;  ///< a virtio device, by the index of its vdev entry among the vdev entries
using TeeProcessor = Numbered<tag::TeeProcessor>;  ///< a remote processor by its id in the TEE

}  // namespace rproc::place

namespace rproc {

/// The location of an error: a part of the input or of the system, and the file or image that contains the part if an
/// operation reads several. Compares by value, so that a test need not compare texts.
///
/// A view: its names must outlive it; StoredPlace owns them. `describe` formats it: "app.elf, segment 1
/// (0x80100000+0x540)".
struct Place {
    using Part = std::variant<
        place::None, place::ElfHeader, place::Segment, place::Vector, place::DebugSections, place::SignedHeader,
        place::Tlv, place::TlvOfType, place::Signature, place::Package, place::KeyInformation, place::Signing,
        place::Table, place::TableOffset, place::TableAtDevice, place::TableAtPhysical, place::Entry, place::Vring,
        place::Vdev, place::Trace, place::Carveout, place::Device, place::Physical, place::DmaWindow, place::DeviceTree,
        place::Node, place::File, place::Files, place::StandardInput, place::Part, place::Firmware, place::Processor,
        place::Subdevice, place::Mailbox, place::Register, place::TeeProcessor, place::TeeCommand, place::Option>;

    /// `image` of a place that is in no package, or in a package with a single image.
    static constexpr std::uint32_t kNoImage = 0xffffffff;

    Part part{};
    std::string_view file{};         ///< the file that contains `part`; empty if the operation reads a single file
    std::uint32_t image = kNoImage;  ///< index of the image in a signed package that contains `part`

    Place() = default;
    /// From any of the places above: `Place(place::Table{"ver"})`.
    template <class P>
    requires requires { P::kKind; }
    Place(const P& where) : part(where) {}  // NOLINT: a part is a place

    /// Whether it is place::None in no file.
    [[nodiscard]] bool empty() const noexcept { return std::holds_alternative<place::None>(part) && file.empty(); }

    /// The same place in a file. @param name must outlive the result.
    [[nodiscard]] Place in_file(std::string_view name) const {
        Place result = *this;
        result.file = name;
        return result;
    }
    /// The same place in the image of that index.
    [[nodiscard]] Place in_image(std::uint32_t index) const {
        Place result = *this;
        result.image = index;
        return result;
    }

    friend bool operator==(const Place&, const Place&) = default;
};

/// The text of a place, with which messages begin; empty for no place.
[[nodiscard]] std::string describe(const Place& place);

/// The stable name of a place's kind, "segment"; static storage.
[[nodiscard]] std::string_view kind_of(const Place& place) noexcept;

}  // namespace rproc
