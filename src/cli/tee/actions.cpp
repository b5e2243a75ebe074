// SPDX-License-Identifier: BSD-2-Clause
// rproc tee stop and release: change the state of a processor.
#include <utility>

#include <fmt/format.h>

#include "cli/tee/scene.hpp"
#include "rproc/tee/connection.hpp"
#include "rproc/tee/session.hpp"

namespace rproc::cli {
namespace {

using tee::FirmwareState;
using tee::ResultCode;

constexpr ErrorText kUnknownProcessor{.code = ErrorCode::processor_unknown,
                                      .message = "OP-TEE's platform has no remote processor of this number ({0:#010x})",
                                      .hint = "the number is the one behind the phandle of the TEE in the device tree"};
constexpr ErrorText kDenied{.code = ErrorCode::tee_device_denied,
                            .message = "OP-TEE's application for remote processors refuses programs ({0:#010x})",
                            .hint = "this OP-TEE lets only the kernel use it: see `rproc ctl`"};
constexpr ErrorText kNoApplication{
    .code = ErrorCode::tee_device_missing,
    .message = "OP-TEE has no application for remote processors ({0:#010x})",
    .hint =
        "build OP-TEE with CFG_REMOTEPROC_PTA and the application in CFG_IN_TREE_EARLY_TAS, or install it where "
        "tee-supplicant finds it"};
constexpr ErrorText kLoaded{.code = ErrorCode::state_invalid,
                            .message = "it is not started: a firmware is loaded for it",
                            .hint = "release the firmware: rproc tee release {0}"};
constexpr ErrorText kStarted{.code = ErrorCode::state_invalid,
                             .message = "it runs, and the TEE releases the firmware of a stopped processor only",
                             .hint = "stop it first: rproc tee stop {0}"};

ExitStatus done(const TeeScene& scene, std::uint32_t id, FirmwareState before, std::string_view sentence) {
    if (scene.options.json) {
        Json object = tee_object(scene.options);
        object["id"] = id;
        object["ok"] = true;
        object["state_before"] = to_string(before);
        scene.console.out.json(object);
    } else if (!scene.options.quiet) {
        scene.console.out.print("remote processor {} {}\n", id, sentence);
    }
    return ExitStatus::yes;
}

/// Runs an action in a session of its own.
template <class Action>
Result<void> in_session(const TeeScene& scene, std::uint32_t id, Action action) {
    auto session = tee::Session<TeeClient>::open(std::make_shared<tee::Connection<TeeClient>>(scene.client), id);
    if (!session) return fail(std::move(session).error());
    return action(*session);
}

/// The state of a processor whose session opens.
Result<FirmwareState> state_of(const TeeScene& scene, std::uint32_t id) {
    RPROC_TRY_ASSIGN(const tee::ProcessorSurvey survey, tee::survey(*scene.client, id));
    RPROC_TRY(check_opened(survey));
    return survey.state;
}

}  // namespace

Result<void> check_opened(const tee::ProcessorSurvey& survey) {
    const place::TeeProcessor where{survey.id};
    const auto value = static_cast<std::uint32_t>(survey.opened);
    switch (survey.opened) {
        case ResultCode::success: return {};
        case ResultCode::busy: return fail(ErrorCode::tee_busy, where);
        case ResultCode::not_supported: return fail(kUnknownProcessor, where, value);
        case ResultCode::access_denied: return fail(kDenied, where, value);
        case ResultCode::item_not_found: return fail(kNoApplication, where, value);
        default: break;
    }
    return fail(answer_error({.code = ErrorCode::tee_session_refused,
                              .message = "the TEE opens no session: {0} ({1:#010x}): {2}",
                              .hint = "the usual cause: {3}"},
                             where, survey.opened));
}

ExitStatus tee_failed(const TeeScene& scene, std::uint32_t id, const Error& error) {
    if (scene.options.json) {
        Json object = tee_object(scene.options);
        object["id"] = id;
        object["ok"] = false;
        object["error"] = {{"code", name_of(error.code())}, {"message", error.message()}, {"hint", error.hint()}};
        scene.console.out.json(object);
    }
    const ExitStatus status = report(scene.console, error);
    name_other_clients(scene.console, error, scene.path);
    return status;
}

ExitStatus tee_stop(const TeeScene& scene, std::uint32_t id) {
    const auto before = state_of(scene, id);
    if (!before) return tee_failed(scene, id, before.error());
    if (*before == FirmwareState::loaded) return tee_failed(scene, id, Error(kLoaded, place::TeeProcessor{id}, id));
    if (*before == FirmwareState::off || *before == FirmwareState::never_loaded)
        return done(scene, id, *before, "is off already");
    const auto stopped = in_session(scene, id, [](auto& session) { return session.stop_fw(); });
    return stopped ? done(scene, id, *before, "is stopped") : tee_failed(scene, id, stopped.error());
}

ExitStatus tee_release(const TeeScene& scene, std::uint32_t id) {
    const auto before = state_of(scene, id);
    if (!before) return tee_failed(scene, id, before.error());
    if (*before == FirmwareState::started) return tee_failed(scene, id, Error(kStarted, place::TeeProcessor{id}, id));
    if (*before == FirmwareState::never_loaded) return done(scene, id, *before, "has no firmware to release");
    // Also of one that is off: OP-TEE's application does not clear what a refused image has left.
    const auto released = in_session(scene, id, [](auto& session) { return session.release_fw(); });
    return released ? done(scene, id, *before, "is released, and its memory cleared")
                    : tee_failed(scene, id, released.error());
}

}  // namespace rproc::cli
