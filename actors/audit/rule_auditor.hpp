#pragma once
// The rules of the domain that a log can show, checked at every event of one campaign. A state that broke a
// rule cannot be trusted any further: the first broken one ends it.
//
//   1  the counts add up                                 5  final letters and campaigns do not change
//   2  nothing is claimed before it is due               6  a snapshot is what the log adds up to
//   3  nor during a hold, after a cancel, unapproved     7  no letter is forgotten at the end; under `hold`
//   4  nor twice                                            only a person sends a letter in doubt again
//                                                       11  no refusal is final that may have been about others
//
// that approvals come from people who may give them, that there are as many as `start` asked for, each of another
// person, and that none is too old when sending begins; that a campaign whose content changed is approved anew;
// and that the plan's zero is the later of `start_at` and the moment of the start, that nothing begins
// before it, and that time does not go backwards. Rule 8 (the order after a resume) is bent by limits for
// recipient domains, which are no part of a log; 9 and 10 are about what was told and to whom. Those three
// are checked by tests alone.

#include "actors/core/campaign_state.hpp"

#include <functional>

namespace sluice {

class rule_auditor {
public:
  explicit rule_auditor(campaign_id campaign);

  /// Applies the next event. Throws broken_invariant when it breaks a rule.
  void follow(const event& next);
  const campaign_state& state() const { return state_; }

private:
  void check_before(const event& next);
  void check_after(const event& next) const;
  void check_claim(const claimed& claim, timestamp at) const;
  void check_outcomes(const settled& outcomes) const;
  void check_refusals(const refusals_settled& refusals, const std::string& by) const;
  void check_zero(const scheduled& plan, timestamp at) const;
  void check_rules(const submitted& checks) const;
  void check_approver(const std::string& by) const;
  void check_approved(const approved& approval, const event& next) const;
  void check_begin(timestamp at) const;
  void check_lifted() const;

  campaign_state state_;
  bool is_approved_ = false;
  std::string author_;
  std::string last_editor_;
  timestamp start_began_at_; ///< the start or approval was decided after this moment
};

} // namespace sluice
