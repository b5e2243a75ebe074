// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <string_view>
#include <utility>

#include "rproc/platform/mailbox.hpp"
#include "rproc/result.hpp"
#include "rproc/testing/faults.hpp"

namespace rproc {

/// A mailbox whose messages can get lost, or their acknowledgements (mailbox_failed).
template <platform::Mailbox X>
class FaultyMailbox {
  public:
    FaultyMailbox(X mailbox, Faults faults) : mailbox_(std::move(mailbox)), faults_(std::move(faults)) {}

    [[nodiscard]] Result<void> send(std::string_view channel, std::string_view message,
                                    std::chrono::milliseconds wait) {
        return faults_.call({.name = "mailbox.send", .code = ErrorCode::mailbox_failed, .also = FaultKind::late},
                            [&] { return mailbox_.send(channel, message, wait); });
    }

  private:
    X mailbox_;
    Faults faults_;
};
static_assert(platform::Mailbox<FaultyMailbox<platform::ModelMailbox>>);

}  // namespace rproc
