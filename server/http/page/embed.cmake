# cmake -DINPUT=status.html -DOUTPUT=status_page.cc -P embed.cmake: the bytes of a file as StatusPage().
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
# A literal for every 32 bytes; the compiler joins them.
string(REPEAT "\\\\x[0-9a-f][0-9a-f]" 32 row)
string(REGEX REPLACE "(${row})" "\\1\"\n    \"" bytes "${bytes}")
file(WRITE ${OUTPUT}.new "// Generated from status.html by embed.cmake.
#include \"server/http/page/status_page.h\"

namespace eager::server {

absl::string_view StatusPage() {
  static constexpr char kPage[] =
    \"${bytes}\";
  return {kPage, sizeof(kPage) - 1};
}

}  // namespace eager::server
")
file(RENAME ${OUTPUT}.new ${OUTPUT})
