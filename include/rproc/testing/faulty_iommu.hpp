// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <utility>

#include "rproc/memory/address.hpp"
#include "rproc/memory/iommu.hpp"
#include "rproc/result.hpp"
#include "rproc/testing/faults.hpp"

namespace rproc::testing {

/// Wraps an IOMMU domain, whose `attach` and `map` can fail.
template <IommuDomain I>
class FaultyIommu {
  public:
    /// @param faults strike at the points iommu.attach and iommu.map.
    FaultyIommu(I iommu, Faults faults) : iommu_(std::move(iommu)), faults_(std::move(faults)) {}

    [[nodiscard]] Result<void> attach() {
        return faults_.call({.name = "iommu.attach"}, [&] { return iommu_.attach(); });
    }
    void detach() { iommu_.detach(); }

    [[nodiscard]] Result<void> map(DeviceRange da, PhysicalAddress pa, std::uint32_t flags) {
        return faults_.call({.name = "iommu.map"}, [&] { return iommu_.map(da, pa, flags); });
    }
    void unmap(DeviceRange da) { iommu_.unmap(da); }

  private:
    I iommu_;
    Faults faults_;
};

namespace internal {

/// Refers to a domain of another owner.
template <IommuDomain I>
class IommuRef {
  public:
    explicit IommuRef(I& iommu) noexcept : iommu_(&iommu) {}

    [[nodiscard]] Result<void> attach() { return iommu_->attach(); }
    void detach() { iommu_->detach(); }
    [[nodiscard]] Result<void> map(DeviceRange da, PhysicalAddress pa, std::uint32_t flags) {
        return iommu_->map(da, pa, flags);
    }
    void unmap(DeviceRange da) { iommu_->unmap(da); }

  private:
    I* iommu_;
};

}  // namespace internal
}  // namespace rproc::testing
