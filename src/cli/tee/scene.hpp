// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/common/tee_device.hpp"
#include "rproc/tee/device_client.hpp"
#include "rproc/tee/survey.hpp"
#include "rproc/tee/time_limited_client.hpp"

/// rproc tee: asks the OP-TEE of this machine for its remote processors, and stops and releases them.
namespace rproc::cli {

using Json = nlohmann::ordered_json;

struct TeeDeviceOptions : CommonOptions {
    std::string action;
    std::vector<std::uint32_t> ids{};  ///< of processors in the TEE
    std::string device;                ///< a path; empty: the first device that is OP-TEE
    double timeout = kTeeOpenTimeout;  ///< s
};

using TeeClient = tee::TimeLimitedClient<tee::IoctlClient>;

/// The inputs of an action.
struct TeeScene {
    Console& console;
    const TeeDeviceOptions& options;
    std::string path;              ///< of the open device
    tee::device::Version version;  ///< of its TEE
    tee::device::Holders supplicants;
    std::shared_ptr<TeeClient> client;
};

/// The fields that the JSON objects of all actions begin with.
[[nodiscard]] Json tee_object(const TeeDeviceOptions& options);

/// Prints an error, with the other processes that have the device open where one of them has the session.
/// @returns its exit status.
ExitStatus tee_failed(const TeeScene& scene, std::uint32_t id, const Error& error);

/// The error of an answer to the open of a session; nothing for a success.
[[nodiscard]] Result<void> check_opened(const tee::ProcessorSurvey& survey);

ExitStatus tee_info(const TeeScene& scene);
ExitStatus tee_stop(const TeeScene& scene, std::uint32_t id);
ExitStatus tee_release(const TeeScene& scene, std::uint32_t id);

}  // namespace rproc::cli
