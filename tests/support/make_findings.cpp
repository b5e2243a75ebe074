// SPDX-License-Identifier: BSD-2-Clause
// make_findings DIR: writes findings.md and man/rproc-findings.7 below DIR. `./dev docs` runs it on docs/.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/findings_page.hpp"

namespace {

bool write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) std::fprintf(stderr, "make_findings: %s cannot be written\n", path.c_str());
    return static_cast<bool>(file);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: make_findings DIR\n", stderr);
        return 2;
    }
    const std::filesystem::path docs = argv[1];
    const bool page = write(docs / "findings.md", rproc::test::findings_page());
    const bool man = write(docs / "man/rproc-findings.7", rproc::test::findings_man_page());
    return page && man ? 0 : 1;
}
