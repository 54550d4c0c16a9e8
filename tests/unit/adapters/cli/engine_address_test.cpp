#include "adapters/cli/engine_address.hpp"

#include "tests/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sys/stat.h>

using namespace sluice::cli;

namespace {

struct address_folder {
  std::filesystem::path path;
  address_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-address-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  address_folder(const address_folder&) = delete;
  address_folder& operator=(const address_folder&) = delete;
  ~address_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

bool goes(const std::string& url, const std::optional<std::string>& runs_at) {
  return !why_withheld(url, {.folder = "var", .runs_at = runs_at});
}

} // namespace

TEST_CASE("an engine's address is known as long as it holds the file, and is private") {
  const address_folder folder;
  CHECK_FALSE(address_of_running(folder.path));
  {
    auto held = engine_address::publish(folder.path, "http://127.0.0.1:8025");
    REQUIRE(held);
    CHECK(address_of_running(folder.path) == "http://127.0.0.1:8025");
    CHECK(address_of_running(folder.path) == "http://127.0.0.1:8025"); // to ask takes nothing away
    struct stat status{};
    REQUIRE(::stat((folder.path / "address").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
  }
  CHECK_FALSE(address_of_running(folder.path));
}

TEST_CASE("an engine's address is neither read nor written through a link") {
  const address_folder folder;
  std::ofstream(folder.path / "other") << "http://127.0.0.1:1\n";
  std::filesystem::create_symlink(folder.path / "other", folder.path / "address");
  CHECK_FALSE(address_of_running(folder.path));
  CHECK_FALSE(engine_address::publish(folder.path, "http://127.0.0.1:8025"));
  CHECK(std::filesystem::file_size(folder.path / "other") == 19);
}

TEST_CASE("a folder's token goes to the folder's engine in clear, and over https to any") {
  CHECK(goes("http://127.0.0.1:8025", "http://127.0.0.1:8025"));
  CHECK(goes("http://localhost:8025", "http://127.0.0.1:8025"));
  CHECK(goes("http://127.0.0.1:8025", "http://0.0.0.0:8025"));
  CHECK(goes("http://10.0.0.5:8025", "http://10.0.0.5:8025"));
  CHECK(goes("https://mail.shop.example", std::nullopt));
  CHECK_FALSE(goes("http://127.0.0.1:8026", "http://127.0.0.1:8025"));
  CHECK_FALSE(goes("http://127.0.0.2:8025", "http://127.0.0.1:8025"));
  CHECK_FALSE(goes("http://127.0.0.1:8025", "https://127.0.0.1:8025"));
  CHECK_FALSE(goes("http://10.0.0.6:8025", "http://0.0.0.0:8025"));
  CHECK_FALSE(goes("http://mail.shop.example", "http://127.0.0.1:80"));
  CHECK(why_withheld("http://127.0.0.1:8025", {.folder = "var"})->code == exit_code::unreachable);
}

TEST_CASE("a token that was said goes in clear to this machine alone") {
  CHECK_FALSE(why_withheld("http://127.0.0.1:1", {}));
  CHECK_FALSE(why_withheld("http://[::1]:1", {}));
  CHECK_FALSE(why_withheld("http://localhost:1", {}));
  CHECK_FALSE(why_withheld("https://mail.shop.example", {}));
  CHECK(why_withheld("http://mail.shop.example", {}));
  CHECK(why_withheld("http://127.0.0.1.evil.example", {}));
  CHECK(why_withheld("http://localhost.evil.example", {}));
  CHECK(why_withheld("http://127.0.0.1@evil.example", {}));
  CHECK(why_withheld("http://evil.example#@127.0.0.1/", {}));
  CHECK(why_withheld("http://", {})->code == exit_code::usage);
  CHECK_FALSE(why_withheld("127.0.0.1:8025", {})); // as curl has it
}
