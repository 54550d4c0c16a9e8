#pragma once
// XML by expat, as a spreadsheet needs it: elements without their prefixes, a few attributes, text. Neither document types nor
// entities of its own are read.

#include <expat.h>

#include <functional>
#include <memory>
#include <string_view>

namespace sluice {

/// An element's attributes.
class xml_attributes {
public:
  explicit xml_attributes(const char** names_and_values) : all_(names_and_values) {}
  /// Empty where there is none. `name` without a prefix.
  std::string_view operator[](std::string_view name) const {
    for (const auto* one = all_; *one != nullptr; one += 2)
      if (without_prefix(*one) == name)
        return one[1];
    return {};
  }
  static std::string_view without_prefix(std::string_view name) { return name.substr(name.rfind(':') + 1); }

private:
  const char** all_;
};

class xml_parser {
public:
  std::function<void(std::string_view, const xml_attributes&)> on_begin = [](auto, const auto&) {};
  std::function<void(std::string_view)> on_end = [](auto) {};
  std::function<void(std::string_view)> on_text = [](auto) {};

  xml_parser() : parser_(XML_ParserCreate(nullptr), XML_ParserFree) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(
        parser_.get(),
        [](void* self, const char* name, const char** attributes) {
          static_cast<xml_parser*>(self)->on_begin(xml_attributes::without_prefix(name),
                                                   xml_attributes{attributes});
        },
        [](void* self, const char* name) {
          static_cast<xml_parser*>(self)->on_end(xml_attributes::without_prefix(name));
        });
    XML_SetCharacterDataHandler(parser_.get(), [](void* self, const char* text, int bytes) {
      static_cast<xml_parser*>(self)->on_text({text, static_cast<std::size_t>(bytes)});
    });
    XML_SetStartDoctypeDeclHandler(parser_.get(), [](void* self, const char*, const char*, const char*, int) {
      static_cast<xml_parser*>(self)->stop();
    });
  }
  xml_parser(const xml_parser&) = delete;
  xml_parser& operator=(const xml_parser&) = delete;

  /// False where it is no XML, or was stopped.
  bool feed(std::string_view bytes) {
    return XML_Parse(parser_.get(), bytes.data(), static_cast<int>(bytes.size()), XML_FALSE) == XML_STATUS_OK;
  }
  /// False where it ended within an element.
  bool finish() { return XML_Parse(parser_.get(), "", 0, XML_TRUE) == XML_STATUS_OK; }
  /// From within a handler: nothing more is read.
  void stop() { XML_StopParser(parser_.get(), XML_FALSE); }

private:
  std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser_;
};

} // namespace sluice
