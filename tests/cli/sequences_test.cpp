// SPDX-License-Identifier: BSD-2-Clause
#include <set>

#include <gmock/gmock.h>

#include "cli_test.hpp"

namespace rproc::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Sequences : public Cli {
  protected:
    [[nodiscard]] std::vector<Json> objects(Arguments more) const {
        more.insert(more.begin(), {"sequences", "--json"});
        const auto result = run(more);
        EXPECT_EQ(result.status, 0);
        return objects_of(result.out);
    }

    /// The different values of a field.
    static std::set<std::string> values(const std::vector<Json>& objects, const char* field) {
        std::set<std::string> values;
        for (const Json& object : objects) values.insert(object[field].get<std::string>());
        return values;
    }
};

constexpr std::size_t kPoints = 11;

TEST_F(Sequences, ShowsOpsCommandsAndFlags) {
    const auto result = run({"sequences", "mainline", "--as-posted", "--point", "get-rsc-table"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.err, IsEmpty());
    EXPECT_THAT(result.out, StartsWith("mainline, as posted in v21\n"));
    EXPECT_THAT(result.out, HasSubstr("  get-rsc-table, the TEE does not report the table: double release\n"
                                      "    boot      request_firmware\n"
                                      "              prepare\n"
                                      "              parse_fw            LOAD_FW, GET_RSC_TABLE (TEE_ERROR_GENERIC), "
                                      "RELEASE_FW  failed\n"
                                      "              release_fw          RELEASE_FW\n"
                                      "    double release: the firmware is released again"));
}

TEST_F(Sequences, EndsWithATableAndItsLegend) {
    const auto result = run({"sequences", "mainline", "--as-posted", "--point", "get-rsc-table"});
    EXPECT_THAT(result.out, HasSubstr("\nfails at           v21\n"
                                      "get-rsc-table      double release\n"
                                      "\ndouble release: the firmware is released again"));
}

TEST_F(Sequences, OneBlockForEachVariantAndPoint) {
    const auto objects = this->objects({});
    EXPECT_EQ(objects.size(), 6 * kPoints);
    EXPECT_THAT(values(objects, "sequence"), ElementsAre("alternate-boot", "load-first", "mainline"));
    EXPECT_THAT(values(objects, "variant"), ElementsAre("posted-v15", "posted-v21", "posted-v5", "rproc"));
    EXPECT_EQ(values(objects, "point").size(), kPoints);
    const auto text = run({"sequences"}).out;
    for (const char* title :
         {"mainline, as rproc does it", "mainline, as posted in v21", "alternate-boot, as rproc",
          "alternate-boot, as posted in v5", "load-first, as rproc", "load-first, as posted in v15"})
        EXPECT_THAT(text, HasSubstr(title));
}

TEST_F(Sequences, SequencesPointsAndPostedVariantsCanBeSelected) {
    EXPECT_THAT(values(objects({"load-first"}), "sequence"), ElementsAre("load-first"));
    EXPECT_EQ(objects({"load-first", "mainline"}).size(), 4 * kPoints);
    EXPECT_THAT(values(objects({"--as-posted"}), "variant"), ElementsAre("posted-v15", "posted-v21", "posted-v5"));
    EXPECT_THAT(values(objects({"--point", "prepare", "--point", "none"}), "point"), ElementsAre("none", "prepare"));
    EXPECT_EQ(objects({"--point", "prepare", "mainline"}).size(), 2U);
}

TEST_F(Sequences, JsonHasTheOpsWithTheirCommands) {
    const auto run = objects({"load-first", "--as-posted", "--point", "recovery-load-fw"}).at(0);
    EXPECT_THAT(fields_of(run), ElementsAre("schema", "sequence", "variant", "point", "ops", "flags"));
    EXPECT_EQ(run["schema"], "rproc.sequences/1");
    EXPECT_EQ(run["flags"], Json::array({"left-to-tee"}));
    for (const Json& op : run["ops"]) EXPECT_THAT(fields_of(op), ElementsAre("operation", "op", "failed", "tee"));
    EXPECT_THAT(run["ops"], Contains(Json::parse(R"({"operation": "boot", "op": "load", "failed": false,
                                                     "tee": [{"command": "LOAD_FW", "result": "0x00000000"}]})")));
    EXPECT_THAT(run["ops"], Contains(Json::parse(R"({"operation": "recovery", "op": "load", "failed": true,
                                                     "tee": [{"command": "LOAD_FW", "result": "0xffff000f"}]})")));
}

TEST_F(Sequences, LibraryHasNoFlags) {
    for (const Json& run : objects({}))
        EXPECT_TRUE(run["variant"] != "rproc" || run["flags"].empty()) << run["sequence"] << run["point"];
}

TEST_F(Sequences, QuietPrintsOnlyTheTable) {
    const auto lines = lines_of(run({"sequences", "-q"}).out);
    ASSERT_EQ(lines.size(), 1 + kPoints);
    EXPECT_THAT(lines.front(), AllOf(StartsWith("fails at "), EndsWith("v15")));
    EXPECT_THAT(lines, Contains(StartsWith("handle-resources   ok ")));
}

TEST_F(Sequences, DocumentationHasTheTableOfTheCommand) {
    const auto page = read_text(RPROC_SOURCE_DIR "/docs/sequences.md");
    EXPECT_THAT(page, HasSubstr("\n```\n" + run({"sequences", "-q"}).out + "```\n"));
}

TEST_F(Sequences, ColorsOnRequest) {
    const auto colored = run({"sequences", "-q", "--color", "always"}).out;
    EXPECT_THAT(colored, HasSubstr("\x1b[32mok\x1b[0m"));
    EXPECT_THAT(colored, HasSubstr("\x1b[31mmissing release\x1b[0m"));
    EXPECT_THAT(colored, HasSubstr("\x1b[33mdouble release\x1b[0m"));
    EXPECT_THAT(run({"sequences"}).out, Not(HasSubstr("\x1b")));
}

TEST_F(Sequences, UnknownNamesAreUsageErrors) {
    const auto name = run({"sequences", "mainlin"});
    EXPECT_EQ(name.status, 2);
    EXPECT_THAT(name.err, AllOf(StartsWith("rproc: error: "), HasSubstr("mainlin"), HasSubstr("alternate-boot")));
    const auto point = run({"sequences", "--point", "unknown"});
    EXPECT_EQ(point.status, 2);
    EXPECT_THAT(point.err, AllOf(HasSubstr("unknown"), HasSubstr("get-rsc-table")));
    EXPECT_EQ(run({"sequences", "--board", "stm32mp157c-dk2-tee"}).status, 2);
}

}  // namespace
}  // namespace rproc::test
