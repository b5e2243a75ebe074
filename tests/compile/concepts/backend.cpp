// SPDX-License-Identifier: BSD-2-Clause
// Each requirement of the concepts of a backend.
#include <cstddef>
#include <span>
#include <vector>

#include "rproc/core/concepts.hpp"

#include "concepts/cases.hpp"

namespace rproc::test {

using Table = std::vector<std::byte>;

/// Starts the core by itself; takes firmware as it is.
struct WholeBackend {
    Result<Firmware> parse(Context& ctx, const Firmware& firmware);
    DeviceAddress boot_address(Context& ctx, const Firmware& firmware);
    Result<Table> parse_fw(Context& ctx, const Firmware& firmware);
    Result<void> load(Context& ctx, const Firmware& firmware);
    std::span<std::byte> find_loaded_rsc_table(Context& ctx, const Firmware& firmware);
    Result<LoadedTable> loaded_table(Context& ctx, internal::AnyMemory& memory);
    void release_fw(Context& ctx);
    Result<VendorEntry> handle_rsc(Context& ctx, const ResourceEntry& entry);
    Result<void> start(Context& ctx);
    Result<void> stop(Context& ctx);
};

MEETS(Backend, WholeBackend);
NEEDS(Backend, WholeBackend, load)
NEEDS(Backend, WholeBackend, parse_fw)
NEEDS(Backend, WholeBackend, start)
NEEDS(Backend, WholeBackend, stop)
NEEDS_EXACTLY(Backend, WholeBackend, load, Result<void> load(Context& ctx, Firmware& firmware))
NEEDS_EXACTLY(Backend, WholeBackend, parse_fw, Result<LoadedTable> parse_fw(Context& ctx, const Firmware& firmware))

MEETS(StartsCore, WholeBackend);
NEEDS(StartsCore, WholeBackend, start)
NEEDS(StartsCore, WholeBackend, stop)

MEETS(ParsesImage, WholeBackend);
NEEDS(ParsesImage, WholeBackend, parse_fw)

/// Leaves the core to Linux, and finds the table in memory.
struct WholeDrivingBackend : WholeBackend {
    template <CoreControl C>
    Result<void> start(Context& ctx, C& core);
    template <CoreControl C>
    Result<void> stop(Context& ctx, C& core);
    template <MemoryProvider M>
    Result<Table> parse_fw(Context& ctx, const Firmware& firmware, M& memory);
};

MEETS(Backend, WholeDrivingBackend);
static_assert(!StartsCore<WholeDrivingBackend> && !ParsesImage<WholeDrivingBackend>);
MEETS(DrivesCore, WholeDrivingBackend);
NEEDS(DrivesCore, WholeDrivingBackend, start)
NEEDS(DrivesCore, WholeDrivingBackend, stop)
static_assert(!DrivesCore<WholeBackend> && !ParsesMemory<WholeBackend>);

MEETS(ParsesMemory, WholeDrivingBackend);
NEEDS(ParsesMemory, WholeDrivingBackend, parse_fw)

/// A start that takes the core and a stop that does not are of no concept.
struct Mixed : WholeDrivingBackend {
    Result<void> stop(Context& ctx);
};
static_assert(!Backend<Mixed>);

/// With an image of its own, which `parse` makes.
struct WholeImageBackend : WholeBackend {
    struct Image {};
    Result<Image> parse(Context& ctx, const Firmware& firmware);
    Result<Table> parse_fw(Context& ctx, const Image& image);
    Result<void> load(Context& ctx, const Image& image);
};
/// The image of the ops is that of `parse`.
struct ParsesNothing : WholeImageBackend {
    void parse() = delete;
};
struct LoadsFirmware : WholeImageBackend {
    Result<void> load(Context& ctx, const Firmware& firmware);
};

MEETS(Backend, WholeImageBackend);
static_assert(!Backend<ParsesNothing> && !Backend<LoadsFirmware>);

MEETS(HasParse, WholeImageBackend);
NEEDS(HasParse, WholeImageBackend, parse)
NEEDS_EXACTLY(HasParse, WholeImageBackend, parse, Result<Firmware> parse(Context& ctx, const Firmware& firmware))

MEETS(HasBootAddress, WholeBackend);
NEEDS(HasBootAddress, WholeBackend, boot_address)
MEETS(HasFindLoadedRscTable, WholeBackend);
NEEDS(HasFindLoadedRscTable, WholeBackend, find_loaded_rsc_table)
MEETS(HasLoadedTable, WholeBackend);
NEEDS(HasLoadedTable, WholeBackend, loaded_table)
MEETS(HasReleaseFw, WholeBackend);
NEEDS(HasReleaseFw, WholeBackend, release_fw)
NEEDS_EXACTLY(HasReleaseFw, WholeBackend, release_fw, Result<void> release_fw(Context& ctx))
MEETS(HasHandleRsc, WholeBackend);
NEEDS(HasHandleRsc, WholeBackend, handle_rsc)

struct OwnPlatform {
    using Memory = internal::AnyMemory;
    [[nodiscard]] std::string_view name() const;
    Memory& memory();
};
struct ControllingPlatform : OwnPlatform, internal::AnyCore {};
template <class P>
concept SuitsDrivingBackend = Composable<WholeDrivingBackend, P>;

static_assert(Composable<WholeBackend, OwnPlatform>);
static_assert(!Composable<Mixed, OwnPlatform> && !Composable<WholeBackend, Wrong>);
MEETS(SuitsDrivingBackend, ControllingPlatform);
NEEDS(SuitsDrivingBackend, ControllingPlatform, power_up)
NEEDS(SuitsDrivingBackend, ControllingPlatform, power_down)

}  // namespace rproc::test
