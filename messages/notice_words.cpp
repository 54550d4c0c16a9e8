#include "messages/notice_words.hpp"

#include "messages/time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace sluice {

namespace {

constexpr auto table = std::to_array<notice_words>({
    {"text", "{text}"},
    {"internal_fault", "a fault of ours: {fault}"},

    // A file or request and its fields
    {"not_json", "this is not JSON: {fault}"},
    {"json_too_deep", "this is not JSON: it is nested more than {max} deep"},
    {"this_must_be_object", "this must be an object"},
    {"body_must_be_object", "the body must be a JSON object"},
    {"patch_must_be_object", "this must be an object with the fields to replace"},
    {"must_be_object", "must be an object"},
    {"must_be_text", "must be a text"},
    {"must_be_flag", "must be true or false"},
    {"must_be_list", "must be a list"},
    {"too_many_items", "has more than {max} entries"},
    {"must_be_whole_number", "must be a whole number from {min} to {max}"},
    {"must_be_one_of", "must be {names}"},
    {"must_be_audience_id", "must be an audience's id, like \"a1\""},
    {"must_be_audience_ids",
     "must be a list of 2 to {max} different audiences' ids, like \\[\"a1\", \"a2\"\\]"},
    {"must_be_campaign_id", "must be a campaign's id, like \"c1\""},
    {"split_percents_wrong", "must be a list of 2 to {max} whole percentages above 0 that are 100 together"},
    {"outcomes_needed", "is needed: which letters' recipients, like \\[\"refused\"\\]"},
    {"derivation_needed", "must say what the list is made of: campaign and outcomes, operation and "
                          "audiences, or audience and split"},
    {"copy_audience_or_outcomes",
     "goes with no outcomes: the copy has another list, or one made of the original's letters"},
    {"audience_name_needed", "a list needs a name"},
    {"no_such_field", "there is no such field; there are: {known}"},
    {"not_utf8", "is not UTF-8"},
    {"too_many_bytes", "has more than {max} bytes"},
    {"control_character", "it has a line break or another control character"},
    {"not_a_time", "\"{text}\" is no time; write it like 2026-12-01T09:00:00Z (RFC 3339)"},
    {"not_a_duration",
     "\"{text}\" is no duration; write a whole number with ms, s, m, h or d, like 90s or 24h"},
    {"part_interval_missing", "is needed: the time between two parts, like 30m"},
    {"part_size_missing", "is needed: how many letters a part has"},
    {"part_interval_out_of_range", "must be from {min:duration} to {max:duration}"},
    {"part_size_out_of_range", "a part has 1 to {max} letters"},
    {"growth_too_large", "it is at most {max} percent a day"},
    {"year_too_large", "the year has more than four digits"},
    {"plan_ends_too_late", "the last part would fall due after the year 9999; make the parts larger, or let "
                           "them follow faster"},
    {"name_missing", "a campaign needs a name"},
    {"subject_missing", "a letter needs a subject"},
    {"message_missing", "a letter needs text, html or both"},
    {"link_scheme_wrong", "it must begin with https://, http:// or mailto:"},
    {"sender_address_has_tag",
     "a tag may stand in the sender's name, but not in its address: that is the same for all"},
    {"header_name_wrong",
     "a header's name is printable ASCII without blanks and colons, at most 76 characters"},
    {"header_is_ours", "Sluice writes this header itself; leave it out"},
    {"header_value_missing", "has no value; leave the header out, or give it one"},
    {"header_twice", "this header is there twice, in other capitals"},
    {"envelope_sender_words_missing",
     "an address for each letter has \\{campaign\\}, \\{letter\\} and \\{mac\\}, all three"},
    {"envelope_sender_words_touch", "between \\{campaign\\}, \\{letter\\}, \\{mac\\} and other letters or "
                                    "digits there must be something else, like + or ."},
    {"envelope_sender_words_in_domain", "\\{campaign\\}, \\{letter\\} and \\{mac\\} stand before the @"},
    {"envelope_sender_word_unknown", "the words in braces are \\{campaign\\}, \\{letter\\} and \\{mac\\}"},
    {"free_mail_sender",
     "{domain} is a free-mail domain, and its DMARC policy has letters from other servers "
     "refused everywhere; send from a domain of your own"},

    // Addresses
    {"address_not_utf8", "\"{address}\" is no mail address: it is not UTF-8"},
    {"suppressed_domain_wrong", "\"{domain}\" names no domain; write @example.com for everybody at that "
                                "domain, @*.example.com for everybody below it"},
    {"suppression_ends_in_past", "the time is past: the entry would never count"},
    {"address_without_at", "\"{address}\" is no mail address: it has no @"},
    {"address_too_long", "\"{address}\" is no mail address: it has more than 254 octets"},
    {"address_control_character",
     "\"{address}\" is no mail address: it has a line break or another control character"},
    {"address_bracket_unopened", "\"{address}\" is no mail address: a > has no <"},
    {"address_name_unquoted", "\"{address}\" is no mail address: the name before the < must stand in double "
                              "quotes if it has one of ()<>\\[\\]:;@,\\\\\""},
    {"address_local_empty", "\"{address}\" is no mail address: nothing stands before the @"},
    {"address_local_too_long", "\"{address}\" is no mail address: more than 64 octets stand before the @"},
    {"address_local_dot",
     "\"{address}\" is no mail address: a dot stands at an end or beside another before the @"},
    {"address_local_quote",
     "\"{address}\" is no mail address: the quotes before the @ do not hold all that stands there"},
    {"address_local_character",
     "\"{address}\" is no mail address: a character before the @ is not allowed there"},
    {"address_local_invisible",
     "\"{address}\" is no mail address: an invisible character stands before the @"},
    {"address_domain_empty", "\"{address}\" is no mail address: nothing stands behind the @"},
    {"address_domain_dot",
     "\"{address}\" is no mail address: a dot stands at an end of the domain or beside another"},
    {"address_label_too_long",
     "\"{address}\" is no mail address: a label of the domain is longer than 63 octets"},
    {"address_label_hyphen",
     "\"{address}\" is no mail address: a label of the domain begins or ends with a hyphen"},
    {"address_domain_character",
     "\"{address}\" is no mail address: a character in the domain is not allowed there"},
    {"address_domain_without_dot", "\"{address}\" is no mail address: the domain has no dot"},
    {"address_domain_number", "\"{address}\" is no mail address: the domain ends with a number"},
    {"address_domain_invisible",
     "\"{address}\" is no mail address: an invisible character stands in the domain"},
    {"address_domain_not_idna",
     "\"{address}\" is no mail address: its domain is no valid international domain (IDNA2008)"},
    {"address_domain_foreign_dot", "\"{address}\" is no mail address: a dot in the domain is none of ASCII"},

    // Templates, and the letters made from them
    {"template_fault", "{fault}"},
    {"template_too_large", "over 2 MiB"},
    {"template_too_deep", "more than {max} sections within sections"},
    {"template_tag_unclosed", "Unclosed tag"},
    {"template_delimiters_wrong", "Invalid set delimiter tag"},
    {"template_section_unopened", "Unopened section \"{section}\""},
    {"template_section_unclosed", "Unclosed section \"{section}\""},
    {"template_tag_nameless", "a tag without a name"},
    {"template_partial", "\\{\\{> {name}\\}\\}: only text and html have partials"},
    {"template_inheritance", "\\{\\{{name}\\}\\}: templates have no inheritance here"},
    {"template_handlebars", "\\{\\{{name}\\}\\} is Handlebars; in Mustache write \\{\\{#field\\}\\} … "
                            "\\{\\{/field\\}\\} and \\{\\{^field\\}\\} … \\{\\{/field\\}\\}"},
    {"recipient_unsafe", "the recipient's address cannot stand in a letter"},
    {"letter_too_large", "the letter comes out over 2 MiB"},
    {"template_result_too_large", "a template comes out over 2 MiB"},
    {"unsubscribe_url_too_large", "unsubscribe_url comes out over 2 MiB"},
    {"unsubscribe_url_scheme_wrong",
     "unsubscribe_url comes out without https://, http:// or mailto: for this recipient"},
    {"unsubscribe_url_too_long", "unsubscribe_url comes out too long for a header line of 998 octets"},
    {"unsubscribe_mailto_wrong", "unsubscribe_mailto comes out as no mail address for this recipient"},
    {"reply_to_wrong", "reply_to comes out as no address for this recipient: {causes}"},
    {"unknown_tag", "\\{\\{{tag}\\}\\}: the list has no such column; the nearest is \"{nearest}\""},
    {"unknown_tag_alone", "\\{\\{{tag}\\}\\}: the list has no such column"},
    {"unknown_tags", "tags without a column would leave blanks in every letter: {causes}; mend them, or say "
                     "allow_unknown_fields"},
    {"field_often_empty",
     "column \"{column}\" is empty in {percent:.1f}% of the rows, and a template shows it "
     "without asking; write \\{\\{{column}|other words\\}\\}"},
    {"html_without_text",
     "there is no text part; mailboxes and filters expect one (text_from_html makes it)"},
    {"text_and_html_differ", "text and HTML say different things; filters take that for a lure"},
    {"html_is_large", "the HTML has {kibibytes} KiB; Gmail cuts a message off at {max}"},
    {"subject_is_long",
     "the subject has {characters} characters; few mailboxes show more than 80, and {max} look like spam"},
    {"sender_name_is_address", "the sender's name looks like another address: {name}"},
    {"failed_too_often",
     "{percent}% of the last {outcomes} letters could not be made for their recipients, more than {limit}%"},
    {"all_skipped", "nobody got it: all {letters} letters were skipped; see why in the server's responses"},
    {"batch_too_large", "a batch has at most 4 GiB of letters"},
    {"letters_cannot_be_made", "letters cannot be made: {causes}"},
    {"partial_name_wrong", "\"{name}\" is no name of a partial: 1 to {max} of A-Z a-z 0-9 _ . and -"},
    {"partial_content_needed", "what the partial holds is missing"},
    {"partial_unknown", "there is no partial {name}[; there are: {known}]"},
    {"partial_damaged", "version {version} of the partial {name} is damaged in the store"},
    {"partial_missing", "the partial {name} is not in the campaign; edit it once, and it is taken"},
    {"partial_in_itself", "the partial {name} stands within itself"},
    {"partials_too_deep", "the partial {name}: more than {max} partials within partials"},
    {"partials_too_many", "more than {max} partials"},
    {"attachment_unknown", "there is no attachment {id}; upload it first"},
    {"attachment_damaged", "the attachment {id} is damaged in the store; remove it and upload it again"},
    {"attachment_too_large", "the file has more than {max} bytes"},
    {"attachment_name_wrong",
     "\"{name}\" is no file name: it has 1 to {max} bytes and no control characters"},
    {"attachment_type_wrong", "\"{type}\" is no media type such as application/pdf"},
    {"attachment_in_use", "campaign {campaign} needs the attachment {id}"},
    {"attachment_of_recipient_missing", "what the field {column} names is not among the attachments"},
    {"attachment_needs_id", "an attachment has an id, or a column whose value is one"},
    {"attachment_content_id_twice", "two attachments have the content_id {content_id}"},
    {"attachment_column_unknown", "the audience has no field {column}"},
    {"attachments_too_large", "the attachments have more than {max} bytes together"},
    {"text_not_made",
     "no text part could be made of the HTML: give one, or readers without HTML see nothing"},

    // Why a person looks at it before it leaves
    {"domain_is_new",
     "campaign number {number} of {domain}; the first {first} of a sender domain are looked at"},
    {"many_role_addresses",
     "{percent:.1f}% role addresses (info@, sales@ …) in the audience; limit {limit}%"},
    {"no_unsubscribe_link", "no unsubscribe link: unsubscribe_url is empty; a campaign needs one"},
    {"audience_grew", "{size} recipients, {times:.1f} times as many as one campaign of this sender has "
                      "reached so far ({largest}); "
                      "limit {limit} times"},
    {"suspicious_pattern",
     "\"{found}\"[ in the letter of recipient {index}] matches the suspicious pattern \"{pattern}\""},
    {"suspicious_url", "\"{found}\" in the address {url}, in the letter of recipient {index}, matches the "
                       "suspicious pattern \"{pattern}\""},
    {"suspicious_value",
     "\"{found}\" in the column {column} of recipient {index} matches the suspicious pattern \"{pattern}\""},
    {"too_many_values_to_check", "the columns that it uses have more than {values} different values, or more "
                                 "than {mebibytes} MiB of them: not all were looked through"},
    {"pattern_invalid", "the pattern \"{pattern}\" is no regular expression that can be used: {fault}"},
    {"pattern_not_looked_for", "{causes}; it could not be looked for"},

    // Approvals
    {"content_changed", "what would leave is not what was approved: {causes}. A moderator or an admin lets "
                        "it go on (sluice approve), as it "
                        "is now or after what it was is put back"},
    {"content_message_differs", "the message differs"},
    {"content_headers_differ", "header fields differ"},
    {"content_attachments_differ", "attachments differ"},
    {"content_partials_differ", "partials differ"},
    {"content_audience_differs", "the audience differs, or is deleted"},
    {"content_plan_differs", "the plan differs"},
    {"content_sender_differs", "the sender differs"},
    {"content_relays_differ", "the relays differ"},
    {"content_of_before_differs", "message or audience differ"},
    {"relay_is_other", "{relay} was {was} and is {is} now"},
    {"relay_was_removed", "{relay} ({was}) is there no longer"},
    {"relay_is_new", "{relay} ({is}) is new"},
    {"approval_expired",
     "its approval of {at:time} held for {expires:duration} and had expired before it began to send; a "
     "moderator or an admin approves it "
     "anew (sluice approve)"},
    {"approver_is_author", "{who} wrote {campaign} or edited it last; somebody else has to approve it"},
    {"resume_needs_approval",
     "to resume {campaign} is to approve it, which takes a moderator or an admin: {causes}"},
    {"too_few_others_approve",
     "{campaign} would wait for {needed|approval|approvals}, and {left|person|people} beside its author "
     "({author})[ and its last editor ({editor})] may approve: make a token for another one (sluice token "
     "create --role moderator --name …), or set moderation.two_people to \"off\""},
    {"too_few_approve", "{campaign} would wait for {needed|approval|approvals}, and {left|person|people} may "
                        "approve: make a token for another one (sluice token create --role moderator --name "
                        "…), or lower moderation.approvals_needed"},

    // Holds
    {"refused_as_spam",
     "{percent:.1f}% of the last {outcomes} outcomes were refused as spam; the limit is {limit}%"},
    {"refused_too_often",
     "{percent:.1f}% of the last {outcomes} outcomes were refused; the limit is {limit}%"},
    {"relay_refuses",
     "{letters|letter was|letters were} refused one after the other, and nobody was reached between "
     "them: {replies}; nobody is given up; mend it, then resume: a few letters leave first"},
    {"nobody_accepted",
     "all {letters|letter was|letters were} refused and nobody was reached: {replies}; resume ends it as "
     "it is"},
    {"relay_unknown", "there is no relay {relay}; there are: {relays}"},
    {"no_relay_serves", "no relay serves {sender}: each of {relays} lists other senders or campaigns; add it "
                        "to one of them in the "
                        "configuration, or name one in the campaign"},
    {"sender_refused",
     "the relay takes nothing from {sender}: {reply}; nobody is given up; mend it, then resume: a "
     "few letters leave first"},
    {"trial_failed", "{refused} of the {letters|letter|letters} that left first were refused: {replies}"},

    // Commands that are refused
    {"not_allowed_now",
     "{campaign} is {status:status} and cannot be told to {command:command}; it allows: {allowed:commands}"},
    {"not_allowed_under_hold", "{campaign} is {status:status} and cannot be told to {command:command} (under "
                               "the hold it is in {stage:status}); it allows: {allowed:commands}"},
    {"nothing_changes_it", "{campaign} is {status:status} and cannot be told to {command:command}; nothing "
                           "changes it any more"},
    {"changed_meanwhile", "{campaign} was changed meanwhile; look at it and try again"},
    {"audience_missing", "{campaign} has no audience yet; give it one, then start it"},
    {"edit_is_empty", "an edit must say what the draft becomes"},
    {"audience_missing_to_check", "{campaign} has no audience yet; give it one, then check it"},
    {"checked_at_start", "{campaign} is {status:status}: it was checked when it was started"},
    {"idempotency_key_too_long", "an idempotency key has {max} bytes at most"},
    {"import_replacements_wrong", "line {line} of `replacements` is no object with column, file and id"},
    {"import_file_unknown",
     "line {line}: `replacements` has nothing for {file} in the column {column}; the list was "
     "changed while it was read"},
    {"kept_answer_damaged",
     "the answer that this idempotency key had before cannot be read; look whether it was "
     "done, and use a new key to ask again"},
    {"idempotency_key_reused",
     "this idempotency key was used for another command; use a new one for each command"},
    {"too_many_commands", "too many commands are waiting for this campaign; try again"},
    {"shutting_down", "the engine is shutting down; try again when it is back"},
    {"not_running", "the engine is starting or shutting down"},
    {"answer_lost", "the campaign broke off before it had answered: look whether this was done, or send it "
                    "again under the same idempotency key"},
    {"not_carried_out", "the engine could not carry this out: {fault}"},
    {"parked", "{campaign} is parked after a fault: {causes}. Mend that and start the engine again"},
    {"campaign_taken_over", "another process has taken this campaign over: {causes}"},
    {"unreadable_message", "a message from another node cannot be read: {fault}"},

    // What is not there
    {"campaign_unknown", "there is no campaign {campaign}"},
    {"campaign_unknown_then", "there was no campaign {campaign} at {at:time} yet"},
    {"campaign_discarded", "{campaign} was discarded meanwhile"},
    {"campaign_removed", "{campaign} was removed on {at:time}: it was over, and is not stored any more"},
    {"removed_unreadable", "what is kept of the removal of {campaign} cannot be read"},
    {"audience_unknown", "there is no audience {audience}"},
    {"audience_deleted",
     "the list \"{name}\" ({audience}) was deleted on {at:time}: its recipients are not stored any more"},
    {"audience_in_use", "the list \"{name}\" is in use by {campaigns}[ and {more|other campaign|other "
                        "campaigns}]: cancel or discard what is not finished, or give it another list"},
    {"outcome_needs_final",
     "{campaign} is not finished: only of a finished campaign it is known which letters are {outcome}"},
    {"campaign_without_audience", "{campaign} has no audience yet"},
    {"recipient_unknown", "{address} is not in the audience of {campaign}"},
    {"letter_unknown", "there is no letter {letter}: the last one is {last}"},
    {"event_unknown", "{campaign} has {events} events, not {event}"},
    {"row_missing", "row {row} of {audience} is missing"},
    {"token_unknown", "there is no token \"{token}\""},

    // Who may do it
    {"token_needed",
     "a token is needed: send it as \"Authorization: Bearer …\"; the engine leaves one in the "
     "file \"token\" of its data folder"},
    {"token_not_accepted", "this token is not known, or was revoked"},
    {"too_many_wrong_tokens",
     "too many wrong tokens came from this address; the next is looked at in {after:duration}. A "
     "right one is taken at any time"},
    {"host_missing", "a request needs one Host field"},
    {"host_unknown",
     "this engine is not called \"{host}\": ask it by its address, or have its names in http.hosts"},
    {"certificate_kept",
     "the newest certificate of the listener cannot be used, and the one before stays: {fault}"},
    {"token_expired", "the token \"{token}\" has expired, on {at:time}; have it rotated, or another made"},
    {"session_ended", "nobody is signed in with this cookie any more; sign in again"},
    {"csrf_wrong", "a request that changes something needs the header X-Sluice-CSRF with the value that GET "
                   "/v1/me gives, and must come from the page itself"},
    {"oidc_off", "this engine has no sign-in by OpenID Connect"},
    {"oidc_state_unknown", "this sign-in was not begun here, took too long or was used already; begin again"},
    {"oidc_refused", "the provider refused the sign-in: {fault}"},
    {"oidc_unreachable", "the provider of sign-ins cannot be used: {fault}"},
    {"oidc_id_token_wrong", "the provider's ID token is not accepted: {fault}"},
    {"oidc_no_role", "{name} has no role here: nothing in the claim \"{claim}\" stands for one"},
    {"role_forbids", "the role {role:role} of the token \"{token}\" does not allow this"},
    {"scope_forbids", "the token \"{token}\" is limited to some campaigns; this is about more than those"},
    {"out_of_scope", "the token \"{token}\" is limited to {limits}; this campaign would not be within that"},
    {"watcher_searches_not", "a watcher sees no addresses, and so searches for none"},
    {"expires_wrong",
     "it must be a duration like 90d, a time like 2026-12-01T09:00:00Z in the future, or never"},
    {"overlap_wrong", "it must be a duration of {max} at most"},
    {"domain_wrong", "it must be a domain like shop.example"},
    {"tag_wrong", "a tag is a word of {max} bytes at most, without blanks, commas, quotes and backslashes"},
    {"token_name_taken",
     "there is or was a token named \"{token}\"; names are never given again: take another"},
    {"token_name_wrong", "a token's name has 1 to {max} bytes, no blank at its ends, and no control, "
                         "invisible or direction characters"},

    // Requests
    {"path_unknown", "there is nothing at this path; the API is under /v1"},
    {"method_not_allowed", "this path does not take that method; it takes {allowed}"},
    {"parameter_number", "{parameter} must be a whole number from {min} to {max}"},
    {"parameter_one_of", "{parameter} must be {names}"},
    {"parameter_unknown", "there is no query parameter \"{parameter}\" here; there are: {known}"},
    {"parameters_unknown", "there is no query parameter \"{parameter}\" here; it takes none"},
    {"parameter_empty", "{parameter} has no value; write {parameter}=…, or leave it out"},
    {"parameter_twice", "{parameter} is there twice; one is wanted"},
    {"address_needed", "address is needed: whose letter?"},
    {"addresses_needed", "is needed: a list of 1 to {max} addresses"},
    {"campaign_needed", "is needed: a campaign file"},
    {"audience_needed", "is needed: an audience's id, like \"a1\""},
    {"letters_needed", "is needed: how many letters there will be"},
    {"letter_ranges_wrong",
     "must be ranges of letters in rising order, \\[begin, end, begin, end …\\], ends not included"},
    {"must_be_addresses", "must be a list of addresses"},
    {"must_be_suppressions", "must be a list of \\{email, reason\\}"},
    {"email_needed", "is needed: one address, or a list in emails"},
    {"feedback_of_whom", "say email, or in to the address that it came to: one of them"},
    {"feedback_sender_unknown", "{address} is no envelope sender of a letter from here"},
    {"token_name_needed", "is needed: who or what the token is for"},
    {"place_wrong", "is no place in an export, like c1.57"},
    {"events_out_of_order",
     "the first event of the two is {first}: it must be 1 or more, and not behind the other ({last})"},
    {"body_too_large", "the body has more than {max} bytes"},
    {"head_too_large", "the header is too long"},
    {"not_http", "this is not HTTP: {fault}"},
    {"nobody_answers", "whoever was to answer this is gone; ask what became of it"},
    {"stopping_unanswered", "the engine stops; what became of this shows when it runs again"},
    {"no_body_wanted", "this request takes no body"},
    {"connections_kept",
     "too many connections; the last ones are kept for commands. Close others, or try again"},
    {"chunks_wrong", "the body's chunks are wrong: {fault}"},
    {"command_unknown", "there is no command at this path"},
    {"too_many_connections", "too many connections; try again"},

    // A file with recipients
    {"file_empty", "the file is empty"},
    {"file_no_text", "the file is no text; save the list as CSV or XLSX and import that"},
    {"file_json_list", "this is a JSON list; JSON Lines has one object on each line"},
    {"columns_too_long", "the first line, which should name the columns, is over 256 KiB"},
    {"columns_missing", "there is no line that names the columns"},
    {"columns_unended", "the line that names the columns has a quote that does not end, or is over 256 KiB"},
    {"columns_not_utf8", "the line that names the columns is not UTF-8; save the file as UTF-8"},
    {"column_email_missing", "the first line names no column `email`; it has: {columns}"},
    {"too_many_columns", "an audience has at most {max} columns; leave out what no letter uses"},
    {"too_many_rows", "an audience has at most {max} rows"},
    {"list_empty", "the list has no recipients"},
    {"derived_list_empty", "nothing fits: the new list \"{name}\" would have no recipient"},
    {"split_part_empty",
     "{percent} percent of {rows|recipient|recipients} are nobody: split the list otherwise"},
    {"no_recipient_taken", "no recipient could be taken: {causes}[; the first on line {first}]"},
    {"file_gzip_damaged", "the file is packed with gzip, and damaged or cut off"},
    {"file_unpacked_too_large",
     "the file unpacks to more than {max} bytes; import it in parts, or raise imports.unpacked_bytes"},
    {"file_xls",
     "the file is an old Excel file (XLS) or has a password; save it as XLSX or CSV and import that"},
    {"file_no_xlsx", "the file is a ZIP archive, but no XLSX; save it as XLSX or CSV and import that"},
    {"file_xlsx_damaged",
     "the file looks like XLSX, but is damaged; open it, save it again as XLSX or CSV, and import that"},
    {"file_xlsx_too_large", "an XLSX file may have {max} bytes at most; save it as CSV and import that"},
    {"sheet_unknown", "there is no sheet `{sheet}`; there are: {sheets}"},
    {"encoding_unknown", "there is no encoding `{encoding}`; known are: {known}"},
    {"header_missing", "the first line names no columns: it has an address, {cell}; say that there is no "
                       "header (--no-header, or header=none)"},
    {"column_email_unnamed",
     "no column of the first line has an address; say which it is (--email-column, or email_column=)"},
    {"column_email_proposed", "no column is called `email`, but addresses stand in `{column}`; say "
                              "--email-column \"{column}\", or email_column=. There are: {columns}"},
    {"email_column_unknown", "there is no column `{column}`; there are: {columns}"},
    {"form_wrong", "the form cannot be read: {fault}"},
    {"form_parameter_late", "the form has `{parameter}` behind a large file; put it before the file"},
    {"form_without_file", "the form has no file; send it as curl does: -F file=@list.csv"},
    {"content_encoding_unknown", "a body may be packed with gzip, not with {encoding}"},
    {"left_out_no_address", "[{count} × ]no address"},
    {"left_out_wrong_address", "[{count} × ]wrong address"},
    {"left_out_control_characters", "[{count} × ]control characters in the address"},
    {"left_out_repeated_address", "[{count} × ]repeated address"},
    {"left_out_wrong_field_count", "[{count} × ]wrong number of fields"},
    {"left_out_wrong_encoding", "[{count} × ]wrong encoding: no UTF-8, or a NUL"},
    {"left_out_unended_quote", "[{count} × ]a quote that does not end"},
    {"left_out_field_too_long", "[{count} × ]a field over 64 KiB"},
    {"left_out_row_too_long", "[{count} × ]a row over 256 KiB"},
    {"left_out_too_many_columns", "[{count} × ]more than 256 columns"},
    {"left_out_bad_json", "[{count} × ]no JSON object of named fields"},
    {"left_out_nested_value", "[{count} × ]lists or objects nested too deep"},
    {"left_out_repeated_field", "[{count} × ]the same field twice"},
    {"left_out_two_addresses", "[{count} × ]two addresses in one cell"},
    {"left_out_address_without_at", "[{count} × ]no @ in the address"},
    {"left_out_address_two_ats", "[{count} × ]more than one @ in the address"},
    {"left_out_address_local_empty", "[{count} × ]nothing before the @ of the address"},
    {"left_out_address_local_dot", "[{count} × ]a dot at an end, or two dots, before the @ of the address"},
    {"left_out_address_local_quote",
     "[{count} × ]quotes before the @ of the address that do not hold all that stands there"},
    {"left_out_address_blank", "[{count} × ]a blank within the address"},
    {"left_out_address_local_character",
     "[{count} × ]a character before the @ of the address that is not allowed there"},
    {"left_out_address_invisible", "[{count} × ]an invisible character within the address"},
    {"left_out_address_too_long", "[{count} × ]an address that is too long"},
    {"left_out_address_domain_empty", "[{count} × ]nothing behind the @ of the address"},
    {"left_out_address_domain_dot", "[{count} × ]a dot at an end of the address's domain, or two dots"},
    {"left_out_address_domain_without_dot", "[{count} × ]no dot in the address's domain"},
    {"left_out_address_domain_character",
     "[{count} × ]a character in the address's domain that is not allowed there"},
    {"import_encoding_guessed",
     "not UTF-8; read as {encoding} (say --encoding, or encoding=, where that is wrong)"},
    {"import_separator_line", "the line `sep=` passed over"},
    {"import_email_column",
     "the addresses are those of the column `{column}`; letters have them as \\{\\{email\\}\\}"},
    {"import_email_column_of_several", "several columns could be the address; taken is `{column}` (say "
                                       "--email-column, or email_column=, where that is wrong)"},
    {"import_column_nameless", "column {column} has no name; it is called `{name}`"},
    {"import_column_renamed", "a second column `{column}` is called `{name}`"},
    {"import_blanks_trimmed", "[{count} × ]blanks around an address or a column's name taken away"},
    {"import_name_dropped", "[{count} × ]a name beside an address taken away"},
    {"import_link_dropped", "[{count} × ]mailto: before an address taken away"},
    {"import_separator_dropped", "[{count} × ]a comma or semicolon behind an address taken away"},
    {"import_quotes_dropped", "[{count} × ]quotes around an address taken away"},
    {"import_cells_missing",
     "[{count} × ]a row with fewer cells than columns; those that are missing are empty"},
    {"import_cells_empty_extra", "[{count} × ]a row with empty cells behind the last column, passed over"},
    {"import_columns_empty", "[{count} × ]a column without a name at the end of the first line, passed over"},
    {"import_formula_errors", "[{count} × ]a cell with a formula's error, taken as empty"},
    {"audience_left_out", "{left_out} of {all} rows of audience {audience} were left out at its import, "
                          "{percent} %, more than {max} %[: {causes}]; mend the list and import it again, or "
                          "accept that (accept_left_out=true, or --accept-left-out)"},

    // The disk and what is on it
    {"disk_failed", "{doing}: the disk failed: {fault}; it goes on by itself when the disk is back"},
    {"store_damaged",
     "{doing}: the store is damaged: {fault}; bring the data folder back from a copy, or check the disk"},
    {"audience_damaged",
     "audience {audience} is damaged at row {row}; bring the data folder back from a copy"},
    {"audience_too_short", "audience {audience} has fewer rows than it says"},
    {"log_damaged", "{campaign}, event {event}: {fault}; run: sluice audit verify {campaign}"},
    {"log_breaks_rules", "{campaign}, event {event}: {fault}"},
    {"seal_wrong", "this is no seal of sluice's: {fault}"},
    {"seal_key_wrong",
     "a public key is 64 hexadecimal digits (lower case), as `sluice audit seal` prints it"},
    {"seal_other_key", "the seal was signed with another key than the one given: {key}"},
    {"seal_signature_wrong", "the seal's signature is wrong: it was altered after it was signed"},
    {"event_unreadable", "the record is no event: {fault}"},
    {"idempotency_key_taken", "another request with this idempotency key was faster"},
    {"node_deposed", "this node was declared dead by others, since it had not been heard of"},
    {"owner_silent", "the node that this campaign belongs to has not answered; ask again"},
    {"node_unknown", "there is no such node, or it does not live any more"},
    {"log_taken_over",
     "the log of campaign {campaign} ends at event {last}, not at {expected}: somebody else "
     "wrote to it"},

    // The relay, where the trouble is not a server's word about one letter
    {"name_not_resolved", "its name cannot be resolved: {fault}"},
    {"name_not_resolved_in_time", "its name was not resolved in time"},
    {"cannot_connect", "cannot connect: {fault}"},
    {"connection_refused", "cannot connect: Connection refused"},
    {"host_unreachable", "cannot connect: No route to host"},
    {"network_unreachable", "cannot connect: Network is unreachable"},
    {"cannot_connect_in_time", "cannot connect: no answer within {within:duration}"},
    {"tls_failed", "TLS failed: {fault}[; {setting} in the relay's URL does without it]"},
    {"tls_not_trusted",
     "TLS failed: its certificate is not trusted: {fault}; {setting} in the relay's URL insists on one that "
     "is: "
     "name who vouches for it in relay.ca_file, or set relay.tls_verify = false to trust everybody"},
    {"tls_not_spoken", "it does not speak TLS at once; is it smtp://?"},
    {"tls_not_in_time", "TLS failed: no answer in time"},
    {"tls_not_offered", "it does not offer STARTTLS, and the URL says tls=require"},
    {"starttls_gone",
     "it has spoken TLS after STARTTLS before and does not now[ ({reply})]: somebody on the way may hide it. "
     "Where the server has none any more, say tls=never in the URL"},
    {"tls_refused", "STARTTLS failed: {reply}"},
    {"login_without_tls",
     "it offers no TLS, and the password is not sent in clear; add ?auth=insecure to the "
     "relay's URL if it may be"},
    {"login_not_offered",
     "the URL has a user, and the server offers no way to log in that can be used[; it offers {offered}]"},
    {"login_refused", "it refuses the login[ by {mechanism}]: {reply}[ ({detail})]"},
    {"login_failed", "the login by {mechanism} failed: {fault}[; it said {reply}]"},
    {"login_without_token", "there is no access token to log in with: {fault}"},
    {"login_unproven",
     "it accepts the login by {mechanism} without proof that it knows the password, so it is not the "
     "server that it claims to be"},
    {"no_greeting_yet", "connected, and no greeting yet; does it speak TLS at once? Then it is smtps://"},
    {"greeting_refused", "it does not take us: {reply}"},
    {"hello_refused", "it does not take our greeting: {reply}"},
    {"reset_refused", "it does not take RSET: {reply}"},
    {"server_closes", "it closes the connection: {reply}"},
    {"server_closed", "it closed the connection"},
    {"connection_lost", "{fault}"},
    {"no_reply_in_time", "no reply within {within:duration}"},
    {"reply_unreadable", "it sent {fault}"},
    {"reply_to_nothing", "it sent a reply to nothing: {reply}"},
    {"reply_out_of_step", "it answers {step} with {reply}"},
    {"session_refused", "it refuses the session: {reply}"},
    {"account_refuses",
     "it refuses whatever is sent from this account: {reply}; nobody is given up: one letter probes with "
     "growing delays, and the rest follows when it is through"},
    {"session_out_of_step", "the session is out of step: {reply}"},

    // What to do about it
    {"advice_unreachable",
     "see that the server runs, that relay.url has its address and port, and that no firewall is between"},
    {"advice_name", "see that relay.url has the server's name right, and that this machine's DNS knows it"},
    {"advice_tls", "see what tls= in relay.url asks for, or have TLS set up at the server"},
    {"advice_login",
     "correct user and password (relay.url, relay.password_file) and restart Sluice; meanwhile it tries "
     "seldom, lest the server lock the account"},
    {"advice_token", "see that relay.token_file or relay.token_command gives a token that the server takes"},
    {"advice_not_welcome",
     "read what it says: often it is about this machine's address, its name or its PTR record; it may pass "
     "by itself"},
    {"advice_wait", "it may pass by itself; where it lasts, look into the server's own log"},
    {"advice_limit",
     "nothing must be done: the limit passes, and the rest follows; if it is too small, ask your provider "
     "for more"},
    {"advice_account",
     "see that relay.url logs in as a user who may send from this address to anybody, and that the account "
     "is in order"},

    // Amid a session
    {"message_taken_early", "it takes a message over before its end: {reply}"},
    {"message_refused_early", "it refused a message before its end"},
    {"message_not_read", "it takes no more of the message for {within:duration}"},
    {"cannot_write", "cannot write: {causes}"},
    {"nothing_taken", "it takes nothing"},
    {"session_given_up", "the session was given up"},
    {"idle_closed", "closed while idle"},
    {"letter_called_back", "a letter was called back"},
    {"message_called_back", "a letter was called back amid its message"},
    {"engine_stops", "the engine stops"},
    {"maildir_failed", "{doing} the maildir {folder} failed: {fault}; check its disk and permissions"},

    // One letter
    {"suppressed", "suppressed: {reason}[ ({domain})][, for the list {list}]"},
    {"no_reply_to_message", "no reply to the end of data; {causes}"},
    {"no_reply_before_stop", "no reply came before the engine stopped"},
    {"engine_ended_before_reply", "the engine ended before the reply came"},
    {"relay_is_gone",
     "it may have arrived through {relay}, which is not configured any more; resend sends it through another "
     "relay, give-up closes it"},
    {"test_copy_returned", "the relay gave it back unsent"},
    {"test_copy_unanswered", "no answer in time; it may have arrived"},
    {"test_copy_not_taken", "no connection took it in time"},
    {"given_up_in_doubt", "given up in doubt[ by {by}]"},
    {"further_replies", "(answers of further kinds)"},
    {"recipient_not_smtp", "the recipient's address cannot be written in SMTP"},
    {"sender_not_smtp", "the sender's address cannot be written in SMTP"},
    {"message_over_size", "the message is larger than the {max} bytes that the server takes (SIZE)"},
    {"message_8bit", "the message has 8-bit text and the server does not offer 8BITMIME"},
    {"address_international", "an address is international and the server does not offer SMTPUTF8"},

    // Why a letter has not gone, or what became of it
    {"letter_accepted", "the relay took it at {at:time}[: {reply}]"},
    {"letter_refused", "it was refused at {at:time}[: {reply}][: {causes}]"},
    {"letter_skipped", "it was skipped at {at:time}[: {reply}][: {causes}]"},
    {"letter_in_flight", "it is on a connection to the relay since {at:time}; the reply is awaited"},
    {"letter_in_doubt", "its end was sent at {at:time} and the reply never came, so it may have arrived"},
    {"letter_in_doubt_held",
     "its end was sent at {at:time} and the reply never came, so it may have arrived; "
     "it waits for a person's word: sluice doubt {campaign} --resend, or sluice doubt "
     "{campaign} --give-up"},
    {"letter_in_doubt_leaves", "its end was sent at {at:time} and the reply never came, so it may have "
                               "arrived; it leaves again by itself under the same Message-ID"},
    {"letter_cancelled", "{campaign} was cancelled: it will never leave"},
    {"letter_rejected", "the moderator rejected {campaign}[ (\"{words}\")]: it will never leave"},
    {"letter_suppressed", "{address} is suppressed ({reason}[, {domain}][, for the list {list}]): the letter "
                          "will be skipped when its turn comes, "
                          "unless sluice suppress remove is sooner"},
    {"letter_campaign_parked", "{campaign} stands still because of a fault: {causes}"},
    {"letter_paused",
     "{campaign} is paused since {since:time}[ by {by}][: {words}]; sluice resume {campaign} lets it go on"},
    {"letter_held_for_approval", "{campaign} is held since {since:time}: {causes}"},
    {"letter_held_for_spam",
     "{campaign} is paused since {since:time} on suspicion of spam[: {causes}]; sluice "
     "resume {campaign} lets it go on"},
    {"letter_held_for_refusals",
     "{campaign} is paused since {since:time} because the relay refuses its letters[: {causes}]; sluice "
     "resume {campaign} lets a few leave first"},
    {"letter_refused_for_now",
     "it was refused at {at:time}: {reply}; the reason may not be this address, so it is not given up: it is "
     "settled "
     "when others were accepted after it, is tried once more at the end, or by sluice refusals {campaign}"},
    {"letter_awaits_trial",
     "{letters|letter leaves|letters leave} first after the hold, and it follows when these were accepted"},
    {"letter_in_draft", "{campaign} is a draft: sluice start {campaign} begins it"},
    {"letter_in_moderation", "{campaign} waits for a moderator[: {causes}]"},
    {"letter_preparing", "{campaign} starts at {at:time}"},
    {"letter_part", "its part, the {part}. one, is due at {at:time}"},
    {"letter_deferred",
     "it was put off at {at:time}[: {reply}][: {causes}]; it is tried again at {until:time}"},
    {"letter_relay_away",
     "the relay has taken no letters since {since:time}[: {causes}]; it is tried again and again"},
    {"letter_domain_limit", "letters to {domain} have a limit of {limit}, and "
                            "{waiting|letter waits|letters wait} for it at the relay"},
    {"letter_rate_limit", "letters of all campaigns together have a limit of {limit}"},
    {"letter_waiting", "it is due and waits for its turn on a connection to the relay"},
    {"letter_waiting_again", "it is due and waits for its turn on a connection to the relay; it was tried "
                             "{attempts|time|times} and came back[: {reply}][: {causes}]"},

    // The house's log
    {"house_log_began", "the house's log begins"},
    {"house_engine_started",
     "the engine started, version {version}[; relays: {relays}][; settings: {settings}]"},
    {"house_token_created",
     "token \"{name}\" ({id}) made, role {role:role}[, until {expires:time}][, limited to {limits}]"},
    {"house_token_found", "token \"{name}\" ({id}), role {role:role}, was there before this log"},
    {"house_token_revoked", "token \"{name}\" ({id}) revoked"},
    {"house_token_rotated",
     "token \"{name}\" ({id}) has a new secret[; the old one is taken until {until:time}]"},
    {"house_signed_in", "signed in, role {role:role}"},
    {"house_signed_out", "signed out ({why})"},
    {"house_suppressions_added",
     "{count|address or domain|addresses or domains} suppressed[: {reason}][, for the list \"{list}\"]"},
    {"house_suppressions_found", "{count|suppression was|suppressions were} there before this log[: "
                                 "{reason}][, for the list \"{list}\"]"},
    {"house_suppressions_removed", "{count|suppression|suppressions} removed[, for the list \"{list}\"]"},
    {"house_audience_imported", "list {audience} \"{name}\" made: {rows|recipient|recipients}, hash {hash}"},
    {"house_audience_found",
     "list {audience} \"{name}\" was there before this log: {rows|recipient|recipients}, hash {hash}"},
    {"house_audience_renamed", "list {audience} renamed from \"{before}\" to \"{name}\""},
    {"house_audience_deleted",
     "list {audience} \"{name}\" deleted: {rows|recipient|recipients}, hash {hash}"},
    {"house_audience_rooted",
     "list {audience} was checked against its hash {hash}; its tree has the hash {root}"},
    {"house_test_copy_sent", "test copy of letter {row} of {campaign} to {recipient}: {outcome}[, {reply}]"},
    {"house_recipients_read", "recipients read or exported: {what}[ of {of}][, {rows|row|rows}]"},
    {"house_sealed", "{logs|log|logs} sealed, the signature's hash is {hash}"},
    {"house_sign_ins_refused", "{count|request|requests} with a wrong token since {since:time}"},
    {"house_address_erased",
     "a recipient erased: {rows|row|rows} of lists, {suppressions|suppression|suppressions}"},
    {"house_tables_accepted",
     "the tables were taken as they are, with {count|difference|differences} to this log[: {words}]"},
    {"house_campaign_removed",
     "{campaign} \"{name}\" removed; it was {status:status}, over since {since:time}: "
     "{letters|letter|letters}, {accepted} accepted, {refused} refused, {skipped} skipped; its log ended "
     "with "
     "event {event}, hash {hash}"},
    {"house_event_unknown", "the house's log has no event {event}; its last one is {events}"},
    {"house_log_damaged",
     "the house's log is damaged at event {number}: {fault}; `sluice audit verify` lists every fault"},
    {"house_log_gone", "the house's log was deleted"},
    {"house_key_changed", "the store's secret is another one than the house's log began with: whom the log "
                          "names can no longer be told"},
    {"tables_changed", "the store was changed behind the engine's back, and no letter is made until that is "
                       "settled ({causes}); `sluice audit verify` lists all of it: bring the data folder "
                       "back from a copy, or take the tables as they are with `sluice audit accept`"},
    {"token_not_in_log", "table tokens: \"{name}\" ({id}), role {role:role}, is not in the house's log: it "
                         "was put there by hand"},
    {"token_differs_from_log", "table tokens: \"{name}\" ({id}) has the role {role:role}, the house's log "
                               "says \"{logged_name}\", {logged_role:role}"},
    {"token_missing", "table tokens: \"{name}\" ({id}) is missing"},
    {"suppression_not_in_log", "table suppressions: {target}[ for the list \"{list}\"] is not in the house's "
                               "log: it was put there by hand"},
    {"suppression_differs_from_log", "table suppressions: {target}[ for the list \"{list}\"] is another "
                                     "entry than the house's log has (its reason or times)"},
    {"suppression_missing",
     "table suppressions: an entry that event {number} of the house's log made is missing"},
    {"audience_not_in_log",
     "table audiences: {audience} \"{name}\" is not in the house's log: it was put there by hand"},
    {"audience_differs_from_log",
     "table audiences: {audience} \"{name}\" has another name, size or hash than the house's log has"},
    {"audience_gone", "table audiences: {audience} \"{name}\" is missing"},
    {"table_more_faults", "table {table}: {count|more fault|more faults}"},
    {"removed_campaign_there",
     "{campaign} was removed by event {number}, and has a log: it was put back, or the event is not true"},
    {"removed_since_sealed", "it was removed on {at:time}; its log went up to event {last} by then, and what "
                             "was sealed of it can no longer be checked"},
    {"audience_changed",
     "the list {audience} is not the one that was checked: its rows from {row} on (group {group}) were "
     "changed. Nobody of them gets a letter; `sluice audit verify` names the rows"},
    {"audience_row_changed", "table audiences: row {row} (group {group}) of {audience} was changed"},
    {"audience_group_changed", "table audiences: the hashes of rows {row} to {last} (group {group}) of "
                               "{audience} do not lead to its hash"},
    {"audience_unreadable", "table audiences: {audience} cannot be read at row {row}: {fault}"},
    {"audience_rows_missing", "table audiences: {audience} has {rows|row|rows}, and should have {expected}"},
    {"audience_hash_wrong", "table audiences: the rows of {audience} do not have its hash"},
    {"audience_index_wrong", "table audiences: the index of {audience} says {address} stands in row {row}, "
                             "where somebody else stands"},
    {"audience_index_missing",
     "table audiences: row {row} of {audience} is missing in the index of addresses"},
    {"test_copy_of_rejected", "{campaign} was rejected by a moderator: no test copy of it is sent"},
    {"test_copy_suspicious",
     "the letter of {campaign} goes to nobody before a moderator has approved it: {causes}"},
    {"test_copy_address_forbidden",
     "test copies may not go to {address}: the setting test_copies.allowed says who may get them"},
    {"test_copies_used_up", "this token may send {max|test copy|test copies} an hour (test_copies.per_hour); "
                            "again from {until:time}"},
    {"recipient_erased", "the recipient was erased"},
});

const notice_words* find(std::string_view code) {
  const auto found = std::ranges::find(table, code, &notice_words::code);
  return found == table.end() ? nullptr : &*found;
}

std::string text_of(double value, bool has_one_decimal) {
  std::array<char, 400> text;
  const auto done =
      has_one_decimal
          ? std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 1)
          : std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 6);
  return {text.data(), done.ptr};
}

