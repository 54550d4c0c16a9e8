// What composing a letter costs, and what the letter holds in memory: newsletters of 2, 10 and 100 KB, HTML and
// text, ten fields, in English with and without a name beyond ASCII, and in Russian.
//
//   compose_rate [SECONDS]          one table, so many seconds a line
//   compose_rate --letters N NAME   N letters of one kind and nothing else, to be counted by callgrind

#include "actors/letters/letter_composer.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace sluice;
using steady = std::chrono::steady_clock;

constexpr std::size_t batch_letters = 250;
const std::vector<std::string> columns{"email", "name",  "city",  "order",  "price",
                                       "shop",  "agent", "phone", "coupon", "until"};

struct newsletter {
  std::string name;
  std::size_t bytes;
  bool has_html;
  std::string words; ///< a sentence that its text repeats
  std::string value; ///< the recipient's name
};

const std::vector<newsletter> newsletters{
    {"2k", 2'000, false, "The quick brown fox jumps over the lazy dog.", "Ann"},
    {"2k-name", 2'000, false, "The quick brown fox jumps over the lazy dog.", "Zoë"},
    {"10k", 10'000, true, "The quick brown fox — it costs 5 € — jumps over the lazy dog.", "Ann"},
    {"100k", 100'000, true, "The quick brown fox — it costs 5 € — jumps over the lazy dog.", "Ann"},
    {"100k-russian", 100'000, true, "Съешь же ещё этих мягких французских булок.", "Анна"},
};

/// The fields are spread evenly over the text. HTML has no line ends: that is how editors give it.
std::string
filled(const newsletter& like, std::size_t bytes, std::string_view before, std::string_view after) {
  std::string text;
  for (std::size_t field = 1; field < columns.size(); ++field) {
    text += before;
    text += "{{" + columns[field] + "}} ";
    while (text.size() < bytes * field / (columns.size() - 1))
      text += like.words + ' ';
    text += after;
  }
  return text;
}

campaign_spec spec_of(const newsletter& like) {
  campaign_spec spec;
  spec.name = like.name;
  spec.from = "Shop <news@shop.example>";
  spec.subject = "{{name}}, your order {{order}}";
  spec.unsubscribe_url = "https://shop.example/u?e={{email}}";
  if (like.has_html)
    spec.html = filled(like, like.bytes * 4 / 5, "<p style=\"margin:0\">", "</p>");
  spec.text = filled(like, like.has_html ? like.bytes / 5 : like.bytes, "", "\n");
  return spec;
}

recipient recipient_of(const newsletter& like, std::size_t number) {
  recipient to;
  to.email = "n" + std::to_string(number) + "@example.com";
  for (std::size_t field = 1; field < columns.size(); ++field)
    to.fields.push_back({static_cast<std::uint16_t>(field), like.value + std::to_string(number + field)});
  return to;
}

class bench {
public:
  explicit bench(const newsletter& like) {
    auto made = make_letter_composer({{17}, {}, {}}, spec_of(like), columns);
    if (!made) {
      std::fprintf(stderr, "%s\n", made.error().message.c_str());
      std::exit(1);
    }
    composer_ = std::move(*made);
    for (std::size_t at = 0; at < batch_letters; ++at)
      recipients_.push_back(recipient_of(like, at));
  }

  void compose(std::size_t letters) {
    for (std::size_t at = 0; at < letters; at += batch_letters)
      compose_batch(std::min(batch_letters, letters - at));
  }

  std::size_t wire_bytes() const { return wire_bytes_; }
  std::size_t memory_bytes() const { return memory_bytes_; }

private:
  void compose_batch(std::size_t letters) {
    batch into;
    composer_->reserve(into, letters, 1U << 20U);
    for (std::size_t at = 0; at < letters; ++at)
      if (auto done = composer_->compose(static_cast<letter_index>(at), recipients_[at],
                                         timestamp{milliseconds{1'796'115'600'250}}, into);
          !done) {
        std::fprintf(stderr, "%s\n", done.error().message.c_str());
        std::exit(1);
      }
    wire_bytes_ = into.letters.front().wire_bytes;
    memory_bytes_ = into.memory_bytes() / letters;
  }

  std::unique_ptr<letter_composer> composer_;
  std::vector<recipient> recipients_;
  std::size_t wire_bytes_ = 0;
  std::size_t memory_bytes_ = 0;
};

void print_line(const newsletter& like, double seconds_max) {
  bench run(like);
  run.compose(batch_letters);
  std::size_t letters = 0;
  const auto begin = steady::now();
  double seconds = 0;
  while (seconds < seconds_max) {
    run.compose(batch_letters);
    letters += batch_letters;
    seconds = std::chrono::duration<double>(steady::now() - begin).count();
  }
  std::printf("%-14s %12zu %12zu %12.0f\n", like.name.c_str(), run.wire_bytes(), run.memory_bytes(),
              seconds * 1e9 / static_cast<double>(letters));
}

int count(std::size_t letters, std::string_view name) {
  for (const auto& one : newsletters)
    if (one.name == name) {
      bench(one).compose(letters);
      return 0;
    }
  std::fprintf(stderr, "there is no such kind of letter\n");
  return 2;
}

} // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view{argv[1]} == "--letters")
    return count(std::strtoull(argv[2], nullptr, 10), argv[3]);
  const auto seconds = argc > 1 ? std::strtod(argv[1], nullptr) : 1.0;
  std::printf("%-14s %12s %12s %12s\n", "letter", "on the wire", "in memory", "ns");
  for (const auto& one : newsletters)
    print_line(one, seconds);
  return 0;
}
