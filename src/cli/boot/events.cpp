// SPDX-License-Identifier: BSD-2-Clause
#include <nlohmann/json.hpp>

#include "cli/boot/reporters.hpp"
#include "cli/common/json_of_place.hpp"
#include "rproc/check/verdict.hpp"
#include "rproc/state.hpp"

namespace rproc::cli {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::optional<DeviceAddress>& da) { return da ? Json(hex(da->value())) : Json(nullptr); }

Json json_of(const RunningVdev& vdev) {
    Json vrings = Json::array();
    for (const RunningVring& vring : vdev.vrings) {
        vrings.push_back({{"da", json_of(vring.da)},
                          {"pa", hex(vring.pa.value())},
                          {"size", vring.size},
                          {"num", vring.num},
                          {"align", vring.align},
                          {"notify_id", vring.notify_id}});
    }
    return {{"index", vdev.index}, {"id", vdev.id}, {"registered", vdev.registered}, {"vrings", std::move(vrings)}};
}

Json json_of(const RunningTrace& trace) {
    return {{"name", trace.name}, {"da", hex(trace.da.value())}, {"len", trace.len}, {"readable", trace.readable}};
}

Json json_of(const std::optional<RunningTable>& table) {
    if (!table) return nullptr;
    return {{"da", json_of(table->da)}, {"size", table->size}};
}

template <class T>
Json list_of(const std::vector<T>& items) {
    Json list = Json::array();
    for (const T& item : items) list.push_back(json_of(item));
    return list;
}

}  // namespace

void BootEvents::print(const Json& event) {
    Json object{{"schema", "rproc.boot/1"}};
    object.update(event);
    out_.json(object);
}

void BootEvents::print_step(Step step, std::string_view result) {
    print({{"event", "step"},
           {"step", to_string(step)},
           {"result", result},
           {"elapsed_us", watch_.elapsed().count()},
           {"summary", result == "ok" ? facts_.of(step) : std::string()}});
}

void BootEvents::on_step_begin(Step /*step*/) { watch_.start(); }

void BootEvents::on_step_end(Step step) { print_step(step, "ok"); }

void BootEvents::on_step_failed(Step step, const Error& /*error*/) { print_step(step, "failed"); }

void BootEvents::on_notice(Severity severity, const Error& error) {
    print({{"event", "notice"},
           {"severity", to_string(severity)},
           {"code", name_of(error.code())},
           {"step", to_string(error.step())},
           {"where", error.where()},
           {"place", place_json(error.place())},
           {"message", error.what()},
           {"hint", error.hint()}});
}

void BootEvents::on_log(const LogLine& line) {
    facts_.on_log(line);
    print({{"event", "log"},
           {"level", to_string(line.level())},
           {"source", to_string(line.source())},
           {"text", line.text()}});
}

void BootEvents::on_state(State from, State to) {
    print({{"event", "state"}, {"from", to_string(from)}, {"to", to_string(to)}});
}

void BootEvents::print_result(const Json& result) {
    for (const check::Finding& defect : job_.kernel_defects()) {
        print({{"event", "notice"},
               {"severity", to_string(defect.severity)},
               {"code", defect.code.name()},
               {"step", to_string(Step::none)},
               {"where", defect.where()},
               {"place", place_json(defect.place())},
               {"message", defect.message},
               {"hint", defect.hint}});
    }
    Json object{{"event", "result"},
                {"firmware", job_.firmware_name},
                {"board", job_.board.name},
                {"remoteproc", job_.board.config.name},
                {"verdict", to_string(job_.verdict.outcome)}};
    object.update(result);
    print(object);
}

void BootEvents::refused(const Error& error) {
    print_result({{"booted", false},
                  {"errno", error.errno_value()},
                  {"errno_name", check::errno_name(error.errno_value())},
                  {"step", to_string(error.step())},
                  {"code", name_of(error.code())},
                  {"where", error.where()},
                  {"place", place_json(error.place())},
                  {"message", meaning_of(error, job_.board, job_.images)},
                  {"hint", error.hint()}});
}

void BootEvents::stopped() {
    print_result({{"booted", true},
                  {"errno", 0},
                  {"errno_name", ""},
                  {"resource_table", json_of(running_.table)},
                  {"traces", list_of(running_.traces)},
                  {"virtio", list_of(running_.vdevs)}});
}

}  // namespace rproc::cli
