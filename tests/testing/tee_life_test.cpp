// SPDX-License-Identifier: BSD-2-Clause
// Every fault of an STM32MP15 whose M4 a TEE owns, in every boot sequence: TEE calls, ops, memory and mailbox.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rproc/core/remote_processor.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "rproc/resource/table_builder.hpp"
#include "rproc/tee/tee_context.hpp"
#include "rproc/testing/fault_scenarios.hpp"
#include "rproc/testing/faulty_backend.hpp"
#include "rproc/testing/faulty_client.hpp"
#include "rproc/testing/faulty_mailbox.hpp"
#include "rproc/testing/faulty_platform.hpp"
#include "support/elf_builder.hpp"
#include "tee/tee_fixture.hpp"
#include "testing/clean_report.hpp"

namespace rproc::testing {
namespace {

using platform::ModelMailbox;
using platform::ModelRegisters;
using platform::Stm32mp15Config;
using tee::RemoteMemory;
using tee::SoftwareTee;
using test::expect_clean;

using FaultyTeeM4 = platform::Stm32mp15<ModelRegisters, FaultyMemory<ModelMemory>, FaultyMailbox<ModelMailbox>>;
using Client = FaultyClient<SoftwareTee>;
using ProcessorState = SoftwareTee::ProcessorState;

/// Memories of a few bytes: a software TEE clears and copies all of them in each boot.
constexpr std::array kMemories{
    RemoteMemory{DeviceAddress(0), *PhysicalRange::make(PhysicalAddress(0x38000000), 0x100)},
    RemoteMemory{DeviceAddress(0x10000000), *PhysicalRange::make(PhysicalAddress(0x10000000), 0x200)}};
constexpr std::uint64_t kSecureTableAt = 0x10000100;

/// The code of a firmware, at da 0: each has other bytes, so that the memory shows which one was loaded.
enum class Code : unsigned { given = 1, refused = 70, of_another_owner = 140 };

test::Bytes bytes_of(Code code) { return test::pattern(64, static_cast<unsigned>(code)); }

Firmware build_firmware(Code code, const std::string& key) {
    const auto table = ResourceTableBuilder{}.trace("log", 0x10000000, 16).vdev(7, 1, {{}, {}}).build();
    const auto image =
        test::ElfImage{.segments = {{.paddr = 0, .data = bytes_of(code)}, {.paddr = kSecureTableAt, .data = table}},
                       .sections = {{.name = ".resource_table", .addr = kSecureTableAt, .data = table, .segment = 1}}}
            .build();
    const auto package = test::SignedPackage::of({image}, SignType::rsa_pkcs1_sha256);
    return Firmware("app.signed", package.sign(test::signing_key(key)));
}

const Firmware& signed_firmware() {
    static const Firmware built = build_firmware(Code::given, "rsa2048");
    return built;
}

/// Signed with a key that the TEE does not trust.
const Firmware& wrongly_signed_firmware() {
    static const Firmware built = build_firmware(Code::refused, "rsa4096");
    return built;
}

const Firmware& firmware_of_another_owner() {
    static const Firmware built = build_firmware(Code::of_another_owner, "rsa2048");
    return built;
}

const tee::SoftwareTeePolicy& policy() {
    static const auto trusting = test::trusting("rsa2048");
    return trusting;
}

const Stm32mp15Config& tee_config() {
    const auto build = [] {
        Stm32mp15Config small = platform::embedded_board("stm32mp157c-dk2-tee")->config;
        small.regions = {{"retram", kMemories[0].pa}, {"mcuram", kMemories[1].pa}};
        for (const auto& [name, at] : {std::pair{"vdev0vring0", 0x10040000}, std::pair{"vdev0vring1", 0x10041000},
                                       std::pair{"vdev0buffer", 0x10042000}}) {
            const PhysicalAddress start(static_cast<std::uint64_t>(at));
            small.regions.push_back({name, PhysicalRange::make(start, 0x1000)});
        }
        return small;
    };
    static const Stm32mp15Config built = build();
    return built;
}

template <BootSequence S>
class TeeRig {
  public:
    using Processor =
        RemoteProcessor<FaultyBackend<tee::Backend<Client>>, FaultyPlatform<FaultyTeeM4>, S, ObserverRef<LifeWatch>>;

    static constexpr ErrorCode kRefusal = ErrorCode::tee_refused;
    static constexpr ErrorCode kRunning = ErrorCode::tee_processor_running;

    explicit TeeRig(Faults faults)
        : faults_(std::move(faults)), tee_(std::make_shared<SoftwareTee>(policy(), SoftwareTee::Sessions::one)) {
        static_cast<void>(tee_->add_processor(0, kMemories, memory_));
        mapped_by_tee_ = memory_.mapped();
        context_.provide(std::make_shared<Client>(tee_, faults_));
    }

