#include "adapters/smtp/smtp_login.hpp"

#include "messages/base64.hpp"
#include "messages/check.hpp"

#include <gsasl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace sluice {

namespace {

/// A server names how often a password is hashed (RFC 5802 section 5.1), and that takes our processor's time: half a
/// second for these.
constexpr std::uint32_t scram_iterations_max = 1'000'000;

/// What a server tells of its refusal is shown to a person.
constexpr std::size_t refusal_bytes_max = 500;

std::unexpected<error> login_fault(std::string why) {
  return failure(error_code::unavailable, std::move(why));
}

bool is_scram(std::string_view mechanism) {
  return mechanism.starts_with("SCRAM-");
}

/// The `i=` of a server's first message; nothing where there is none.
std::optional<std::uint32_t> iterations_of(std::string_view server_first) {
  while (!server_first.empty()) {
    const auto attribute = server_first.substr(0, server_first.find(','));
    server_first.remove_prefix(std::min(attribute.size() + 1, server_first.size()));
    if (!attribute.starts_with("i="))
      continue;
    std::uint32_t number = 0;
    const auto* end = attribute.data() + attribute.size();
    const auto read = std::from_chars(attribute.data() + 2, end, number);
    return read.ec == std::errc{} && read.ptr == end ? std::optional(number) : std::nullopt;
  }
  return std::nullopt;
}

struct gsasl_closer {
  void operator()(Gsasl* context) const { gsasl_done(context); }
  void operator()(Gsasl_session* session) const { gsasl_finish(session); }
  void operator()(char* text) const { gsasl_free(text); }
};

class gsasl_exchange final : public login_exchange {
public:
  static result<std::unique_ptr<login_exchange>> begin(const std::string& mechanism,
                                                       const login_identity& who) {
    auto made = std::make_unique<gsasl_exchange>(mechanism);
    Gsasl* context = nullptr;
    if (const auto done = gsasl_init(&context); done != GSASL_OK)
      return login_fault(gsasl_strerror(done));
    made->context_.reset(context);
    Gsasl_session* session = nullptr;
    if (const auto done = gsasl_client_start(context, mechanism.c_str(), &session); done != GSASL_OK)
      return login_fault(gsasl_strerror(done));
    made->session_.reset(session);
    if (!made->put(GSASL_AUTHID, who.user) || !made->put(GSASL_PASSWORD, who.password) ||
        (mechanism.ends_with("-PLUS") && !made->bind(who.binding)))
      return login_fault("out of memory");
    return made;
  }

  explicit gsasl_exchange(const std::string& mechanism) :
      is_scram_(sluice::is_scram(mechanism)), speaks_first_(mechanism == "PLAIN" || is_scram_) {}

  bool speaks_first() const override { return speaks_first_; }
  bool is_slow() const override { return is_scram_; }

  result<std::string> respond(std::string_view challenge) override {
    if (is_over_)
      return login_fault("the server asks for more than the mechanism has");
    if (is_scram_ && std::exchange(steps_, steps_ + 1) == 1)
      if (const auto iterations = iterations_of(challenge); iterations && *iterations > scram_iterations_max)
        return login_fault("the server wants the password hashed " + std::to_string(*iterations) + " times");
    char* output = nullptr;
    std::size_t bytes = 0;
    const auto done = gsasl_step(session_.get(), challenge.data(), challenge.size(), &output, &bytes);
    const std::unique_ptr<char, gsasl_closer> held(output);
    if (done != GSASL_OK && done != GSASL_NEEDS_MORE)
      return login_fault(gsasl_strerror(done));
    is_over_ = done == GSASL_OK;
    return std::string(output == nullptr ? "" : output, output == nullptr ? 0 : bytes);
  }

  bool is_proven() const override { return !is_scram_ || is_over_; }
  const std::string& refusal() const override { return no_refusal_; }

private:
  bool put(Gsasl_property what, const std::string& value) {
    return gsasl_property_set_raw(session_.get(), what, value.data(), value.size()) == GSASL_OK;
  }

