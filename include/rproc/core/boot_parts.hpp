// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <vector>

#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/iommu_mapping.hpp"
#include "rproc/core/resource_tables.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/core/step_reporter.hpp"
#include "rproc/core/subdevices.hpp"
#include "rproc/core/virtio.hpp"
#include "rproc/step.hpp"

namespace rproc {

/// What the steps of one processor, and the way back from them, work on.
template <class B, class P, class O>
struct BootParts {
    BootParts(Context& context, B& a_backend, P& a_platform, O& an_observer) noexcept
        : ctx(context),
          backend(a_backend),
          platform(a_platform),
          observer(an_observer),
          reporter(context, an_observer) {}
    BootParts(const BootParts&) = delete;
    BootParts& operator=(const BootParts&) = delete;

    /// Drops what the resource table led to.
    void clean_resources() {
        if constexpr (HasIommu<P>) unmap_iommu(platform.iommu(), resources);
        resources.clear();
        ctx.carveouts().clear();
    }

    /// Drops what the platform has registered.
    void forget_prepared() {
        ctx.carveouts().clear();
        ctx.dump_segments().clear();
    }

    Context& ctx;
    B& backend;
    P& platform;
    O& observer;
    StepReporter<O> reporter;
    ResourceTables tables{ctx};
    Resources resources;
    SubdeviceList subdevices;
    VirtioBus virtio{ctx, resources, kick_op()};
    std::vector<Step> done;  ///< in order; what of it has to be taken back

  private:
    /// What the virtio bus kicks with; empty where the platform cannot.
    [[nodiscard]] VirtioKick kick_op() {
        if constexpr (HasKick<P>) {
            return [this](std::uint32_t notify_id) { return platform.kick(ctx, notify_id); };
        }
        return {};
    }
};

}  // namespace rproc