    [[nodiscard]] Result<std::unique_ptr<Processor>> make(ObserverRef<LifeWatch> observer) {
        RPROC_TRY_ASSIGN(auto backend, context_.register_processor(0, running_));
        FaultyTeeM4 m4(tee_config(), ModelRegisters(), FaultyMemory(memory_, faults_),
                       FaultyMailbox(mailbox_, faults_));
        return std::make_unique<Processor>(FaultyBackend(std::move(backend), faults_),
                                           FaultyPlatform(std::move(m4), faults_), observer);
    }

    [[nodiscard]] static FirmwareSource firmware() { return FirmwareSource(signed_firmware()); }
    [[nodiscard]] static FirmwareSource refused_firmware() { return FirmwareSource(wrongly_signed_firmware()); }

    /// A program of its own session, which the kernel closes when it dies.
    void owner_dies(OwnerDeath when) {
        auto session = tee::Session<SoftwareTee>::open(std::make_shared<tee::Connection<SoftwareTee>>(tee_), 0);
        if (!session || !session->load_fw(firmware_of_another_owner().bytes())) return;
        if (when == OwnerDeath::started) static_cast<void>(session->start_fw());
        left_by_another_ = true;
    }
    void take_over() { running_ = tee::RunningProcessor::take_over; }

    /// The TEE has the same state, unless a stop failed, and its memories are clear when the M4 is offline, unless the
    /// release failed. What runs is the firmware of `firmware()`, whatever was loaded before.
    [[nodiscard]] std::vector<std::string> violations_in(State state) {
        std::vector<std::string> wrong;
        if (const auto shared = tee_->registered_memories(); shared != 0)
            wrong.push_back(fmt::format("{} memories are still shared with the TEE", shared));
        const bool started = tee_->state(0) == ProcessorState::started;
        if (state == State::running || state == State::crashed) {
            if (!started && !stop_failed() && !died()) wrong.emplace_back("the TEE has not started the core");
            if (started && code() != bytes_of(Code::given)) wrong.emplace_back("another firmware runs");
            if (started) forget_earlier();
            return wrong;
        }
        if (state == State::offline && started && !stop_failed() && !left_by_another_)
            wrong.emplace_back("the TEE has not stopped the core");
        const bool may_hold = left_by_another_ || died() || faults_.injected("tee.RELEASE_FW") != 0;
        if (state == State::offline && !started && !tee_->is_clear(0) && !may_hold)
            wrong.emplace_back("the TEE still holds the firmware");
        if (state == State::deleted && tee_->open_sessions() != 0) wrong.emplace_back("a session is still open");
        if (memory_.mapped() != mapped_by_tee_)
            wrong.push_back(fmt::format("{} mappings", memory_.mapped() - mapped_by_tee_));
        return wrong;
    }

  private:
    [[nodiscard]] bool stop_failed() const {
        return faults_.injected("backend.stop") + faults_.injected("platform.around_stop") +
                   faults_.injected("tee.STOP_FW") !=
               0;
    }

    [[nodiscard]] std::size_t deaths() const {
        std::size_t sum = 0;
        for (const Faults::Tally& tally : faults_.tallies())
            if (tally.point.starts_with("tee.death")) sum += tally.struck;
        return sum;
    }
    /// Whether the application died after the firmware ran for the last time.
    [[nodiscard]] bool died() const { return deaths() != deaths_before_; }

    void forget_earlier() {
        deaths_before_ = deaths();
        left_by_another_ = false;
    }

    [[nodiscard]] test::Bytes code() {
        const auto mapping = memory_.map(kMemories[0].pa);
        const auto bytes = mapping->bytes().first(bytes_of(Code::given).size());
        return {bytes.begin(), bytes.end()};
    }

    Faults faults_;
    ModelMemory memory_;
    ModelMailbox mailbox_;
    std::shared_ptr<SoftwareTee> tee_;
    tee::TeeContext<Client> context_;
    std::size_t mapped_by_tee_ = 0;
    tee::RunningProcessor running_ = tee::RunningProcessor::refuse;
    std::size_t deaths_before_ = 0;  ///< the firmware ran for the last time
    bool left_by_another_ = false;   ///< since then
};

template <class S>
class EveryFaultOfATee : public ::testing::Test {};
using Sequences = ::testing::Types<Mainline, AlternateBoot, LoadFirst>;
TYPED_TEST_SUITE(EveryFaultOfATee, Sequences);

TYPED_TEST(EveryFaultOfATee, LeavesNothingAndTheNextBootWorks) {
    expect_clean(every_fault_of<TeeRig<TypeParam>>(TypeParam::kName), TypeParam::kName, 2000);
}

}  // namespace
}  // namespace rproc::testing
