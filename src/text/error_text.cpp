// SPDX-License-Identifier: BSD-2-Clause
#include <string>

#include "rproc/error.hpp"
#include "text/fill.hpp"

namespace rproc {

std::string Error::what() const {
    std::string text = fill(details_.message(), arguments(), kernel_result());
    if (!details_.note().empty()) text.append("; ").append(details_.note());
    return text;
}

std::string Error::hint() const { return fill(details_.hint(), arguments(), kernel_result()); }

std::string Error::kernel_line() const { return fill(details_.kernel_line(), arguments(), kernel_result()); }

std::string Error::message() const {
    std::string place = where();
    return place.empty() ? what() : std::move(place) + ": " + what();
}

}  // namespace rproc
