#pragma once
// The table of routes: what there is, who may use it, and what answers. Enforced here and nowhere else.

#include "actors/node.hpp"
#include "adapters/http/message.hpp"
#include "messages/json_reader.hpp"

#include <span>
#include <string_view>

namespace sluice {

enum class permission : std::uint8_t { anyone, watch, look, operate, intervene, moderate, administrate };

/// Whether a role has it: everybody with a token watches, which is to look without seeing addresses, and all but watchers look;
/// operators operate, moderators moderate, both intervene, which stops what goes wrong and no more; admins all.
bool has_permission(role who, permission needed);

/// Who may give a command: the one place that says so.
constexpr permission needed_for(command_kind kind) {
  if (kind == command_kind::pause)
    return permission::intervene;
  return kind == command_kind::approve || kind == command_kind::reject ? permission::moderate
                                                                       : permission::operate;
}

/// What answering a request takes, and so which threads do it and how many at once (README.md).
enum class work_kind : std::uint8_t {
  instant,    ///< nothing that could wait: on the event loop
  command,    ///< steers a campaign; has threads of its own and places that are kept for it
  edit,       ///< changes what is kept, and may have a large body
  look,       ///< reads what is in memory, or a few rows
  heavy_look, ///< reads a log: one at a time for each token
  import,     ///< a list of any length
  outside,    ///< waits for another machine
};

/// What becomes of an Idempotency-Key (README.md).
enum class key_handling : std::uint8_t {
  answer_kept,    ///< the server keeps the answer (kept_answers.hpp)
  in_log,         ///< a campaign's log has the answer, in the write of the events that it tells of
  nothing_changes ///< what is asked may be asked again: keys are not looked at
};

/// Bodies up to here are read without waiting for a place among the large ones.
inline constexpr std::uint64_t small_body_bytes_max = 64U << 10U;
inline constexpr std::uint64_t large_body_bytes_max = 4U << 20U;

struct route {
  std::string_view method;
  std::string_view path; ///< "/v1/campaigns/{}/pause"; {} is any one segment
  permission needed = permission::look;
  work_kind work = work_kind::look;
  std::uint64_t body_bytes_max = 0; ///< 0: it takes no body
  /// One of these: an answer from a whole request, a consumer of a body of any size, or the event stream.
  void (*answer)(node&, const http_request&, const respond&) = nullptr;
  result<std::unique_ptr<body_consumer>> (*consume)(node&, const http_request&) = nullptr;
  bool is_stream = false;
  bool is_private_elsewhere = false; ///< needs a token where the client is on another machine
  bool is_long_import = false;       ///< takes a place among the imports, as those with a consumer do
  key_handling keys = key_handling::answer_kept; ///< GET has no keys