std::string text_of(const notice_parameter::value_type& value, bool has_one_decimal = false) {
  if (const auto* text = std::get_if<std::string>(&value))
    return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return std::to_string(*number);
  if (const auto* real = std::get_if<double>(&value))
    return text_of(*real, has_one_decimal);
  if (const auto* moment = std::get_if<timestamp>(&value))
    return format_timestamp(*moment);
  return format_duration(std::get<milliseconds>(value));
}

std::string causes_of(const notice& said) {
  std::string all;
  for (const auto& cause : said.causes)
    all += (all.empty() ? "" : "; ") + words_of(cause);
  return all;
}

/// What stands between braces: "limit", "share:.1f", "count|letter|letters".
struct slot {
  std::string_view name;
  std::string_view kind;
  std::string_view one;
  std::string_view many;
};

slot slot_in(std::string_view text) {
  slot found;
  const auto bar = text.find('|');
  if (bar != std::string_view::npos) {
    const auto forms = text.substr(bar + 1);
    found.one = forms.substr(0, forms.find('|'));
    found.many = forms.substr(forms.find('|') + 1);
    text = text.substr(0, bar);
  }
  const auto colon = text.find(':');
  found.name = text.substr(0, colon);
  if (colon != std::string_view::npos)
    found.kind = text.substr(colon + 1);
  return found;
}

