// SPDX-License-Identifier: BSD-2-Clause
// The state machine of a remote processor against an independent model: every sequence of operations, with every
// outcome of each operation.
#include <array>
#include <cstddef>
#include <iostream>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rproc/core/remote_processor.hpp"
#include "rproc/memory/model_memory.hpp"

namespace rproc {
namespace {

/// The op of the backend or platform that fails.
enum class Refusal { none, start, stop, attach, detach, suspend, resume };

enum class Operation { choose, boot, shutdown, detach, crash, recover, suspend, resume, remove };
constexpr std::array kOperations{Operation::choose,  Operation::boot,   Operation::shutdown,
                                 Operation::detach,  Operation::crash,  Operation::recover,
                                 Operation::suspend, Operation::resume, Operation::remove};

struct Action {
    Operation operation;
    Refusal refusal = Refusal::none;
};

struct QuietBackend {
    const Refusal* refusal;

    [[nodiscard]] Result<void> unless(Refusal op) const {
        if (*refusal != op) return {};
        return fail(Error::of({.code = ErrorCode::register_failed}, {}, {}));
    }
    Result<std::vector<std::byte>> parse_fw(Context& /*ctx*/, const Firmware& /*firmware*/) {
        return std::vector<std::byte>();
    }
    Result<void> load(Context& /*ctx*/, const Firmware& /*firmware*/) { return {}; }
    Result<void> start(Context& /*ctx*/) { return unless(Refusal::start); }
    Result<void> stop(Context& /*ctx*/) { return unless(Refusal::stop); }
};

/// Has every op that changes the state.
struct QuietPlatform {
    using Memory = ModelMemory;

    QuietBackend backend;
    State first;
    ModelMemory model{};

    [[nodiscard]] std::string_view name() const { return "m4"; }
    ModelMemory& memory() { return model; }
    State initial_state() { return first; }
    Result<LoadedTable> attached_table(Context& /*ctx*/) { return LoadedTable{}; }
    Result<void> attach(Context& /*ctx*/) { return backend.unless(Refusal::attach); }
    Result<void> detach(Context& /*ctx*/) { return backend.unless(Refusal::detach); }
    Result<Sleep> suspend(Context& /*ctx*/) {
        RPROC_TRY(backend.unless(Refusal::suspend));
        return Sleep::suspended;
    }
    Result<void> resume(Context& /*ctx*/) { return backend.unless(Refusal::resume); }
};

using Moves = std::set<std::pair<State, State>>;

struct StateRecorder : NullObserver {
    Moves* moves;
    void on_state(State from, State to) { moves->emplace(from, to); }
};

/// The state of a remote processor, as far as its public interface shows it.
struct Model {
    State state;
    int users = 0;
    unsigned crashes = 0;
    bool chosen = false;

    State awake = State::running;  ///< the state before it was suspended

    static constexpr std::string_view kOk = "ok";
    static constexpr std::string_view kRefused = "register-failed";
    static constexpr std::string_view kState = "state-invalid";

    /// The ops that can fail during the operation in this state; empty where it is refused or has no effect.
    [[nodiscard]] std::span<const Refusal> refusals(Operation operation) const {
        static constexpr std::array kBoot{Refusal::start};
        static constexpr std::array kAttach{Refusal::attach};
        static constexpr std::array kStop{Refusal::stop};
        static constexpr std::array kDetach{Refusal::detach};
        static constexpr std::array kRecover{Refusal::stop, Refusal::start};
        static constexpr std::array kSuspend{Refusal::suspend};
        static constexpr std::array kResume{Refusal::resume};
        switch (operation) {
            case Operation::boot:
                if (state == State::offline && chosen) return kBoot;
                if (state == State::detached) return kAttach;
                return {};
            case Operation::shutdown:
                if (state == State::crashed || (is_awake() && users == 1)) return kStop;
                return {};
            case Operation::detach:
                if (state == State::attached && users == 1) return kDetach;
                return {};
            case Operation::recover:
                if (state == State::crashed) return kRecover;
                return {};
            case Operation::suspend:
                if (is_awake()) return kSuspend;
                return {};
            case Operation::resume:
                if (state == State::suspended) return kResume;
                return {};
            case Operation::remove:
                if (is_awake() || state == State::crashed) return kStop;
                return {};
            default: return {};
        }
    }

