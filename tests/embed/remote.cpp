// Network transparency: one process publishes its node, another connects and pauses a campaign in it.
//
//   remote serve FOLDER          prints the port and the campaign's id, runs until its input ends
//   remote pause PORT CAMPAIGN   prints the campaign's status after the pause

#include "actors/interfaces.hpp"
#include "actors/node.hpp"
#include "adapters/relays.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/all.hpp>
#include <caf/scoped_actor.hpp>

#include <future>
#include <iostream>
#include <string>

using namespace sluice;

namespace {

struct networked : caf::actor_system_config {
  networked() {
    load<caf::io::middleman>();
    register_messages(*this);
  }
};

int serve(const std::string& folder) {
  networked configuration;
  caf::actor_system system{configuration};
  node_settings settings;
  settings.data_folder = folder;
  settings.relay.url = "null:";
  settings.moderation.first_campaigns = 0;
  auto engine = node::open(settings, make_relay, &system).value();
  auto list = engine->store().audiences().begin("Customers", engine->now()).value();
  list->add({"customer@example.com", {}}).value();
  const auto customers = list->commit({{}, engine->now()}).value();
  campaign_spec tomorrow;
  tomorrow.name = "Tomorrow";
  tomorrow.from = "news@shop.example";
  tomorrow.subject = "Hello";
  tomorrow.text = "Hello";
  tomorrow.unsubscribe_url = "https://shop.example/u";
  tomorrow.plan.start_at = engine->now() + std::chrono::hours(24);
  std::promise<result<campaign_view>> made;
  engine->create({tomorrow, customers.id, "shop", ""}, [&](auto done) { made.set_value(std::move(done)); });
  const auto id = made.get_future().get().value().id;
  std::promise<result<command_answer>> started;
  engine->command(id, {command_kind::start, "shop", "", "", {}},
                  [&](auto done) { started.set_value(std::move(done)); });
  started.get_future().get().value();
  const auto port = system.middleman().publish(caf::actor_cast<node_actor>(engine->handle()), 0, "127.0.0.1");
  if (!port)
    return 1;
  std::cout << *port << " " << id.value << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  system.middleman().unpublish(caf::actor_cast<node_actor>(engine->handle()), *port);
  engine->stop();
  return 0;
}

int pause_from_here(const std::string& port, const std::string& campaign) {
  networked configuration;
  caf::actor_system system{configuration};
  const auto found =
      system.middleman().remote_actor<node_actor>("127.0.0.1", static_cast<std::uint16_t>(std::stoi(port)));
  if (!found) {
    std::cerr << "no node answers: " << caf::to_string(found.error()) << "\n";
    return 1;
  }
  caf::scoped_actor self{system};
  auto is_done = false;
  self->request(*found, std::chrono::seconds(30), campaign_id{std::stoull(campaign)},
                command{command_kind::pause, "elsewhere", "from another process", "", {}})
      .receive(
          [&](const command_answer& answer) {
            std::cout << name_of(answer.status) << " " << answer.changed << std::endl;
            is_done = true;
          },
          [](const caf::error& why) { std::cerr << from_caf(why).message << "\n"; });
  return is_done ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  const std::string job = argc > 1 ? argv[1] : "";
  if (job == "serve" && argc == 3)
    return serve(argv[2]);
  if (job == "pause" && argc == 4)
    return pause_from_here(argv[2], argv[3]);
  return 2;
}
