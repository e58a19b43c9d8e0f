# `cpack -G DEB` in the build folder: eagerd (daemon, eagerctl, service, settings) and libeager-dev (what a program of one's own links).
# tests/e2e/package builds, checks, installs and runs them.

set(debian ${CMAKE_SOURCE_DIR}/deploy/debian)
# Only for packages: nothing of `cmake --install` goes outside of its prefix.
install(FILES deploy/eagerd.toml DESTINATION /etc/eagerd COMPONENT eagerd EXCLUDE_FROM_ALL)
install(FILES deploy/systemd/eagerd.service DESTINATION lib/systemd/system COMPONENT eagerd EXCLUDE_FROM_ALL)
install(FILES deploy/systemd/eagerd.sysusers.conf DESTINATION lib/sysusers.d RENAME eagerd.conf COMPONENT eagerd EXCLUDE_FROM_ALL)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/debian)
configure_file(${debian}/changelog.in ${CMAKE_BINARY_DIR}/debian/changelog.Debian @ONLY)
execute_process(COMMAND ${EAGERD_GZIP} -9nkf ${CMAKE_BINARY_DIR}/debian/changelog.Debian COMMAND_ERROR_IS_FATAL ANY)
install(FILES ${debian}/copyright ${CMAKE_BINARY_DIR}/debian/changelog.Debian.gz DESTINATION share/doc/eagerd COMPONENT eagerd EXCLUDE_FROM_ALL)
install(FILES ${debian}/copyright ${CMAKE_BINARY_DIR}/debian/changelog.Debian.gz DESTINATION share/doc/libeager-dev COMPONENT dev EXCLUDE_FROM_ALL)
install(FILES docs/limits.md docs/ops.md DESTINATION share/doc/eagerd COMPONENT eagerd EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME eagerd)
set(CPACK_PACKAGE_VENDOR eagerd)
set(CPACK_PACKAGE_CONTACT "eagerd authors <eagerd@localhost>")
set(CPACK_PACKAGE_HOMEPAGE_URL "https://localhost/eagerd")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)  # for /etc
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL eagerd dev)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS OFF)

set(CPACK_DEBIAN_EAGERD_PACKAGE_NAME eagerd)
set(CPACK_DEBIAN_EAGERD_PACKAGE_SECTION science)
set(CPACK_DEBIAN_EAGERD_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_EAGERD_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_EAGERD_PACKAGE_CONTROL_EXTRA ${debian}/postinst ${debian}/prerm ${debian}/postrm ${CMAKE_BINARY_DIR}/debian/conffiles)
set(CPACK_DEBIAN_EAGERD_PACKAGE_CONTROL_STRICT_PERMISSION ON)
file(WRITE ${CMAKE_BINARY_DIR}/debian/conffiles "/etc/eagerd/eagerd.toml\n")
set(CPACK_COMPONENT_EAGERD_DESCRIPTION "daemon that runs eager tensor ops for gRPC clients
It owns the devices of a host, holds tensors and variables in their
memory, and runs eager ops and tape-based gradients that clients ask for.
With eagerctl, which looks into it from a shell, and a systemd service.")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libeager-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
  "libabsl-dev, libeigen3-dev, libgrpc++-dev, libisal-dev, libpng-dev, libprotobuf-dev, libssl-dev, zlib1g-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS "eagerd, libdnnl-dev, ocl-icd-opencl-dev, gnuplot-nox")
set(CPACK_COMPONENT_DEV_DESCRIPTION "C++ client of eagerd
Header files, static libraries and the CMake package eager, whose target
eager::client makes the tensors of a daemon look local, and whose target
eager::inprocess needs no daemon.")
include(CPack)
