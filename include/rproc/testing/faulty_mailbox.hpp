// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <string_view>
#include <utility>

#include "rproc/platform/mailbox.hpp"
#include "rproc/result.hpp"
#include "rproc/testing/faults.hpp"

namespace rproc::testing {

/// Wraps a mailbox. A message can be lost (mailbox_failed), or its acknowledgement (mailbox_timeout). Without a wait, a
/// lost acknowledgement is replaced by mailbox_failed after the delivery.
template <platform::Mailbox X>
class FaultyMailbox {
  public:
    /// @param faults strike at the point mailbox.send.
    FaultyMailbox(X mailbox, Faults faults) : mailbox_(std::move(mailbox)), faults_(std::move(faults)) {}

    [[nodiscard]] Result<void> send(std::string_view channel, std::string_view message,
                                    std::chrono::milliseconds wait) {
        auto fault =
            faults_.strike({.name = "mailbox.send", .code = ErrorCode::mailbox_failed, .also = FaultKind::late});
        if (!fault) return mailbox_.send(channel, message, wait);
        if (fault->kind == FaultKind::late) {
            RPROC_TRY(mailbox_.send(channel, message, wait));
            if (wait.count() != 0) fault->error = fault->error.with_code(ErrorCode::mailbox_timeout);
        }
        return fail(std::move(fault->error));
    }

  private:
    X mailbox_;
    Faults faults_;
};
static_assert(platform::Mailbox<FaultyMailbox<platform::ModelMailbox>>);

}  // namespace rproc::testing
