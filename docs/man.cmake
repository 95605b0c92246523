# Each man page is made of what its program says, so that program has to run
# here. (A build with a sanitizer may not run everywhere, and nobody installs it.)
find_program(AWK awk)
set(pages_folder ${PROJECT_BINARY_DIR}/man/man1) # so that man -M build/man works
set(PAGES)
if(AWK AND NOT CMAKE_CROSSCOMPILING AND NOT SANITIZE)
  file(MAKE_DIRECTORY ${pages_folder})
  foreach(program IN LISTS PROGRAMS)
    list(APPEND PAGES ${pages_folder}/${program}.1)
  endforeach()
else()
  message(STATUS "No man pages: they need awk, and programs that run here "
                 "without a sanitizer")
endif()
list(JOIN PROGRAMS " " also)

# Makes the page whenever the program is built: a target of its own would have
# outputs, which CMake does not allow in a path with a #.
function(add_man_page program)
  if(PAGES)
    add_custom_command(TARGET ${program} POST_BUILD
      COMMAND ${program} --help | ${AWK} -v version=${PROJECT_VERSION}
              -v "also=${also}" -f ${PROJECT_SOURCE_DIR}/docs/man.awk
              > ${pages_folder}/${program}.1 # the blank tells it from a word
      VERBATIM)
    set_property(TARGET ${program} APPEND PROPERTY
                 LINK_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man.awk)
  endif()
endfunction()
