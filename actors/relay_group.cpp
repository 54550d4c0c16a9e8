#include "actors/relay_group.hpp"

#include "actors/relay_group_queue.hpp"

#include <thread>

namespace sluice {

namespace {

class relay_group final : public relay {
public:
  relay_group(std::vector<relay_member> all, clock_source wall, std::function<moment()> clock) :
      core_(std::make_shared<relay_group_core>(std::move(all), std::move(wall), std::move(clock))) {}

  ~relay_group() override { core_->end_relays(); }

  std::shared_ptr<campaign_queue>
  open(campaign_id campaign, const letter_route& route, report_sink sink) override {
    return open_group_queue(core_, campaign, route, std::move(sink));
  }

  void limit_to(std::shared_ptr<const send_lease> lease) override {
    for (std::size_t at = 0; at < core_->size(); ++at)
      core_->through(at).limit_to(lease);
  }

  relay_names names() const override {
    relay_names all;
    for (std::size_t at = 0; at < core_->size(); ++at)
      all.insert(core_->roster().at(at).name);
    return all;
  }

  std::vector<std::pair<std::string, relay*>> members() override {
    std::vector<std::pair<std::string, relay*>> all;
    for (std::size_t at = 0; at < core_->size(); ++at)
      all.emplace_back(core_->roster().at(at).name, &core_->through(at));
    return all;
  }

  result<void> check_route(const letter_route& route) const override { return core_->roster().check(route); }

  std::size_t connections_max() const override { return sum(&relay::connections_max); }
  std::size_t letters_in_flight_max() const override { return sum(&relay::letters_in_flight_max); }

  std::optional<relay_wait> waits_for(std::string_view domain) override {
    for (std::size_t at = 0; at < core_->size(); ++at)
      if (auto found = core_->through(at).waits_for(domain);
          found && (found->domain_letters > 0 || found->is_rate_limited))
        return found;
    return core_->through(0).waits_for(domain);
  }

  std::optional<relay_pace> found_pace() const override {
    for (std::size_t at = 0; at < core_->size(); ++at)
      if (auto found = core_->through(at).found_pace())
        return found;
    return std::nullopt;
  }

  std::optional<relay_tries> tries(timestamp now) const override {
    for (std::size_t at = 0; at < core_->size(); ++at)
      if (auto found = core_->through(at).tries(now))
        return found;
    return std::nullopt;
  }

  std::vector<relay_view> failing_on(const letter_route& route) const override {
    std::vector<relay_view> found;
    for (const auto at : core_->roster().serving(route))
      if (auto shown = core_->view(at); shown.trouble)
        found.push_back(std::move(shown));
    return found;
  }

  std::vector<relay_view> states() const override {
    std::vector<relay_view> all;
    for (std::size_t at = 0; at < core_->size(); ++at)
      all.push_back(core_->view(at));
    return all;
  }

  void stop() override {
    std::vector<std::jthread> all; // each may wait for its server's last replies
    for (std::size_t at = 0; at < core_->size(); ++at)
      all.emplace_back([&one = core_->through(at)] { one.stop(); });
  }

private:
  std::size_t sum(std::size_t (relay::*of)() const) const {
    std::size_t all = 0;
    for (std::size_t at = 0; at < core_->size(); ++at)
      all += (core_->through(at).*of)();
    return all;
  }

  std::shared_ptr<relay_group_core> core_;
};

} // namespace

std::unique_ptr<relay>
make_relay_group(std::vector<relay_member> members, clock_source wall, std::function<moment()> clock) {
  return std::make_unique<relay_group>(std::move(members), std::move(wall), std::move(clock));
}

} // namespace sluice
