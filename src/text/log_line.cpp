// SPDX-License-Identifier: BSD-2-Clause
#include <string>

#include "rproc/observer.hpp"
#include "text/fill.hpp"

namespace rproc {

std::string LogLine::text() const {
    return error_ != nullptr ? error_->kernel_line() : fill(text_, arguments_, NamedArguments{});
}

}  // namespace rproc
