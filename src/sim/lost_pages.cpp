// SPDX-License-Identifier: BSD-2-Clause
#include "sim/lost_pages.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>

namespace rproc::sim {
namespace {

/// One mapping. Slots are never freed, because the handler may look at them at any time; they are used again.
struct Slot {
    std::atomic<std::uint32_t> version{0};  ///< odd while the bounds change
    std::atomic<std::uintptr_t> begin{0};   ///< 0: free
    std::atomic<std::uintptr_t> end{0};
    std::atomic<bool> lost{false};
    std::atomic<unsigned> replaced{0};  ///< how often its pages were replaced
    Slot* next = nullptr;

    void set(std::uintptr_t from, std::uintptr_t to) noexcept {
        version.fetch_add(1);
        begin.store(from);
        end.store(to);
        lost.store(false);
        replaced.store(0);
        version.fetch_add(1);
    }
};
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

/// More than threads fault at once on one mapping, each once a page.
constexpr unsigned kMostReplacements = 100'000;

std::atomic<Slot*> slots{nullptr};
std::mutex slots_change;  // the handler does not take it
struct sigaction handler_before {};
std::uintptr_t page_size = 0;

std::uintptr_t address_of(const void* at) noexcept { return reinterpret_cast<std::uintptr_t>(at); }

Slot* slot_from(std::uintptr_t begin) noexcept {
    for (Slot* slot = slots.load(); slot != nullptr; slot = slot->next)
        if (slot->begin.load() == begin) return slot;
    return nullptr;
}

/// In the handler of a signal.
bool replace_pages_from(std::uintptr_t fault) noexcept {
    for (Slot* slot = slots.load(); slot != nullptr; slot = slot->next) {
        const std::uint32_t version = slot->version.load();
        const std::uintptr_t begin = slot->begin.load();
        const std::uintptr_t end = slot->end.load();
        if (version % 2 != 0 || version != slot->version.load())
            continue;  // not the one that faults: that one is in use
        if (fault < begin || fault >= end) continue;
        slot->lost.store(true);
        // A page that faults again and again although it was replaced must not loop for ever.
        if (slot->replaced.fetch_add(1) >= kMostReplacements) return false;
        const std::uintptr_t page = fault / page_size * page_size;
        return ::mmap(reinterpret_cast<void*>(page), end - page, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
    }
    return false;
}

void pass_on(int signal, siginfo_t* info, void* context) {
    const struct sigaction& before = handler_before;
    if ((before.sa_flags & SA_SIGINFO) != 0) return before.sa_sigaction(signal, info, context);
    const bool sent = info->si_code <= 0;
    if (before.sa_handler == SIG_IGN && sent) return;
    if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) return before.sa_handler(signal);
    struct sigaction ends_process {};
    ends_process.sa_handler = SIG_DFL;
    ::sigaction(signal, &ends_process, nullptr);
    if (sent) ::raise(signal);  // a fault repeats itself
}

extern "C" void rproc_sim_on_bus_error(int signal, siginfo_t* info, void* context) {
    const int error = errno;
    const bool replaced = info->si_code == BUS_ADRERR && replace_pages_from(address_of(info->si_addr));
    if (!replaced) pass_on(signal, info, context);
    errno = error;
}

void install_handler() {
    page_size = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    ::sigaction(SIGBUS, nullptr, &handler_before);
    struct sigaction own {};
    own.sa_sigaction = rproc_sim_on_bus_error;
    own.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigemptyset(&own.sa_mask);
    ::sigaction(SIGBUS, &own, nullptr);
}

Slot& free_slot() {
    if (Slot* const slot = slot_from(0)) return *slot;
    Slot* const slot = new Slot;
    slot->next = slots.load();
    slots.store(slot);
    return *slot;
}

}  // namespace

void watch_pages(std::span<std::byte> pages) {
    static std::once_flag installed;
    std::call_once(installed, install_handler);
    const std::lock_guard lock(slots_change);
    const std::uintptr_t begin = address_of(pages.data());
    free_slot().set(begin, begin + pages.size());
}

void forget_pages(std::span<std::byte> pages) noexcept {
    const std::lock_guard lock(slots_change);
    if (Slot* const slot = slot_from(address_of(pages.data()))) slot->set(0, 0);
}

bool lost_pages(std::span<const std::byte> pages) noexcept {
    const std::lock_guard lock(slots_change);
    const Slot* const slot = slot_from(address_of(pages.data()));
    return slot != nullptr && slot->lost.load();
}

}  // namespace rproc::sim
