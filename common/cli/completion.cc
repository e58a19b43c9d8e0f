#include "common/cli/completion.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace eager::cli {
namespace {

struct Flag {
  std::string name;  // "--server"
  std::string what;
  bool value = false;
  bool file = false;  // the value is one
};

// One subcommand, with the flags of those around it, which it takes as well.
struct Command {
  std::string path;  // " variables ls"
  std::vector<std::pair<std::string, std::string>> subcommands;
  std::vector<Flag> flags;
};

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

void Walk(const CLI::App& app, const std::string& path, std::vector<Flag> flags, std::vector<Command>& commands) {
  Command command{path, {}, std::move(flags)};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty() || option->get_lnames().empty()) continue;
    const std::string type = option->get_type_name();
    const bool file = absl::StartsWith(type, "FILE") || absl::StartsWith(type, "FOLDER");
    for (const std::string& name : option->get_lnames()) {
      command.flags.push_back({"--" + name, FirstLine(option->get_description()), option->get_items_expected_min() > 0, file});
    }
  }
  const auto subcommands = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* sub : subcommands) command.subcommands.emplace_back(sub->get_name(), FirstLine(sub->get_description()));
  std::vector<Flag> outer = command.flags;
  commands.push_back(std::move(command));
  std::erase_if(outer, [](const Flag& flag) { return flag.name == "--help" || flag.name == "--version"; });
  for (const CLI::App* sub : subcommands) Walk(*sub, absl::StrCat(path, " ", sub->get_name()), outer, commands);
}

// 'text', as all three shells take it; fish wants backslashes doubled.
std::string Quoted(const std::string& text, bool fish = false) {
  if (fish) return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::string Names(const std::vector<Command>& commands, const std::function<bool(const Flag&)>& wanted) {
  std::vector<std::string> names;
  for (const Command& command : commands) {
    for (const Flag& flag : command.flags) {
      if (wanted(flag) && std::find(names.begin(), names.end(), flag.name) == names.end()) names.push_back(flag.name);
    }
  }
  return names.empty() ? "-" : absl::StrJoin(names, "|");
}

std::string Paths(const std::vector<Command>& commands) {
  std::vector<std::string> paths;
  for (const Command& command : commands) {
    if (!command.path.empty()) paths.push_back(Quoted(command.path));
  }
  return paths.empty() ? "''" : absl::StrJoin(paths, "|");
}

bool IsFile(const Flag& flag) { return flag.file; }
bool TakesText(const Flag& flag) { return flag.value && !flag.file; }

std::string Bash(const std::string& program, const std::vector<Command>& commands) {
  std::string out = absl::StrCat(
      "_", program, "() {\n  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} at='' subs='' flags='' i\n  COMPREPLY=()\n"
      "  for (( i = 1; i < COMP_CWORD; ++i )); do\n    case \"$at ${COMP_WORDS[i]}\" in\n      ", Paths(commands),
      ") at=\"$at ${COMP_WORDS[i]}\" ;;\n    esac\n  done\n  case $prev in\n    ", Names(commands, IsFile),
      ") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n    ", Names(commands, TakesText), ") return ;;\n  esac\n  case $at in\n");
  for (const Command& c : commands) {
    const auto name = [](std::string* to, const auto& sub) { to->append(sub.first); };
    const auto flag = [](std::string* to, const Flag& f) { to->append(f.name); };
    absl::StrAppend(&out, "    ", Quoted(c.path), ") subs=", Quoted(absl::StrJoin(c.subcommands, " ", name)),
                    " flags=", Quoted(absl::StrJoin(c.flags, " ", flag)), " ;;\n");
  }
  absl::StrAppend(&out, "  esac\n  if [[ $cur == -* ]]; then\n    COMPREPLY=($(compgen -W \"$flags\" -- \"$cur\"))\n"
                  "  elif [[ -n $subs ]]; then\n    COMPREPLY=($(compgen -W \"$subs\" -- \"$cur\"))\n"
                  "  else\n    COMPREPLY=($(compgen -f -- \"$cur\"))\n  fi\n}\ncomplete -o filenames -F _", program, " ", program, "\n");
  return out;
}

std::string Zsh(const std::string& program, const std::vector<Command>& commands) {
  std::string out = absl::StrCat(
      "#compdef ", program, "\n_", program, "() {\n  local at='' i\n  local -a subs flags\n  for (( i = 2; i < CURRENT; ++i )); do\n"
      "    case \"$at ${words[i]}\" in\n      ", Paths(commands), ") at=\"$at ${words[i]}\" ;;\n    esac\n  done\n  case ${words[CURRENT-1]} in\n    ",
      Names(commands, IsFile), ") _files; return ;;\n    ", Names(commands, TakesText), ") return ;;\n  esac\n  case $at in\n");
  for (const Command& c : commands) {
    const auto sub = [](std::string* to, const auto& s) { to->append(Quoted(absl::StrCat(s.first, ":", s.second))); };
    const auto flag = [](std::string* to, const Flag& f) { to->append(Quoted(absl::StrCat(f.name, ":", f.what))); };
    absl::StrAppend(&out, "    ", Quoted(c.path), ")\n      subs=(", absl::StrJoin(c.subcommands, " ", sub), ")\n      flags=(",
                    absl::StrJoin(c.flags, " ", flag), ") ;;\n");
  }
  absl::StrAppend(&out, "  esac\n  if [[ $PREFIX == -* ]]; then\n    _describe flag flags\n  elif (( $#subs )); then\n"
                  "    _describe command subs\n  else\n    _files\n  fi\n}\nif [[ ${funcstack[1]-} == _", program, " ]]; then\n  _", program,
                  " \"$@\"\nelse\n  compdef _", program, " ", program, "\nfi\n");
  return out;
}

std::string Fish(const std::string& program, const std::vector<Command>& commands) {
  std::string out = absl::StrCat("function __", program, "_at\n  set -l at ''\n  for word in (commandline -opc)[2..-1]\n    switch \"$at $word\"\n      case ",
                                 absl::StrReplaceAll(Paths(commands), {{"|", " "}}),
                                 "\n        set at \"$at $word\"\n    end\n  end\n  test \"$at\" = \"$argv[1]\"\nend\n");
  for (const Command& c : commands) {
    const std::string here = absl::StrCat("complete -c ", program, " -n ", Quoted(absl::StrCat("__", program, "_at \"", c.path, "\"")));
    for (const auto& [name, what] : c.subcommands) absl::StrAppend(&out, here, " -f -a ", name, " -d ", Quoted(what, true), "\n");
    for (const Flag& f : c.flags) {
      absl::StrAppend(&out, here, " -l ", f.name.substr(2), f.file ? " -r -F" : f.value ? " -x" : "", " -d ", Quoted(f.what, true), "\n");
    }
  }
  return out;
}

}  // namespace

absl::StatusOr<std::string> Completion(const CLI::App& app, const std::string& shell) {
  std::vector<Command> commands;
  Walk(app, "", {}, commands);
  if (shell == "bash") return Bash(app.get_name(), commands);
  if (shell == "zsh") return Zsh(app.get_name(), commands);
  if (shell == "fish") return Fish(app.get_name(), commands);
  return absl::InvalidArgumentError(absl::StrCat("there is no completion for '", shell, "', only for bash, zsh and fish"));
}

}  // namespace eager::cli
