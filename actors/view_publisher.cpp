#include "actors/view_publisher.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr milliseconds publish_every_min{250};
constexpr milliseconds publish_every_max{5'000};

letter_index settled_letters(const campaign_state& state) {
  return state.letters.count(letter_state::accepted) + state.letters.count(letter_state::refused);
}

} // namespace

void view_publisher::record_progress(const campaign_state& state, timestamp now) {
  if (!settled_at_.empty() && now - settled_at_.back().first < publish_every_min)
    return;
  settled_at_.emplace_back(now, settled_letters(state));
  while (settled_at_.size() > 2 && now - settled_at_.front().first > rate_window)
    settled_at_.pop_front();
}

milliseconds view_publisher::publish_every(std::size_t campaigns) {
  return std::clamp(2 * milliseconds{campaigns}, publish_every_min, publish_every_max);
}

bool view_publisher::is_time(const campaign_state& state, timestamp now, milliseconds every) const {
  return state.status() != shown_ || state.relay_trouble.has_value() != is_trouble_shown_ ||
         now - published_at_ >= every || now < published_at_;
}

void view_publisher::publish(const campaign_state& state, const std::string& fault, timestamp now) {
  published_at_ = now;
  shown_ = state.status();
  is_trouble_shown_ = state.relay_trouble.has_value();
  if (state.is_discarded) {
    into_->remove(state.id);
    return;
  }
  auto view = brief_view_of(state, now, trial_letters_);
  view.rate = rate(state, now);
  view.fault = fault;
  into_->put(std::make_shared<const campaign_view>(std::move(view)));
}

void view_publisher::show_fault(campaign_id id, const std::string& fault) {
  if (auto view = into_->find(id, {})) {
    view->fault = fault;
    into_->put(std::make_shared<const campaign_view>(std::move(*view)));
  }
}

double view_publisher::rate(const campaign_state& state, timestamp now) const {
  if (settled_at_.empty() || !state.may_claim())
    return 0;
  const auto passed = std::chrono::duration<double>(now - settled_at_.front().first).count();
  const auto letters = settled_letters(state) - std::min(settled_letters(state), settled_at_.front().second);
  return passed > 0 ? letters / passed : 0;
}

} // namespace sluice