    [[nodiscard]] bool is_awake() const { return state == State::running || state == State::attached; }

    /// @returns the outcome of the operation.
    std::string_view apply(Action action) {
        const bool refused = action.refusal != Refusal::none;
        switch (action.operation) {
            case Operation::choose: return choose();
            case Operation::boot: return boot(refused);
            case Operation::shutdown: return leave(refused, State::offline, is_awake() || state == State::crashed);
            case Operation::detach: return leave(refused, State::detached, state == State::attached);
            case Operation::crash: return crash();
            case Operation::recover: return recover(action.refusal);
            case Operation::suspend: return suspend(refused);
            case Operation::resume: return resume(refused);
            case Operation::remove:
                state = State::deleted;
                users = 0;
                return kOk;
        }
        return "";
    }

    std::string_view choose() {
        if (state != State::offline && state != State::detached) return "firmware-busy";
        chosen = true;
        return kOk;
    }
    std::string_view boot(bool refused) {
        if (is_awake()) {
            ++users;
            return kOk;
        }
        if (state != State::offline && state != State::detached) return kState;
        if (state == State::offline && !chosen) return "firmware-name-empty";
        if (refused) return kRefused;
        state = state == State::detached ? State::attached : State::running;
        users = 1;
        return kOk;
    }
    std::string_view leave(bool refused, State to, bool possible) {
        if (!possible) return kState;
        if (users > 1 && state != State::crashed) {
            --users;
            return kOk;
        }
        if (refused) return kRefused;
        state = to;
        users = 0;
        return kOk;
    }
    std::string_view crash() {
        if (!is_awake() && state != State::suspended) return "no news";
        state = State::crashed;
        ++crashes;
        return kOk;
    }
    std::string_view recover(Refusal refusal) {
        if (state != State::crashed) return kState;
        if (refusal == Refusal::stop) return kRefused;
        state = State::offline;
        if (refusal == Refusal::start || !chosen) {
            users = 0;
            return chosen ? kRefused : "firmware-name-empty";
        }
        state = State::running;
        return kOk;
    }
    std::string_view suspend(bool refused) {
        if (!is_awake()) return kOk;
        if (refused) return kRefused;
        awake = state;
        state = State::suspended;
        return kOk;
    }
    std::string_view resume(bool refused) {
        if (state != State::suspended) return kOk;
        if (refused) return kRefused;
        state = awake;
        return kOk;
    }
};

/// Runs each sequence on a new remote processor of the library.
class Runner {
  public:
    Runner(State first, Moves& moves) : first_(first), moves_(moves) {}

    /// Empty when the remote processor matches the model; else the difference.
    [[nodiscard]] std::string run(std::span<const Action> actions) const {
        Refusal refusal = Refusal::none;
        const QuietBackend backend{&refusal};
        StateRecorder recorder;
        recorder.moves = &moves_;
        Processor rproc(backend, QuietPlatform{backend, first_}, recorder);
        Model model{.state = first_};
        for (const Action action : actions) {
            const std::string_view expected = model.apply(action);
            refusal = action.refusal;
            const std::string_view said = perform(rproc, action.operation);
            refusal = Refusal::none;
            if (said != expected) return fmt::format("says {}, expected {}", said, expected);
            if (rproc.state() != model.state)
                return fmt::format("is {}, expected {}", to_string(rproc.state()), to_string(model.state));
            if (rproc.crash_count() != model.crashes) return "counts crashes wrongly";
            const bool off = model.state == State::offline || model.state == State::detached;
            if (off && rproc.platform().memory().mapped() != 0) return "leaves memory mapped";
        }
        return {};
    }

  private:
    using Processor = RemoteProcessor<QuietBackend, QuietPlatform, Mainline, StateRecorder>;