  bool keeps_answers() const { return method != "GET" && keys == key_handling::answer_kept; }
};

struct found_route {
  const route* entry = nullptr; ///< none: no such path, or not with this method
  std::vector<std::string> captured;
  std::string allowed_methods; ///< of that path, when only the method is wrong
};

/// Every route there is.
std::span<const route> all_routes();

found_route find_route(std::string_view method, const std::vector<std::string>& path);

/// What a client needs for it: what is told to all on the machine itself is for holders of a token elsewhere, unless
/// it `is_public`.
permission needed_for(const route& entry, bool is_on_this_machine, bool is_public);

/// Who asks, by the secret of their token. `unauthenticated`, or `not_permitted` for the role.
result<token_info> authorize(node& engine, permission needed, std::string_view secret);

// The handlers, by the file that holds them.

namespace handlers {

// campaign_handlers.cpp
void list_campaigns(node&, const http_request&, const respond&);
void show_campaign(node&, const http_request&, const respond&);
void create_campaign(node&, const http_request&, const respond&);
void edit_campaign(node&, const http_request&, const respond&);
void discard_campaign(node&, const http_request&, const respond&);
void command_campaign(node&, const http_request&, const respond&);
void settle_doubt(node&, const http_request&, const respond&);
void settle_refusals(node&, const http_request&, const respond&);

// check_handlers.cpp
void check_draft(node&, const http_request&, const respond&);
void check_content(node&, const http_request&, const respond&);

// test_copy_handlers.cpp
void send_test_copy(node&, const http_request&, const respond&);

// progress_handlers.cpp
void show_progress(node&, const http_request&, const respond&);

// preview_handlers.cpp
void show_preview(node&, const http_request&, const respond&);
void preview_content(node&, const http_request&, const respond&);

// reading_handlers.cpp
void show_plan(node&, const http_request&, const respond&);
void forecast(node&, const http_request&, const respond&);
void show_responses(node&, const http_request&, const respond&);
void show_letters(node&, const http_request&, const respond&);
void show_doubt(node&, const http_request&, const respond&);
void show_refusals(node&, const http_request&, const respond&);
void show_log(node&, const http_request&, const respond&);

// audit_handlers.cpp
void show_story(node&, const http_request&, const respond&);
void show_replay(node&, const http_request&, const respond&);
void show_diff(node&, const http_request&, const respond&);
void audit(node&, const http_request&, const respond&);
void audit_against_seal(node&, const http_request&, const respond&);
void make_seal(node&, const http_request&, const respond&);
void export_records(node&, const http_request&, const respond&);

// house_handlers.cpp
void show_house_log(node&, const http_request&, const respond&);
void show_house_replay(node&, const http_request&, const respond&);
void export_tables(node&, const http_request&, const respond&);
void erase_recipient(node&, const http_request&, const respond&);

// why_handler.cpp
void show_why(node&, const http_request&, const respond&);

// import_handlers.cpp
result<std::unique_ptr<body_consumer>> import_audience(node&, const http_request&);
result<std::unique_ptr<body_consumer>> preview_audience(node&, const http_request&);
result<std::unique_ptr<body_consumer>> show_list_cells(node&, const http_request&);

// audience_list_handlers.cpp
void list_audiences(node&, const http_request&, const respond&);
void show_audience(node&, const http_request&, const respond&);
void show_audience_rows(node&, const http_request&, const respond&);
void rename_audience(node&, const http_request&, const respond&);
void delete_audience(node&, const http_request&, const respond&);
void export_audience(node&, const http_request&, const respond&);

// audience_derive_handlers.cpp
void derive_audiences(node&, const http_request&, const respond&);
void copy_campaign(node&, const http_request&, const respond&);

// suppression_handlers.cpp
void list_suppressions(node&, const http_request&, const respond&);
void add_suppressions(node&, const http_request&, const respond&);
void remove_suppressions(node&, const http_request&, const respond&);

// partial_handlers.cpp
void put_partial(node&, const http_request&, const respond&);
void list_partials(node&, const http_request&, const respond&);
void show_partial(node&, const http_request&, const respond&);
void remove_partial(node&, const http_request&, const respond&);

// attachment_handlers.cpp
result<std::unique_ptr<body_consumer>> upload_attachment(node&, const http_request&);
void list_attachments(node&, const http_request&, const respond&);
void show_attachment(node&, const http_request&, const respond&);
void show_attachment_content(node&, const http_request&, const respond&);
void remove_attachment(node&, const http_request&, const respond&);

// feedback_handlers.cpp
void take_feedback(node&, const http_request&, const respond&);

// token_handlers.cpp
void show_me(node&, const http_request&, const respond&);
void list_routes(node&, const http_request&, const respond&);
void list_tokens(node&, const http_request&, const respond&);
void create_token(node&, const http_request&, const respond&);
void rotate_token(node&, const http_request&, const respond&);
void revoke_token(node&, const http_request&, const respond&);

// sign_in_handlers.cpp
void sign_in_options(node&, const http_request&, const respond&);
void begin_sign_in(node&, const http_request&, const respond&);
void finish_sign_in(node&, const http_request&, const respond&);
void sign_out(node&, const http_request&, const respond&);

// housekeeping_handlers.cpp
void show_cluster(node&, const http_request&, const respond&);
void drain_node(node&, const http_request&, const respond&);
void undrain_node(node&, const http_request&, const respond&);
void list_relays(node&, const http_request&, const respond&);
void health(node&, const http_request&, const respond&);
void readiness(node&, const http_request&, const respond&);
void metrics(node&, const http_request&, const respond&);
void version(node&, const http_request&, const respond&);
void welcome(node&, const http_request&, const respond&);

} // namespace handlers

/// The campaign that a path names; `not_found`.
result<campaign_view> named_campaign(node& engine, const http_request& request);

/// A campaign that is not kept: what a body says of it.
struct unsaved_campaign {
  campaign_spec spec;
  audience_id audience;
};

/// Reads `campaign` (a campaign file) and `audience` (an id, needed) of a body, checked as for a draft.
result<unsaved_campaign> unsaved_campaign_in(node& engine, object_reader& from);

} // namespace sluice