/// Walks through a table's words once, left to right.
class word_maker {
public:
  word_maker(std::string_view words, const notice& said) : rest_(words), said_(said) {}

  std::string all() {
    std::string made;
    while (!rest_.empty())
      if (auto optional = take_until_bracket(made); optional && is_whole_)
        made += *optional;
    return made;
  }

private:
  /// Appends up to the next `[ … ]`, and gives what stands in that; nothing at the end.
  std::optional<std::string> take_until_bracket(std::string& into) {
    take(into, '[');
    if (rest_.empty())
      return std::nullopt;
    rest_.remove_prefix(1);
    is_whole_ = true;
    std::string inside;
    take(inside, ']');
    rest_.remove_prefix(1);
    return inside;
  }

  void take(std::string& into, char end) {
    while (!rest_.empty() && rest_.front() != end) {
      if (rest_.front() == '{') {
        const auto close = rest_.find('}');
        fill(into, slot_in(rest_.substr(1, close - 1)));
        rest_.remove_prefix(close + 1);
        continue;
      }
      if (rest_.front() == '\\')
        rest_.remove_prefix(1);
      into += rest_.front();
      rest_.remove_prefix(1);
    }
  }

  void fill(std::string& into, const slot& wanted) {
    if (wanted.name == "causes") {
      is_whole_ = is_whole_ && !said_.causes.empty();
      into += causes_of(said_);
      return;
    }
    const auto* value = said_.find(wanted.name);
    const auto text = value != nullptr ? text_of(*value, wanted.kind == ".1f") : std::string{};
    is_whole_ = is_whole_ && !text.empty();
    into += text;
    if (!wanted.one.empty()) {
      into += ' ';
      into += text == "1" ? wanted.one : wanted.many;
    }
  }