    static std::string_view perform(Processor& rproc, Operation operation) {
        const auto said = [](const Result<void>& result) {
            return result ? Model::kOk : name_of(result.error().code());
        };
        switch (operation) {
            case Operation::choose:
                return said(rproc.set_firmware(FirmwareSource(Firmware("app.elf", {std::byte{1}}))));
            case Operation::boot: return said(rproc.boot());
            case Operation::shutdown: return said(rproc.shutdown());
            case Operation::detach: return said(rproc.detach());
            case Operation::crash: return rproc.note_crash(CrashType::watchdog) ? Model::kOk : "no news";
            case Operation::recover: return said(rproc.recover());
            case Operation::suspend: return said(rproc.suspend());
            case Operation::resume: return said(rproc.resume());
            case Operation::remove: rproc.remove(); return Model::kOk;
        }
        return "";
    }

    State first_;
    Moves& moves_;
};

/// Every sequence of `longest` operations with every outcome; each contains the shorter ones.
struct Enumeration {
    const Runner& runner;
    std::size_t longest;

    std::vector<Action> actions{};
    std::size_t sequences = 0;

    void extend(const Model& model) {
        if (actions.size() == longest) return run();
        for (const Operation operation : kOperations) {
            if (::testing::Test::HasFailure()) return;
            follow(model, {operation});
            for (const Refusal refusal : model.refusals(operation)) follow(model, {operation, refusal});
        }
    }

    void follow(Model model, Action action) {
        model.apply(action);
        actions.push_back(action);
        extend(model);
        actions.pop_back();
    }

    void run() {
        ++sequences;
        const std::string difference = runner.run(actions);
        EXPECT_EQ(difference, "") << describe();
    }

    [[nodiscard]] std::string describe() const {
        std::string text;
        for (const Action action : actions)
            text += fmt::format("{}/{} ", static_cast<int>(action.operation), static_cast<int>(action.refusal));
        return text;
    }
};

// Without optimisation and with sanitizers a sequence takes thirty times as long.
#ifdef NDEBUG
constexpr std::size_t kLongest = 7;
#else
constexpr std::size_t kLongest = 5;
#endif

class LifeModel : public ::testing::TestWithParam<State> {};

TEST_P(LifeModel, EverySequenceOfOperationsMatchesTheModel) {
    Moves moves;
    const Runner runner(GetParam(), moves);
    Enumeration enumeration{runner, kLongest};
    enumeration.extend(Model{.state = GetParam()});
    std::cout << enumeration.sequences << " sequences of " << kLongest << " operations from " << to_string(GetParam())
              << '\n';
    EXPECT_GT(enumeration.sequences, 1000U);

    // Written by hand: exactly the transitions that Linux's states allow.
    Moves legal{{State::offline, State::running},   {State::running, State::offline},
                {State::running, State::crashed},   {State::crashed, State::offline},
                {State::running, State::suspended}, {State::suspended, State::running},
                {State::suspended, State::crashed}, {State::offline, State::deleted}};
    if (GetParam() == State::detached) {
        legal.insert({{State::detached, State::attached},
                      {State::attached, State::detached},
                      {State::attached, State::offline},
                      {State::attached, State::crashed},
                      {State::attached, State::suspended},
                      {State::suspended, State::attached},
                      {State::detached, State::deleted}});
    }
    EXPECT_EQ(moves, legal);
}

INSTANTIATE_TEST_SUITE_P(From, LifeModel, ::testing::Values(State::offline, State::detached),
                         [](const auto& from) { return std::string(to_string(from.param)); });

// The check can fail: it finds a model without one of the rules.
TEST(LifeModelItself, FindsADifference) {
    Moves moves;
    const Runner runner(State::detached, moves);
    const std::array good{Action{Operation::boot}, Action{Operation::detach}};
    EXPECT_EQ(runner.run(good), "");
    const Runner other(State::offline, moves);
    const std::array fault{Action{Operation::choose}, Action{Operation::boot, Refusal::stop}};
    EXPECT_EQ(other.run(fault), "says ok, expected register-failed");
}

}  // namespace
}  // namespace rproc
