// A store by its URL.
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

using namespace sluice;
using namespace sluice::testing;

namespace {

error refusal_of(const std::string& url, open_mode mode = open_mode::read_write) {
  const auto got = open_store(url, mode);
  if (got)
    throw std::runtime_error(url + " was opened");
  return got.error();
}

} // namespace

TEST_CASE("the path of a folder and its rocksdb: URL open the same store") {
  const temporary_folder folder;
  const auto path = (folder.path() / "data").string();
  {
    const auto store = expect(open_store("rocksdb:" + path, open_mode::read_write));
    append_many(store->journal(), one_campaign, 0, 2);
  }
  const auto store = expect(open_store(path, open_mode::read_only));
  CHECK(read_all(store->journal(), one_campaign).size() == 2);
  CHECK(expect(store_folder(path)) == path);
  CHECK(expect(store_folder("rocksdb:" + path)) == path);
}

TEST_CASE("memory: opens a store that begins empty and leaves no file") {
  const auto store = expect(open_store("memory:", open_mode::read_write));
  CHECK(expect(store->journal().campaigns()).empty());
  CHECK(store_folder("memory:").error().code == error_code::invalid_input);
  CHECK(refusal_of("memory:", open_mode::read_only).code == error_code::not_found);
  CHECK(refusal_of("memory:x").code == error_code::invalid_input);
}

TEST_CASE("a URL of a kind that there is not is refused with those that there are") {
  const auto refused = refusal_of("mysql://host/sluice");
  CHECK(refused.code == error_code::invalid_input);
  CHECK(refused.message.find("mysql:") != std::string::npos);
  CHECK(refused.message.find("rocksdb:PATH") != std::string::npos);
  CHECK(refused.message.find("memory:") != std::string::npos);
  CHECK(store_folder("mysql://host/sluice").error() == refused);
  CHECK(refusal_of("rocksdb:").code == error_code::invalid_input);
  CHECK(refusal_of("").code == error_code::invalid_input);
}

TEST_CASE("a folder with a colon in its name is a folder, also where it looks like a URL") {
  const temporary_folder folder;
  const auto path = (folder.path() / "data:2025").string();
  static_cast<void>(expect(open_store(path, open_mode::read_write)));
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const auto opened = open_store("data:2025", open_mode::read_only);
  const auto lies_in = store_folder("data:2025");
  std::filesystem::current_path(before);
  CHECK(opened);
  CHECK(expect(lies_in) == "data:2025");
}
