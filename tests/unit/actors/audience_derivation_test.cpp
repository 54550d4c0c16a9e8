// Audiences made of what is there: by address, by split, and what they may not be.
#include "actors/audience_derivation.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include <set>

using namespace sluice;
using namespace sluice::testing;

namespace {

audience_info
list_of(store& in, const std::vector<std::pair<std::string, std::string>>& rows, const char* column) {
  auto writer = expect(in.audiences().begin("list", at_second(0)));
  const auto field = expect(writer->column(column));
  for (const auto& [email, value] : rows)
    expect(writer->add(
        {email, value.empty() ? std::vector<field_value>{} : std::vector{field_value{field, value}}}));
  return expect(writer->commit({}));
}

audience_info people(store& in, std::size_t count) {
  auto writer = expect(in.audiences().begin("people", at_second(0)));
  const auto name = expect(writer->column("name"));
  for (std::size_t number = 0; number < count; ++number)
    expect(writer->add({"p" + std::to_string(number) + "@example.com", {{name, std::to_string(number)}}}));
  return expect(writer->commit({}));
}

result<std::vector<audience_info>> made_of(result<derivation_ptr> work) {
  if (!work)
    return std::unexpected(work.error());
  for (;;) {
    const auto is_whole = (*work)->step();
    if (!is_whole)
      return std::unexpected(is_whole.error());
    if (*is_whole)
      return (*work)->commit({});
  }
}

/// "ann@example.com name=Ann", in order.
std::vector<std::string> rows_of(store& in, const audience_info& audience) {
  std::vector<std::string> rows;
  for (const auto& row : expect(in.audiences().read(audience.id, 0, audience.size))) {
    rows.push_back(row.email);
    for (const auto& field : row.fields)
      rows.back() += " " + audience.columns.at(field.column) + "=" + field.value;
  }
  return rows;
}

using rows = std::vector<std::string>;

} // namespace

TEST_CASE("lists are combined by address, with the fields of the first that has it and all columns") {
  any_store store(every_kind());
  const auto first =
      list_of(*store, {{"ann@x.example", "Ann"}, {"bob@x.example", "Bob"}, {"eve@x.example", ""}}, "name");
  const auto second = list_of(*store, {{"carl@x.example", "Oslo"}, {"BOB@x.example", "Rome"}}, "town");
  const auto combined = [&](set_operation what) {
    const auto made =
        expect(made_of(derive_by_sets(*store, what, {first.id, second.id}, "both", at_second(1)))).front();
    CHECK(made.name == "both");
    CHECK(made.created_at == at_second(1));
    return rows_of(*store, made);
  };
  CHECK(combined(set_operation::all_of) == rows{"bob@x.example name=Bob"});
  CHECK(combined(set_operation::any_of) == rows{"ann@x.example name=Ann", "bob@x.example name=Bob",
                                                "eve@x.example", "carl@x.example town=Oslo"});
  CHECK(combined(set_operation::without) == rows{"ann@x.example name=Ann", "eve@x.example"});
}

TEST_CASE("a list that would be empty is not made, and nothing of it is left") {
  any_store store(every_kind());
  const auto first = list_of(*store, {{"ann@x.example", "Ann"}}, "name");
  const auto second = list_of(*store, {{"bob@x.example", "Bob"}}, "name");
  const auto made =
      made_of(derive_by_sets(*store, set_operation::all_of, {first.id, second.id}, "both", at_second(1)));
  CHECK(made.error().code == error_code::invalid_input);
  CHECK(made.error().notice.code == "derived_list_empty");
  CHECK(expect(store->audiences().list()).size() == 2);
  CHECK(made_of(derive_by_sets(*store, set_operation::all_of, {first.id, {99}}, "both", at_second(1)))
            .error()
            .notice.code == "audience_unknown");
}

TEST_CASE("lists that are longer than what is looked up at once are combined whole") {
  any_store store(every_kind());
  constexpr std::size_t count = derivation_addresses_per_look + derivation_rows_per_step + 7;
  const auto whole = people(*store, count);
  auto writer = expect(store->audiences().begin("every third", at_second(0)));
  for (std::size_t number = 0; number < count; number += 3)
    expect(writer->add({"P" + std::to_string(number) + "@example.com", {}}));
  const auto third = expect(writer->commit({}));
  const auto combined = [&](set_operation what) {
    return expect(made_of(derive_by_sets(*store, what, {whole.id, third.id}, "made", at_second(1)))).front();
  };
  const auto both = combined(set_operation::all_of);
  CHECK(both.size == third.size);
  const auto rest = combined(set_operation::without);
  CHECK(rest.size == count - third.size);
  letter_index wrong = 0;
  for (const auto& row : expect(store->audiences().read(both.id, 0, both.size)))
    wrong += std::stoul(row.fields.front().value) % 3 == 0 ? 0U : 1U;
  for (const auto& row : expect(store->audiences().read(rest.id, 0, rest.size)))
    wrong += std::stoul(row.fields.front().value) % 3 == 0 ? 1U : 0U;
  CHECK(wrong == 0);
}

TEST_CASE(
    "a split has exact sizes, takes everybody once, is spread over the list, and comes out the same again") {
  any_store store(every_kind());
  const std::size_t count = 12'345;
  const auto whole = people(*store, count);
  const auto split = [&] {
    return expect(made_of(derive_split(*store, whole.id, {20, 50, 30}, "people", at_second(1))));
  };
  const auto parts = split();
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].name == "people 1");
  CHECK(parts[2].name == "people 3");
  CHECK(parts[0].size == 2'469);
  CHECK(parts[1].size == 6'173);
  CHECK(parts[2].size == 3'703);
  std::set<std::string> all;
  for (const auto& part : parts) {
    const auto read = expect(store->audiences().read(part.id, 0, count));
    letter_index in_first_half = 0;
    auto last = -1;
    for (const auto& row : read) {
      const auto number = std::stoi(row.fields.front().value);
      CHECK(number > last); // in the list's order
      last = number;
      in_first_half += static_cast<std::size_t>(number) < count / 2 ? 1U : 0U;
      all.insert(row.email);
    }
    CHECK(in_first_half > part.size * 45 / 100);
    CHECK(in_first_half < part.size * 55 / 100);
  }
  CHECK(all.size() == count);
  const auto again = split();
  for (std::size_t part = 0; part < parts.size(); ++part)
    CHECK(expect(store->audiences().read(again[part].id, 0, count)) ==
          expect(store->audiences().read(parts[part].id, 0, count)));
}

TEST_CASE("what a split leaves over goes to the largest remainders, and nobody's part is refused") {
  CHECK(split_sizes(10, {33, 33, 34}) == std::vector<letter_index>{3, 3, 4});
  CHECK(split_sizes(11, {25, 25, 50}) == std::vector<letter_index>{3, 3, 5});
  CHECK(split_sizes(3, {50, 50}) == std::vector<letter_index>{2, 1});
  CHECK(split_sizes(100'000'000, {1, 99}) == std::vector<letter_index>{1'000'000, 99'000'000});
  any_store store(every_kind());
  const auto one = people(*store, 1);
  const auto made = made_of(derive_split(*store, one.id, {50, 50}, "people", at_second(1)));
  CHECK(made.error().notice.code == "split_part_empty");
  const auto few = people(*store, 7);
  const auto parts = expect(made_of(derive_split(*store, few.id, {10, 20, 30, 40}, "few", at_second(1))));
  CHECK(parts[0].size + parts[1].size + parts[2].size + parts[3].size == 7);
}
