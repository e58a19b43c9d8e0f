#include "common/cli/man_page.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace eager::cli {
namespace {

// Text as roff takes it, over as many lines as it has.
std::string Roff(const std::string& text) {
  std::string out;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    std::string escaped = absl::StrReplaceAll(line, {{"\\", "\\e"}, {"-", "\\-"}});
    if (!escaped.empty() && (escaped[0] == '.' || escaped[0] == '\'')) escaped.insert(0, "\\&");
    absl::StrAppend(&out, out.empty() ? "" : "\n", escaped);
  }
  return out;
}

std::string Paragraphs(const std::string& text) {
  std::string out;
  for (const absl::string_view paragraph : absl::StrSplit(text, "\n\n")) {
    const bool as_it_is = absl::StartsWith(paragraph, "  ");
    absl::StrAppend(&out, ".PP\n", as_it_is ? ".nf\n" : "", Roff(std::string(paragraph)), as_it_is ? "\n.fi\n" : "\n");
  }
  return out;
}

bool Shown(const CLI::Option& option) { return !option.get_group().empty(); }

std::string Usage(const CLI::Option& option) {
  std::string names;
  for (const std::string& name : option.get_snames()) absl::StrAppend(&names, names.empty() ? "" : ", ", "\\fB\\-", Roff(name), "\\fR");
  for (const std::string& name : option.get_lnames()) absl::StrAppend(&names, names.empty() ? "" : ", ", "\\fB\\-\\-", Roff(name), "\\fR");
  if (names.empty()) names = absl::StrCat("\\fI", Roff(option.get_name(true)), "\\fR");
  const std::string type = option.get_type_name();
  const std::string word = type.substr(0, type.find(':'));
  if (option.get_items_expected_min() > 0 && !option.get_lnames().empty() && !word.empty()) absl::StrAppend(&names, " \\fI", Roff(word), "\\fR");
  return names;
}

void AppendOptions(const CLI::App& app, std::string& out) {
  for (const CLI::Option* option : app.get_options()) {
    if (!Shown(*option)) continue;
    absl::StrAppend(&out, ".TP\n", Usage(*option), "\n", absl::StrReplaceAll(Roff(option->get_description()), {{"\n", "\n.br\n"}}), "\n");
    if (const std::string value = option->get_default_str(); !value.empty() && option->get_items_expected_min() > 0) {
      absl::StrAppend(&out, "Default: ", Roff(value), ".\n");
    }
    if (const std::string variable = option->get_envname(); !variable.empty()) {
      absl::StrAppend(&out, "Environment: ", Roff(variable), ".\n");
    }
  }
}

void AppendCommands(const CLI::App& app, const std::string& path, std::string& out) {
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    std::string usage = path + sub->get_name();
    for (const CLI::Option* option : sub->get_options()) {
      if (option->get_positional()) absl::StrAppend(&usage, option->get_required() ? " " : " [", option->get_name(true), option->get_required() ? "" : "]");
    }
    absl::StrAppend(&out, ".SS \"", Roff(usage), "\"\n", Roff(sub->get_description()), ".\n");
    AppendOptions(*sub, out);
    AppendCommands(*sub, path + sub->get_name() + " ", out);
  }
}

}  // namespace

std::string ManPage(const CLI::App& app, const ManText& text) {
  const std::string name = app.get_name();
  std::string out = absl::StrCat(".\\\" Made from the program's flags.\n.TH ", absl::AsciiStrToUpper(name), " ", text.section, " \"\" \"eagerd ",
                                 text.version, "\" \"eagerd\"\n.SH NAME\n", name, " \\- ", Roff(text.name), "\n.SH SYNOPSIS\n\\fB", name,
                                 "\\fR ", Roff(text.synopsis), "\n.SH DESCRIPTION\n", Paragraphs(text.description));
  std::string commands;
  AppendCommands(app, "", commands);
  if (!commands.empty()) absl::StrAppend(&out, ".SH COMMANDS\n", commands);
  absl::StrAppend(&out, ".SH OPTIONS\n");
  AppendOptions(app, out);
  for (const auto& [title, paragraphs] : text.sections) absl::StrAppend(&out, ".SH \"", title, "\"\n", Paragraphs(paragraphs));
  absl::StrAppend(&out, ".SH SEE ALSO\n", Roff(text.see_also), "\n");
  return out;
}

}  // namespace eager::cli