  std::string_view rest_;
  const notice& said_;
  bool is_whole_ = true; ///< of the brackets that were read last: nothing in them was missing
};

/// Of a newer engine: its code, and what it knows.
std::string unknown_words(const notice& said) {
  auto words = said.code;
  for (const auto& one : said.parameters)
    words += (&one == said.parameters.data() ? ": " : ", ") + one.name + " " + text_of(one.value);
  return words;
}

/// "mail.example:25: ", "html, line 3: ".
std::string place_of(const notice& said) {
  std::string place;
  if (const auto* server = said.find("server"))
    place += text_of(*server) + ": ";
  const auto* field = said.find("field");
  const auto* line = said.find("line");
  if (field != nullptr)
    place += text_of(*field);
  if (line != nullptr)
    place += (field != nullptr ? ", line " : "line ") + text_of(*line);
  return field != nullptr || line != nullptr ? place + ": " : place;
}

} // namespace

std::span<const notice_words> all_notice_words() {
  return table;
}

std::string words_of(const notice& said) {
  if (said.empty())
    return {};
  const auto* known = find(said.code);
  return place_of(said) + (known != nullptr ? word_maker(known->words, said).all() : unknown_words(said));
}

std::string_view kind_of(std::string_view code, std::string_view parameter) {
  const auto* known = find(code);
  if (known == nullptr)
    return {};
  auto rest = known->words;
  for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const auto is_sign = open > 0 && rest[open - 1] == '\\';
    rest.remove_prefix(open + 1);
    if (is_sign)
      continue;
    if (const auto one = slot_in(rest.substr(0, rest.find('}'))); one.name == parameter)
      return one.kind;
  }
  return {};
}

} // namespace sluice
