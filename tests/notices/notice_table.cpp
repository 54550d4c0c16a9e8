// Prints the engine's table of notices as one JSON object: {"code": "words", …}.

#include "messages/notice_words.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>

int main() {
  nlohmann::json table;
  for (const auto& [code, words] : sluice::all_notice_words())
    table[std::string{code}] = words;
  std::puts(table.dump().c_str());
}
