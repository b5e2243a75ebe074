// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/optional_ops.hpp"
#include "rproc/firmware/firmware.hpp"
#include "rproc/resource/table_view.hpp"
#include "rproc/result.hpp"
#include "rproc/testing/faults.hpp"

namespace rproc::testing {

/// A backend each of whose ops can fail, with the ops that the wrapped one has and no other. `load`
/// and `stop` also fail after they are done; `start` does not, as a core whose start failed must not run. Ops that
/// cannot fail are passed on.
template <Backend B>
class FaultyBackend {
    static_assert(rproc::internal::optional_backend_ops_fit<B>());

  public:
    /// That of the wrapped backend.
    using Image = ImageOf<B>;

    FaultyBackend(B backend, Faults faults) : backend_(std::move(backend)), faults_(std::move(faults)) {}

    [[nodiscard]] B& wrapped() noexcept { return backend_; }

    [[nodiscard]] Result<Image> parse(Context& ctx, const Firmware& firmware) requires HasParse<B> {
        return faults_.call({.name = "backend.parse"}, [&] { return backend_.parse(ctx, firmware); });
    }

    [[nodiscard]] DeviceAddress boot_address(Context& ctx, const Image& image) requires HasBootAddress<B> {
        return backend_.boot_address(ctx, image);
    }

    [[nodiscard]] Result<std::vector<std::byte>> parse_fw(Context& ctx, const Image& image) requires ParsesImage<B> {
        return faults_.call({.name = "backend.parse_fw"}, [&] { return backend_.parse_fw(ctx, image); });
    }

    template <MemoryProvider M>
    [[nodiscard]] Result<std::vector<std::byte>> parse_fw(Context& ctx, const Image& image,
                                                          M& memory) requires ParsesMemory<B> {
        return faults_.call({.name = "backend.parse_fw", .also = FaultKind::late},
                            [&] { return backend_.parse_fw(ctx, image, memory); });
    }

    [[nodiscard]] Result<void> load(Context& ctx, const Image& image) {
        return faults_.call({.name = "backend.load", .also = FaultKind::late},
                            [&] { return backend_.load(ctx, image); });
    }

    template <MemoryProvider M>
    [[nodiscard]] Result<LoadedTable> loaded_table(Context& ctx, M& memory) requires HasLoadedTable<B> {
        return faults_.call({.name = "backend.loaded_table"}, [&] { return backend_.loaded_table(ctx, memory); });
    }

    [[nodiscard]] std::span<std::byte> find_loaded_rsc_table(Context& ctx,
                                                             const Image& image) requires HasFindLoadedRscTable<B> {
        return backend_.find_loaded_rsc_table(ctx, image);
    }

    [[nodiscard]] Result<VendorEntry> handle_rsc(Context& ctx, const ResourceEntry& entry) requires HasHandleRsc<B> {
        return faults_.call({.name = "backend.handle_rsc"}, [&] { return backend_.handle_rsc(ctx, entry); });
    }

    [[nodiscard]] Result<void> start(Context& ctx) requires StartsCore<B> {
        return faults_.call({.name = "backend.start"}, [&] { return backend_.start(ctx); });
    }
    template <CoreControl C>
    [[nodiscard]] Result<void> start(Context& ctx, C& core) requires DrivesCore<B> {
        return faults_.call({.name = "backend.start"}, [&] { return backend_.start(ctx, core); });
    }

    [[nodiscard]] Result<void> stop(Context& ctx) requires StartsCore<B> {
        return faults_.call({.name = "backend.stop", .also = FaultKind::late}, [&] { return backend_.stop(ctx); });
    }
    template <CoreControl C>
    [[nodiscard]] Result<void> stop(Context& ctx, C& core) requires DrivesCore<B> {
        return faults_.call({.name = "backend.stop", .also = FaultKind::late},
                            [&] { return backend_.stop(ctx, core); });
    }

    void release_fw(Context& ctx) requires HasReleaseFw<B> { backend_.release_fw(ctx); }

  private:
    B backend_;
    Faults faults_;
};

}  // namespace rproc::testing
