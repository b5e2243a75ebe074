// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rproc/result.hpp"

namespace rproc::platform {

/// How a platform signals the processor. Channels are known by their `mbox-names`: "vq0", "vq1", "shutdown", "detach".
template <class M>
concept Mailbox = requires(M& m, std::string_view channel, std::string_view message) {
    // Sends, and waits for the acknowledgement where the channel has one. Fails with mailbox_failed.
    { m.send(channel, message) } -> std::same_as<Result<void>>;
};

/// A mailbox that acknowledges everything and remembers it. A handle: copies refer to the same mailbox. Not
/// thread-safe.
class ModelMailbox {
  public:
    struct Message {
        std::string channel;
        std::string text;

        friend bool operator==(const Message&, const Message&) = default;
    };

    ModelMailbox() : sent_(std::make_shared<std::vector<Message>>()) {}

    [[nodiscard]] Result<void> send(std::string_view channel, std::string_view message) {
        sent_->push_back({std::string(channel), std::string(message)});
        return {};
    }

    [[nodiscard]] const std::vector<Message>& sent() const noexcept { return *sent_; }

  private:
    std::shared_ptr<std::vector<Message>> sent_;
};
static_assert(Mailbox<ModelMailbox>);

}  // namespace rproc::platform
