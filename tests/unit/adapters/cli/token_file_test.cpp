#include "adapters/cli/token_file.hpp"
#include "persistence/memory/store.hpp"
#include "tests/catch.hpp"

#include <cstdlib>
#include <fstream>
#include <sys/stat.h>

using namespace sluice;
using namespace sluice::cli;

TEST_CASE("the token file is private, kept while its token is valid, and replaced when it is not") {
  std::string name = (std::filesystem::temp_directory_path() / "sluice-token-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(name.data());
  const auto store = make_memory_store();
  const auto first = keep_token_file(store->tokens(), folder, timestamp{});
  REQUIRE(first);
  CHECK(store->tokens().find(*first)->role == role::admin);
  struct stat status{};
  REQUIRE(::stat((folder / "token").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
  CHECK(keep_token_file(store->tokens(), folder, timestamp{}).value() == *first);

  std::ofstream(folder / "token") << "slc_somebody_elses\n";
  const auto second = keep_token_file(store->tokens(), folder, timestamp{});
  REQUIRE(second);
  CHECK(*second != *first);
  CHECK_FALSE(store->tokens().find(*first));
  CHECK(store->tokens().list()->size() == 1);
  std::filesystem::remove_all(folder);
}