  /// Only for a -PLUS: GNU SASL 2.2 does not begin another one that could be bound, so the flag that tells a server of a
  /// hidden offer (RFC 5802 section 6, "y") is not to be had.
  bool bind(const channel_binding& to) {
    if (to.type == channel_binding::kind::none)
      return true;
    return put(to.type == channel_binding::kind::tls_unique ? GSASL_CB_TLS_UNIQUE : GSASL_CB_TLS_EXPORTER,
               to_base64(to.data));
  }

  std::unique_ptr<Gsasl, gsasl_closer> context_;
  std::unique_ptr<Gsasl_session, gsasl_closer> session_;
  bool is_scram_;
  bool speaks_first_;
  bool is_over_ = false;
  int steps_ = 0;
  std::string no_refusal_;
};

/// One message; a challenge that comes after it is the server's refusal, in JSON, and gets an answer without meaning.
class token_exchange final : public login_exchange {
public:
  token_exchange(std::string message, std::string last_words) :
      message_(std::move(message)), last_words_(std::move(last_words)) {}

  bool speaks_first() const override { return true; }
  bool is_slow() const override { return false; }

  result<std::string> respond(std::string_view challenge) override {
    switch (steps_++) {
    case 0:
      return message_;
    case 1:
      refusal_ = challenge.substr(0, refusal_bytes_max);
      return last_words_;
    default:
      return login_fault("the server asks for more than the mechanism has");
    }
  }

  bool is_proven() const override { return true; }
  const std::string& refusal() const override { return refusal_; }

private:
  std::string message_;
  std::string last_words_;
  std::string refusal_;
  int steps_ = 0;
};

/// RFC 7628 section 3.1.
std::string oauthbearer_message(const login_identity& who) {
  std::string name; // RFC 5801 section 4: saslname
  for (const auto one : who.user)
    name += one == '=' ? std::string{"=3D"} : one == ',' ? std::string{"=2C"} : std::string(1, one);
  return "n,a=" + name + ",\x01host=" + who.host + "\x01port=" + std::to_string(who.port) +
         "\x01"
         "auth=Bearer " +
         who.token + "\x01\x01";
}

std::string xoauth2_message(const login_identity& who) {
  return "user=" + who.user +
         "\x01"
         "auth=Bearer " +
         who.token + "\x01\x01";
}

} // namespace

std::vector<std::string> login_mechanisms(std::span<const std::string> offered, const login_choice& choice) {
  std::vector<std::string> tried;
  const auto add = [&](std::string_view name) {
    if (std::ranges::find(offered, name) != offered.end())
      tried.emplace_back(name);
  };
  if (choice.has_token) {
    add("OAUTHBEARER");
    add("XOAUTH2");
  }
  if (!choice.has_password)
    return tried;
  if (choice.has_binding)
    add("SCRAM-SHA-256-PLUS");
  add("SCRAM-SHA-256");
  add("SCRAM-SHA-1");
  if (!choice.is_tls)
    add("CRAM-MD5");
  add("PLAIN");
  add("LOGIN");
  if (choice.is_tls)
    add("CRAM-MD5");
  return tried;
}

std::optional<std::size_t> next_after_refusal(std::span<const std::string> mechanisms, std::size_t at) {
  const auto hides_password =
      mechanisms[at] == "CRAM-MD5" || (is_scram(mechanisms[at]) && !mechanisms[at].ends_with("-PLUS"));
  if (!hides_password)
    return std::nullopt;
  for (auto next = at + 1; next < mechanisms.size(); ++next)
    if (mechanisms[next] == "PLAIN" || mechanisms[next] == "LOGIN")
      return next;
  return std::nullopt;
}

result<std::unique_ptr<login_exchange>> begin_login(const std::string& mechanism, const login_identity& who) {
  if (mechanism == "OAUTHBEARER")
    return std::make_unique<token_exchange>(oauthbearer_message(who), "\x01");
  if (mechanism == "XOAUTH2")
    return std::make_unique<token_exchange>(xoauth2_message(who), "");
  return gsasl_exchange::begin(mechanism, who);
}

result<std::string> from_login_base64(std::string_view text) {
  char* bytes = nullptr;
  std::size_t size = 0;
  if (gsasl_base64_from(text.data(), text.size(), &bytes, &size) != GSASL_OK)
    return login_fault("it is no base64");
  const std::unique_ptr<char, gsasl_closer> held(bytes);
  return std::string(bytes, size);
}

} // namespace sluice
