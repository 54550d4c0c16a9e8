#include "persistence/audience_tree.hpp"

#include "messages/check.hpp"
#include "persistence/big_endian.hpp"

#include <openssl/evp.h>

#include <array>

namespace sluice {

namespace {

constexpr std::string_view tree_hash_mark = "t1:";
constexpr std::size_t tree_hash_bytes = std::tuple_size_v<sha256_hash>;
constexpr std::size_t full_bytes = tree_hash_bytes * tree_fanout;

} // namespace

bool is_tree_hash(std::string_view audience_hash) {
  return audience_hash.starts_with(tree_hash_mark);
}

letter_index tree_level_size(letter_index rows, unsigned level) {
  for (unsigned number = 0; number <= level; ++number)
    rows = (rows + tree_fanout - 1) / tree_fanout;
  return rows;
}

std::string tree_hash(letter_index rows, std::span<const std::string> columns, const sha256_hash& top) {
  sha256_stream whole;
  whole.update("sluice audience 1\n").update(big_endian(std::uint64_t{rows}));
  for (const auto& name : columns)
    whole.update(big_endian(static_cast<std::uint32_t>(name.size()))).update(name);
  return std::string(tree_hash_mark) + to_hex(whole.update(as_text(top)).finish());
}

void audience_tree_builder::add(const sha256_hash& leaf) {
  group_ += as_text(leaf);
  marks_ += as_text(leaf).substr(0, leaf_mark_bytes);
  if (marks_.size() == leaf_marks_per_block * leaf_mark_bytes)
    whole_.push_back({leaf_marks_level, mark_blocks_++, std::exchange(marks_, {})});
  if (group_.size() < full_bytes)
    return;
  const auto hash = sha256(group_);
  group_.clear();
  push(0, hash);
}

void audience_tree_builder::push(unsigned number, const sha256_hash& hash) {
  if (number == levels_.size())
    levels_.emplace_back();
  levels_[number].open += as_text(hash);
  if (levels_[number].open.size() == full_bytes)
    push(number + 1, close(number));
}

/// The hash of the level's open block, which becomes a whole one.
sha256_hash audience_tree_builder::close(unsigned number) {
  auto& closed = levels_[number];
  const auto hash = sha256(closed.open);
  whole_.push_back({number, closed.blocks++, std::exchange(closed.open, {})});
  return hash;
}

sha256_hash audience_tree_builder::finish() {
  if (!group_.empty()) {
    const auto hash = sha256(group_);
    group_.clear();
    push(0, hash);
  }
  check(!levels_.empty(), "a tree has a leaf");
  if (!marks_.empty())
    whole_.push_back({leaf_marks_level, mark_blocks_++, std::exchange(marks_, {})});
  for (unsigned number = 0;; ++number) {
    auto& last = levels_[number];
    const auto count = last.blocks * tree_fanout + last.open.size() / tree_hash_bytes;
    if (count == 1) {
      sha256_hash top;
      std::copy_n(reinterpret_cast<const std::uint8_t*>(last.open.data()), tree_hash_bytes, top.begin());
      whole_.push_back({number, 0, std::exchange(last.open, {})});
      return top;
    }
    if (!last.open.empty())
      push(number + 1, close(number));
  }
}

struct salt_source::cipher {
  EVP_CIPHER_CTX* handle = EVP_CIPHER_CTX_new();
  std::array<char, 4096> stream{};
  std::size_t used = stream.size();

  cipher() = default;
  cipher(const cipher&) = delete;
  cipher& operator=(const cipher&) = delete;
  ~cipher() { EVP_CIPHER_CTX_free(handle); }
};

salt_source::salt_source(std::string_view key) : cipher_(std::make_unique<cipher>()) {
  static constexpr std::array<unsigned char, 16> counter{};
  const auto whole = sha256(key);
  check(cipher_->handle != nullptr &&
            EVP_EncryptInit_ex2(cipher_->handle, EVP_chacha20(), whole.data(), counter.data(), nullptr) == 1,
        "OpenSSL has ChaCha20");
}
salt_source::~salt_source() = default;
salt_source::salt_source(salt_source&&) noexcept = default;
salt_source& salt_source::operator=(salt_source&&) noexcept = default;

std::string_view salt_source::next() {
  static constexpr std::array<unsigned char, 4096> zeros{};
  auto& stream = cipher_->stream;
  if (cipher_->used + leaf_salt_bytes > stream.size()) {
    int written = 0;
    check(EVP_EncryptUpdate(cipher_->handle, reinterpret_cast<unsigned char*>(stream.data()), &written,
                            zeros.data(), static_cast<int>(zeros.size())) == 1,
          "ChaCha20 takes any bytes");
    cipher_->used = 0;
  }
  const std::string_view salt(stream.data() + cipher_->used, leaf_salt_bytes);
  cipher_->used += leaf_salt_bytes;
  return salt;
}

namespace {

bool has_hash_at(std::string_view hashes, std::size_t place, const sha256_hash& hash) {
  return hashes.size() >= (place + 1) * tree_hash_bytes &&
         hashes.substr(place * tree_hash_bytes, tree_hash_bytes) == as_text(hash);
}

} // namespace

result<bool> tree_checker::is_right(const audience_info& info,
                                    std::uint32_t group,
                                    const sha256_hash& hash,
                                    const read_block& read) {
  const auto block = checked(info, 0, group / tree_fanout, read);
  if (!block)
    return std::unexpected(block.error());
  return has_hash_at(*block, group % tree_fanout, hash);
}

result<std::string> tree_checker::checked(const audience_info& info,
                                          unsigned level,
                                          std::uint32_t index,
                                          const read_block& read) {
  const place where{info.id.value, level, index};
  {
    const std::lock_guard guard(mutex_);
    if (const auto known = blocks_.find(where); known != blocks_.end() && known->second.hash == info.hash) {
      by_use_.splice(by_use_.begin(), by_use_, known->second.used);
      return known->second.hashes;
    }
  }
  auto hashes = read(level, index);
  if (!hashes)
    return hashes;
  const auto count = tree_level_size(info.size, level);
  const auto expected = std::min<std::size_t>(tree_fanout, count - std::min(count, index * tree_fanout));
  if (expected == 0 || hashes->size() != expected * tree_hash_bytes)
    return std::string{};
  if (count == 1) {
    sha256_hash top;
    std::copy_n(reinterpret_cast<const std::uint8_t*>(hashes->data()), tree_hash_bytes, top.begin());
    if (tree_hash(info.size, info.columns, top) != info.hash)
      return std::string{};
  } else {
    const auto above = checked(info, level + 1, index / tree_fanout, read);
    if (!above)
      return above;
    if (!has_hash_at(*above, index % tree_fanout, sha256(*hashes)))
      return std::string{};
  }
  const std::lock_guard guard(mutex_);
  if (const auto known = blocks_.find(where); known != blocks_.end()) {
    by_use_.erase(known->second.used);
    blocks_.erase(known);
  }
  by_use_.push_front(where);
  blocks_.emplace(where, checked_block{info.hash, *hashes, by_use_.begin()});
  if (blocks_.size() > blocks_max) {
    blocks_.erase(by_use_.back());
    by_use_.pop_back();
  }
  return hashes;
}

} // namespace sluice
