#pragma once
// Numbers and links of one campaign's log: whether each record follows from the one before it, and where one
// does not, what was done to it. What only the other logs can tell (foreign records) is asked of them at the
// end, and only when something is wrong.

#include "actors/audit/audit.hpp"

#include <functional>
#include <unordered_map>
#include <vector>

namespace sluice {

class chain_auditor {
public:
  /// `note` takes what is found wrong.
  using record_fault = std::function<void(event_number, std::string)>;

  chain_auditor(campaign_id campaign, record_fault note) : campaign_(campaign), note_(std::move(note)) {}

  /// Records as they lie there, in the order of their keys.
  void follow(const raw_record& record);
  /// True when a link is broken: then `explain` has something to say.
  bool is_broken() const { return !broken_.empty(); }
  /// Names each broken link's cause, from this log and, with `all_logs`, from the others: that reads them whole.
  void explain(const journal& from, bool all_logs);

  event_number last_number() const { return last_number_; }
  const sha256_hash& last_hash() const { return last_hash_; }

private:
  struct broken_link {
    event_number number = 0;
    event_number before = 0; ///< the number of the record that lies before it
    sha256_hash named{};     ///< the hash that it names as that of the one before it
    sha256_hash content{};   ///< of the whole value
    bool next_is_broken = false;
    bool is_last = true;
  };
  struct place {
    campaign_id campaign;
    event_number number = 0;
  };
  struct by_first_bytes {
    std::size_t operator()(const sha256_hash& hash) const noexcept;
  };
  using hash_index = std::unordered_map<sha256_hash, place, by_first_bytes>;

  /// Where the hashes that the broken links name are found: in this log first, then in any.
  hash_index find_named(const journal& from, bool all_logs) const;
  std::string cause_of(const broken_link& link, const hash_index& named, const hash_index& contents) const;

  campaign_id campaign_;
  record_fault note_;
  event_number last_number_ = 0;
  sha256_hash last_hash_{};
  std::vector<broken_link> broken_; ///< audit_faults_max at most
};

} // namespace sluice
