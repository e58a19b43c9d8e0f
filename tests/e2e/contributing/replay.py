"""replay.py SOURCE BUILD NINJA: does what "Add an op" in CONTRIBUTING.md says, and runs the new ops.

The changed files go into an overlay that is searched before the tree. Only the sources among them, and those that compile
a changed header, are compiled; linked before the build's libraries, they take the place of what is there.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

SOURCE, BUILD, NINJA = (os.path.abspath(p) if i < 2 else p for i, p in enumerate(sys.argv[1:4]))
EDIT = re.compile(r"In `([^`]+)`, (before|after)\s+`([^`]+)`:\n *```cpp\n(.*?)\n *```", re.S)
# What compiles the headers of the example.
INCLUDED_BY = {"server/kernels/transcendental_fns.h": "server/kernels/cpu/activation_kernels.cc"}
COMPOSITE = """
#include <cstdio>
#include "client/math.h"
#include "tests/support/in_process.h"
int main() {
  const auto server = eager::testing::InProcessServer::Make().value();
  std::printf("%g\\n", static_cast<double>(eager::hypot(3.0, 4.0)));
}
"""


def fail(why):
  sys.exit(f"CONTRIBUTING.md: {why}")


def run(command, **options):
  done = subprocess.run(command, capture_output=True, text=True, **options)
  if done.returncode != 0:
    fail(f"{' '.join(command)} exits with {done.returncode}:\n{done.stdout}{done.stderr}")
  return done.stdout


def section():
  with open(f"{SOURCE}/CONTRIBUTING.md") as file:
    text = file.read()
  return text[text.index("## Add an op"):text.index("## Add a call")]


def unindent(block):
  """A block of a list item stands three columns in; what is deeper is the code's own."""
  lines = block.split("\n")
  return "\n".join(line[3:] if line.startswith("   ") else line for line in lines)


def apply_edits(text, overlay):
  """Writes the files with the blocks put in; returns their paths."""
  changed = {}
  for path, where, anchor, block in EDIT.findall(text):
    if path not in changed:
      with open(f"{SOURCE}/{path}") as file:
        changed[path] = file.read()
    content = changed[path]
    if content.count(anchor) != 1:
      fail(f"{path} has {content.count(anchor)} times '{anchor}', not once")
    inline = anchor.endswith("<")
    block = unindent(block).strip("\n") + (" " if inline else "\n")
    if where == "before" and not block.startswith("}"):
      block += "\n"
    at = content.index(anchor)
    if where == "after":
      at += len(anchor)
      block = block if inline else "\n" + block.rstrip("\n")
    changed[path] = content[:at] + block + content[at:]
  for path, content in changed.items():
    os.makedirs(os.path.dirname(f"{overlay}/{path}"), exist_ok=True)
    with open(f"{overlay}/{path}", "w") as file:
      file.write(content)
  return list(changed)


def compile_command(source):
  with open(f"{BUILD}/compile_commands.json") as file:
    for entry in json.load(file):
      if entry["file"] == f"{SOURCE}/{source}":
        return entry["directory"], shlex.split(entry["command"])
  fail(f"{source} is not compiled by this build")


def compile_into(source, like, overlay):
  """Compiles `source` as the build compiles `like`, with the overlay before the tree; returns the object."""
  directory, command = compile_command(like)
  for flag, arguments in (("-MD", 0), ("-MT", 1), ("-MF", 1)):  # the build's own notes
    if flag in command:
      at = command.index(flag)
      del command[at:at + 1 + arguments]
  output = f"{overlay}/{os.path.basename(source)}.o"
  first = next(i for i, word in enumerate(command) if word.startswith("-I"))
  command.insert(first, f"-I{overlay}")
  command[command.index("-o") + 1] = output
  command[command.index("-c") + 1] = source
  run(command, cwd=directory)
  return output


def link(objects, program, own_main):
  """Links as the build links eager-conformance, with these objects before it; with a main of their own, without its."""
  rule = run([NINJA, "-C", BUILD, "-t", "commands", "eager-conformance"]).strip().split("\n")[-1]
  words = shlex.split(rule.split("&&")[1])
  at = next(i for i, word in enumerate(words) if word.endswith("main.cc.o"))
  words[at:at + 1] = objects + ([] if own_main else [words[at]])
  words[words.index("-o") + 1] = program
  run(words, cwd=BUILD)


def main():
  text = section()
  with tempfile.TemporaryDirectory() as overlay:
    changed = apply_edits(text, overlay)
    objects = []
    for path in changed:
      source = path if path.endswith(".cc") else INCLUDED_BY.get(path)
      if source is None:
        continue  # a header that only the program at the end includes
      copied = f"{overlay if path.endswith('.cc') else SOURCE}/{source}"
      objects.append(compile_into(copied, source, overlay))
    link(objects, f"{overlay}/conformance", own_main=False)
    with open(f"{overlay}/ops.jsonl", "w") as file:
      file.write(re.search(r"```json\n *(.*?)\n *```", text, re.S)[1] + "\n")
    report = run([f"{overlay}/conformance", "--in-process", "--golden", overlay])
    if not report.endswith("\n1 passed, 0 failed, 0 skipped\n") or "second 1" not in report:
      fail(f"the case of the example: {report}")
    with open(f"{overlay}/composite.cc", "w") as file:
      file.write(COMPOSITE)
    program = compile_into(f"{overlay}/composite.cc", "tests/conformance/main.cc", overlay)
    link([program], f"{overlay}/composite", own_main=True)
    if run([f"{overlay}/composite"]) != "5\n":
      fail("hypot(3, 4) is not 5")
  print(f"CONTRIBUTING.md: {', '.join(changed)} changed as it says, and the new ops run")


main()
