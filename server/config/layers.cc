#include "server/config/layers.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "absl/algorithm/container.h"
#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status_macros.h"
#include "server/config/checks.h"

namespace eager::server {
namespace {

using Form = Effective::Form;

bool IsFlag(const CLI::Option& option) { return option.get_items_expected_min() == 0; }
bool IsList(const CLI::Option& option) { return !IsFlag(option) && option.get_items_expected_max() > 1; }

// By the word that stands for the value in the help.
Form FormOf(const CLI::Option& option) {
  const std::string all = option.get_type_name();
  const std::string word = all.substr(0, all.find(':'));
  if (IsFlag(option) || word == "BOOLEAN") return Form::kBoolean;
  if (word == "SIZE") return Form::kSize;
  for (const char* number : {"SECONDS", "COUNT", "INT", "UINT", "FLOAT"}) {
    if (word == number) return Form::kNumber;
  }
  return Form::kText;
}

absl::string_view Expected(Form form, bool list, bool table) {
  if (table) return "a table or a list of strings";
  if (list) return "a list of strings";
  switch (form) {
    case Form::kText: return "a string";
    case Form::kNumber: return "a number";
    case Form::kSize: return "a size such as \"4GiB\", or a number of bytes";
    case Form::kBoolean: return "true or false";
  }
  return "";
}

bool Fits(Form form, FileSetting::Type type) {
  switch (type) {
    case FileSetting::Type::kText: return form == Form::kText || form == Form::kSize;
    case FileSetting::Type::kInteger: return form == Form::kNumber || form == Form::kSize;
    case FileSetting::Type::kReal: return form == Form::kNumber;
    case FileSetting::Type::kBoolean: return form == Form::kBoolean;
  }
  return false;
}

bool ForFiles(const CLI::Option& option) { return option.get_configurable() && !option.get_lnames().empty(); }

// "[a,b]", as CLI11 tells the default of a list.
std::vector<std::string> DefaultOf(const CLI::Option& option, bool list) {
  const std::string told = option.get_default_str();
  absl::string_view text = told;
  if (text.empty()) return {};
  if (!list || !absl::ConsumePrefix(&text, "[") || !absl::ConsumeSuffix(&text, "]")) return {std::string(text)};
  return absl::StrSplit(text, ',', absl::SkipEmpty());
}

std::string TomlValue(Form form, const std::string& value) {
  const bool bare = form == Form::kBoolean || form == Form::kNumber ||
                    (form == Form::kSize && absl::c_all_of(value, [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }));
  return bare ? value : TomlString(value);
}

// One text for what means the same.
std::string Canonical(Form form, const std::string& value) {
  double number = 0;
  int64_t integer = 0;
  switch (form) {
    case Form::kText: return value;
    case Form::kSize: return absl::SimpleAtoi(value, &integer) ? absl::StrCat(integer) : value;
    case Form::kBoolean: return CLI::detail::to_flag_value(value) > 0 ? "true" : "false";
    case Form::kNumber: break;
  }
  if (!absl::SimpleAtod(value, &number)) return value;
  if (std::abs(number) < 1e15 && number == std::trunc(number)) return absl::StrCat(static_cast<int64_t>(number));
  const std::string shorter = absl::StrCat(number);
  double again = 0;
  return absl::SimpleAtod(shorter, &again) && again == number ? shorter : absl::StrFormat("%.17g", number);
}

}  // namespace

absl::Status Layers::Apply(CLI::Option& option, const std::vector<std::string>& values, const std::string& source,
                           const std::string& where) {
  Effective& effective = *std::find_if(effective_.begin(), effective_.end(),
                                       [&](const Effective& e) { return e.name == option.get_lnames()[0]; });
  effective.source = source;
  try {
    if (values.empty()) return absl::OkStatus();
    option.add_result(values);
    option.run_callback();
  } catch (const CLI::Error& e) {
    std::string message = e.what();
    absl::string_view why = message;
    absl::ConsumePrefix(&why, absl::StrCat(option.get_name(), ": "));
    absl::ConsumePrefix(&why, absl::StrCat("--", option.get_lnames()[0], ": "));
    return absl::InvalidArgumentError(absl::StrCat(where, ": ", why));
  }
  return absl::OkStatus();
}

absl::Status Layers::ApplyFile(CLI::App& app, const std::string& path) {
  file_ = path;
  ASSIGN_OR_RETURN(const std::vector<FileSetting> settings, ReadConfigFile(path));
  std::vector<std::string> names;
  for (const Effective& e : effective_) names.push_back(e.name);
  for (const FileSetting& setting : settings) {
    const std::string key = absl::CHexEscape(setting.key.substr(0, 100));
    const auto wrong = [&](int line, absl::string_view what) {
      return absl::InvalidArgumentError(absl::StrCat(path, ":", line, ": key '", key, "': ", what));
    };
    const auto known = std::find_if(effective_.begin(), effective_.end(), [&](const Effective& e) { return e.name == setting.key; });
    if (known == effective_.end()) {
      const bool flag = app.get_option_no_throw("--" + setting.key) != nullptr && setting.key.find('\0') == std::string::npos;
      return wrong(setting.line, flag ? std::string("this is a flag alone, and not for files")
                                      : absl::StrCat("there is no such key", DidYouMean(setting.key, names)));
    }
    CLI::Option& option = *app.get_option("--" + setting.key);
    const bool pairs = absl::StartsWith(option.get_type_name(), "NAME=VALUE");
    std::vector<std::string> values;
    for (const FileSetting::Value& value : setting.values) {
      if (!Fits(known->form, value.type) || (setting.table && !pairs) || (setting.list && !known->list)) {
        return wrong(value.line, absl::StrCat("expected ", Expected(known->form, known->list, pairs)));
      }
      if (known->list && absl::StrContains(value.text, ',')) return wrong(value.line, "an entry of a list has no comma");
      values.push_back(value.text);
    }
    if (setting.list && !known->list) return wrong(setting.line, absl::StrCat("expected ", Expected(known->form, false, false)));
    if (values.empty() && !known->values.empty()) return wrong(setting.line, "expected at least one");
    if (known->source != "default" && known->source != "unset") continue;  // a flag or variable counts before it
    const auto apply = [&](const std::vector<std::string>& some, int line) {
      return Apply(option, some, absl::StrCat(path, ":", setting.line), absl::StrCat(path, ":", line, ": key '", key, "'"));
    };
    if (const absl::Status all = apply(values, setting.line); !all.ok()) {
      for (const FileSetting::Value& value : setting.values) {  // which of them it is
        option.clear();
        RETURN_IF_ERROR(apply({value.text}, value.line));
      }
      return all;
    }
  }
  return absl::OkStatus();
}

absl::Status Layers::Parse(CLI::App& app, int argc, const char* const* argv, const Environment& environment) {
  effective_.clear();
  file_.clear();
  const std::vector<CLI::Option*> options = app.get_options();
  for (const CLI::Option* option : options) {
    if (!ForFiles(*option)) continue;
    const bool list = IsList(*option);
    effective_.push_back({option->get_lnames()[0], FormOf(*option), list, "", DefaultOf(*option, list)});
    effective_.back().source = effective_.back().values.empty() && effective_.back().form != Form::kBoolean ? "unset" : "default";
  }
  // Checks turn values into others: what was written is noted before them.
  const auto written = std::make_shared<std::map<std::string, std::vector<std::string>>>();
  std::vector<std::string> variables;
  for (CLI::Option* option : options) {
    variables.push_back(option->get_envname());
    if (option->get_lnames().empty()) continue;
    option->envname("");  // CLI11 knows of no file between it and the default
    option->transform(CLI::Validator(
        [written, name = option->get_lnames()[0]](std::string& value) {
          (*written)[name].push_back(value);
          return std::string();
        },
        ""));
  }
  const auto restore = absl::MakeCleanup([&] {
    for (size_t i = 0; i < options.size(); ++i) options[i]->envname(variables[i]);
  });
  app.parse(argc, argv);
  for (size_t i = 0; i < options.size(); ++i) {
    CLI::Option& option = *options[i];
    if (option.get_lnames().empty()) continue;
    const std::string& name = option.get_lnames()[0];
    const auto effective = std::find_if(effective_.begin(), effective_.end(), [&](const Effective& e) { return e.name == name; });
    if (option.count() > 0) {
      if (effective != effective_.end()) effective->source = "--" + name;
      continue;
    }
    const std::string value = variables[i].empty() ? "" : environment(variables[i]);
    if (value.empty()) continue;
    if (effective != effective_.end()) {
      RETURN_IF_ERROR(Apply(option, {value}, variables[i], variables[i]));
    } else {
      option.add_result(value);
      option.run_callback();
    }
  }
  if (const CLI::Option* config = app.get_option_no_throw("--config"); config != nullptr && config->count() > 0) {
    RETURN_IF_ERROR(ApplyFile(app, config->as<std::string>()));
  }
  for (Effective& e : effective_) {
    if (const std::vector<std::string>& values = (*written)[e.name]; !values.empty()) {
      e.values = e.list ? values : std::vector<std::string>{values.back()};
    }
    if (e.form == Form::kBoolean && e.values.empty()) e.values = {"false"};
    for (std::string& value : e.values) value = Canonical(e.form, value);
  }
  return absl::OkStatus();
}

void Layers::Take(const Layers& other, const std::vector<std::string>& names) {
  for (size_t i = 0; i < effective_.size(); ++i) {
    if (std::find(names.begin(), names.end(), effective_[i].name) != names.end()) effective_[i] = other.effective_[i];
  }
}

std::string Layers::ToFile() const {
  std::string out;
  for (const Effective& e : effective_) {
    const std::string source = absl::CHexEscape(e.source);
    const auto value = [&](std::string* to, const std::string& v) { to->append(TomlValue(e.form, v)); };
    if (e.source == "unset") {
      absl::StrAppend(&out, "# ", e.name, " is not set\n");
    } else if (e.list) {
      absl::StrAppend(&out, e.name, " = [", absl::StrJoin(e.values, ", ", value), "]  # ", source, "\n");
    } else {
      absl::StrAppend(&out, e.name, " = ", TomlValue(e.form, e.values.empty() ? "" : e.values[0]), "  # ", source, "\n");
    }
  }
  return out;
}

std::vector<std::string> Changed(const Layers& before, const Layers& after) {
  std::vector<std::string> names;
  for (size_t i = 0; i < after.effective().size(); ++i) {
    if (before.effective()[i].values != after.effective()[i].values) names.push_back(after.effective()[i].name);
  }
  return names;
}

}  // namespace eager::server
