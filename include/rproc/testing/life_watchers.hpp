// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "rproc/core/processor_view.hpp"
#include "rproc/result.hpp"
#include "rproc/state.hpp"
#include "rproc/testing/faults.hpp"
#include "rproc/testing/faulty_driver.hpp"
#include "rproc/testing/faulty_subdevices.hpp"
#include "rproc/testing/life_watch.hpp"

namespace rproc::testing {

/// The checks inside of one processor: its observer, two sub-devices and a virtio driver. Must outlive the processor.
class LifeWatchers {
  public:
    LifeWatchers(UndoReports reports, const Faults& faults) : life_(reports), subdevices_(faults), driver_(faults) {}

    /// The observer for the processor.
    [[nodiscard]] LifeWatch& life() noexcept { return life_; }
    /// The virtio driver that `join` adds.
    [[nodiscard]] const FaultyDriver& driver() const noexcept { return driver_; }

    /// Adds the sub-devices and the driver to a processor. @returns nothing, or the error of add_subdevice.
    template <class Processor>
    [[nodiscard]] Result<void> join(Processor& processor) {
        for (std::size_t i = 0; i < FaultySubdevices::kCount; ++i)
            RPROC_TRY(processor.add_subdevice(subdevices_.subdevice(i)));
        processor.virtio().add_driver(driver_.driver());
        return {};
    }

    /// The violations since the last call, and those of a processor between two operations, in words.
    template <class Processor>
    [[nodiscard]] std::vector<std::string> take_violations(const Processor& processor) {
        return processor.visit([this](const ProcessorView& now) {
            if (now.is_off()) life_.expect_rest();
            const bool started = life_.is_done(Step::start_subdevices);
            subdevices_.expect(life_.is_done(Step::prepare_subdevices), started);
            auto wrong = driver_.violations(now.resources.vdevs, started);
            if (now.is_off()) add(wrong, leftovers(now));
            return take(std::move(wrong));
        });
    }

    /// The violations after the destruction of the processor, in words.
    [[nodiscard]] std::vector<std::string> take_violations() {
        life_.expect_rest();
        subdevices_.expect(false, false);
        return take(driver_.violations({}, false));
    }

  private:
    [[nodiscard]] static std::vector<std::string> leftovers(const ProcessorView& now) {
        std::vector<std::string> left;
        if (now.carveouts.size() != 0) left.emplace_back("carveouts are left");
        if (!now.table.empty()) left.emplace_back("a resource table is left");
        if (!now.resources.traces.empty()) left.emplace_back("traces are left");
        if (!now.resources.vdevs.empty()) left.emplace_back("virtio devices are left");
        if (!now.resources.iommu_mappings.empty()) left.emplace_back("IOMMU mappings are left");
        return left;
    }

    [[nodiscard]] std::vector<std::string> take(std::vector<std::string> wrong) {
        add(wrong, life_.take_violations());
        add(wrong, subdevices_.take_violations());
        return wrong;
    }

    static void add(std::vector<std::string>& all, std::vector<std::string> more) {
        std::ranges::move(more, std::back_inserter(all));
    }

    LifeWatch life_;
    FaultySubdevices subdevices_;
    FaultyDriver driver_;
};

}  // namespace rproc::testing
