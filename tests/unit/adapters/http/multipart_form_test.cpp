#include "adapters/http/multipart_form.hpp"

#include "tests/catch.hpp"

namespace sluice {
namespace {

/// "name[file]=data|…", or the fault.
std::string read_form(std::string_view body, std::size_t chunk) {
  std::string shown;
  multipart_form form("b", {[&](const form_part& part) -> result<void> {
                              shown += part.name + (part.file_name ? "[" + *part.file_name + "]" : "") + "=";
                              return {};
                            },
                            [&](std::string_view data) -> result<void> {
                              shown += data;
                              return {};
                            },
                            [&]() -> result<void> {
                              shown += "|";
                              return {};
                            }});
  for (std::size_t at = 0; at < body.size(); at += chunk)
    if (const auto fed = form.feed(body.substr(at, chunk)); !fed)
      return fed.error().message;
  const auto whole = form.finish();
  return whole ? shown : whole.error().message;
}

} // namespace

TEST_CASE("a form's parts are taken apart, however it is cut") {
  const std::string_view body =
      "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nMay\r\n--b  \r\n"
      "content-disposition: form-data; name=\"file\"; filename=\"a;\\\"b.csv\"\r\n"
      "Content-Type: text/csv\r\n\r\nemail\r\n--\r\n-bx\r\n\r\n--b--\r\nepilogue";
  for (const std::size_t chunk : {1U, 2U, 3U, 1000U})
    CHECK(read_form(body, chunk).find("name=May|file[a;\"b.csv]=email\r\n--") == 0);
  CHECK(read_form("--b\r\nContent-Disposition: form-data; name=x\r\n\r\n\r\n--b--", 1) == "x=|");
}

TEST_CASE("what is no form is refused") {
  CHECK(read_form("", 1).find("boundary is missing") != std::string::npos);
  CHECK(read_form("--b\r\nno colon\r\n\r\n", 3).find("colon") != std::string::npos);
  CHECK(read_form("--b\r\n" + std::string(9000, 'x'), 100).find("8 KiB") != std::string::npos);
  CHECK(form_boundary_of("multipart/form-data; boundary=\"x y\"") == "x y");
  CHECK(form_boundary_of("Multipart/Form-Data;boundary=xy").size() == 2);
  CHECK(form_boundary_of("text/csv; boundary=x").empty());
  CHECK(header_parameter("text/csv; header=present; charset=windows-1251", "charset") == "windows-1251");
}

} // namespace sluice
