// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace rproc::bench {

/// The reference for lookups: carveouts in a linked list in the order of registration, walked from its head, as in
/// Linux. Written for this benchmark, with each node allocated separately.
class KernelList {
  public:
    KernelList() = default;
    KernelList(const KernelList&) = delete;
    KernelList& operator=(const KernelList&) = delete;
    ~KernelList() {
        while (head_) head_ = std::move(head_->next);  // a loop, because nested destructors would overflow the stack
    }

    void add(std::uint64_t da, std::uint64_t pa, std::uint64_t size, std::byte* data) {
        *tail_ = std::make_unique<Node>(Node{da, pa, size, data, nullptr});
        tail_ = &(*tail_)->next;
    }

    [[nodiscard]] std::byte* da_to_va(std::uint64_t da, std::uint64_t size) const noexcept {
        return walk<&Node::da>(da, size);
    }
    [[nodiscard]] std::byte* pa_to_va(std::uint64_t pa, std::uint64_t size) const noexcept {
        return walk<&Node::pa>(pa, size);
    }

  private:
    struct Node {
        std::uint64_t da;
        std::uint64_t pa;
        std::uint64_t size;
        std::byte* data;
        std::unique_ptr<Node> next;
    };

    template <std::uint64_t Node::*Start>
    [[nodiscard]] std::byte* walk(std::uint64_t address, std::uint64_t size) const noexcept {
        for (const Node* node = head_.get(); node != nullptr; node = node->next.get()) {
            if (node->data == nullptr || address < node->*Start) continue;
            const std::uint64_t offset = address - node->*Start;
            if (offset < node->size && size <= node->size - offset) return node->data + offset;
        }
        return nullptr;
    }

    std::unique_ptr<Node> head_;
    std::unique_ptr<Node>* tail_ = &head_;
};

}  // namespace rproc::bench
