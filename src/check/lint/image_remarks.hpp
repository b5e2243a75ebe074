// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <vector>

#include "check/model/checked_image.hpp"
#include "check/verdict/trial.hpp"
#include "rproc/check/verdict.hpp"

/// What Linux boots without a message although a service does not work afterwards: warnings, and notes. Each
/// function takes an image that booted.
namespace rproc::check {

/// vectors-missing, stack-pointer-invalid, reset-vector-invalid, debug-sections-large.
[[nodiscard]] std::vector<Finding> remarks_on_image(const CheckedImage& checked);

/// segments-overlap, segment-in-vring.
[[nodiscard]] std::vector<Finding> remarks_on_segments(const CheckedImage& checked);

/// table-without-services, trace-absent, virtio-absent, address-replaced (of a carveout).
[[nodiscard]] std::vector<Finding> remarks_on_services(const CheckedImage& checked);

/// vring-too-small, vrings-unequal, vring-not-power-of-two, virtio-buffers-misfit, address-replaced (of a vring); of
/// the devices that `trial` registered.
[[nodiscard]] std::vector<Finding> remarks_on_vrings(const CheckedImage& checked, const Trial& trial);

}  // namespace rproc::check
