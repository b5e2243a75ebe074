// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rproc/sysfs/sysfs_find.hpp"
#include "rproc/sysfs/sysfs_processor.hpp"
#include "sysfs/model_kernel.hpp"

namespace rproc::test {

/// Records state changes and kernel lines.
struct StateRecorder : NullObserver {
    std::shared_ptr<std::vector<std::string>> entries = std::make_shared<std::vector<std::string>>();
    void on_log(const LogLine& line) { entries->push_back("log " + line.text()); }
    void on_state(State from, State to) {
        entries->push_back(std::string(to_string(from)) + " -> " + std::string(to_string(to)));
    }
};

class SysfsProcessor : public ::testing::Test {
  protected:
    using Processor = sysfs::BasicSysfsRemoteProcessor<ModelFiles, StateRecorder, ModelClock>;

    SysfsProcessor() {
        kernel->add_processor("remoteproc0", "m4", "/soc/m4@10000000");
        kernel->files["/proc/sys/kernel/osrelease"] = "6.1.0\n";
    }

    Processor processor() {
        ModelFiles files(kernel);
        auto place = sysfs::find_processor(files, {}, "m4");
        EXPECT_TRUE(place);
        return Processor(*place, {}, files, recorder, ModelClock(kernel));
    }

    const std::string self = ModelKernel::kSelf;
    const std::string debug = ModelKernel::kDebug;
    std::shared_ptr<ModelKernel> kernel = std::make_shared<ModelKernel>();
    StateRecorder recorder;
};

}  // namespace rproc::test
