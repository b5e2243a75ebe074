// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/stored_place.hpp"

#include <string>

#include <gtest/gtest.h>

namespace rproc {
namespace {

TEST(StoredPlace, OwnsItsNames) {
    std::string name = "a carveout with a name that no string keeps in itself";
    const StoredPlace stored(place::Carveout{name, 0x1000});
    name.assign(name.size(), '!');
    EXPECT_EQ(describe(stored.get()),
              "carveout \"a carveout with a name that no string keeps in itself\" (0x1000 bytes)");
}

TEST(StoredPlace, CopyIsEqualAndOwnsItsNames) {
    StoredPlace original(place::File{"/lib/firmware/app.elf"});
    const StoredPlace copy = original;
    EXPECT_EQ(copy, original);
    original = StoredPlace();
    EXPECT_EQ(describe(copy.get()), "/lib/firmware/app.elf");
}

TEST(StoredPlace, IsEmptyByDefault) { EXPECT_TRUE(StoredPlace().get().empty()); }

}  // namespace
}  // namespace rproc
