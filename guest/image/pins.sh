# The pinned packages of the guest's image. Sourced by "build"; expects $cache and the functions say and die.

# Prints the lines of a pin file: pinned FILE [ROLE]
pinned() { grep "^${2:-[a-z]}" "$1"; }

# Prints the addresses of a pinned package, one per line: addresses PIN_FILE POOL_PATH
# First the mirrors that this host's apt uses: the pool of a mirror holds the packages of all releases. Then Debian's
# own mirror. Last the archive of all packages that Debian ever had, because a mirror drops a package that was replaced.
addresses() {
  local archive=debian snapshot
  case $2 in pool/updates/*) archive=debian-security ;; esac
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | sort -u | grep "/$archive/*$" | sed "s,/*$,/$2," || true
  echo "http://deb.debian.org/$archive/$2"
  snapshot=$(sed -n 's/^# snapshot //p' "$1")
  [ -z "$snapshot" ] || echo "http://snapshot.debian.org/archive/$archive/$snapshot/$2"
}

# Returns whether a file has a SHA-256: has_digest FILE DIGEST
has_digest() { [ -f "$1" ] && echo "$2  $1" | sha256sum --check --status; }

# Prints the path of a pinned package's .deb; downloads it if the cache does not have it:
# fetch PIN_FILE ROLE PACKAGE VERSION ARCHITECTURE DIGEST POOL_PATH
fetch() {
  local deb=$cache/${7##*/} into address
  if ! has_digest "$deb" "$6"; then
    say "downloading ${7##*/}" >&2
    mkdir -p "$cache"
    into=$(mktemp -d "$cache/download.XXXXXX")
    for address in $(addresses "$1" "$7"); do
      /usr/lib/apt/apt-helper -q -o APT::Sandbox::User="$(id -un)" download-file "$address" "$into/deb" "SHA256:$6" \
        >"$into/log" 2>&1 && break
      sed "s,^,guest: $address: ," "$into/log" >"$into/failed"
      rm -f "$into/deb"
    done
    if ! has_digest "$into/deb" "$6"; then
      tail -n 1 "$into/failed" >&2 || true
      rm -rf "$into"
      die "cannot download $3 $4 ($7). If this machine is online, the version is gone: run ./dev pins"
    fi
    mv "$into/deb" "$deb"
    rm -rf "$into"
  fi
  echo "$deb"
}

# Prints the paths of all .debs of a pin file, in its order: fetch_all PIN_FILE [ROLE]
fetch_all() {
  local pin
  pinned "$@" | while read -r -a pin; do fetch "$1" "${pin[@]}"; done
}

# Prints the folder of the pinned compiler; unpacks it if the cache does not have it: tools PIN_FILE
# The programs run with their own libraries and the host's C library. The wrappers are named as the programs are.
tools() {
  local folder work deb name libraries
  folder=$cache/tools-$(sha256sum "$1" "${BASH_SOURCE[0]}" | sha256sum | cut -c1-16)
  if [ ! -d "$folder" ]; then
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/tools.XXXXXX")
    fetch_all "$1" >"$work/debs" || return
    while read -r deb; do dpkg-deb --extract "$deb" "$work"; done <"$work/debs"
    mkdir "$work/bin"
    libraries='$top/usr/lib/x86_64-linux-gnu:$top/lib/x86_64-linux-gnu'
    for name in gcc as ld objcopy objdump protoc-c; do
      {
        echo '#!/bin/sh'
        echo 'top=$(dirname "$(dirname "$0")")'
        case $name in
          gcc) echo "LD_LIBRARY_PATH=$libraries"' exec "$top/usr/bin/x86_64-linux-gnu-gcc-12" --sysroot="$top" -B"$top/bin/" "$@"' ;;
          protoc-c) echo "LD_LIBRARY_PATH=$libraries"' exec "$top/usr/bin/protoc-c" "$@"' ;;
          *) echo "LD_LIBRARY_PATH=$libraries"' exec "$top/usr/bin/x86_64-linux-gnu-'$name'" "$@"' ;;
        esac
      } >"$work/bin/$name"
      chmod 755 "$work/bin/$name"
    done
    chmod 755 "$work"
    mv -T "$work" "$folder" 2>/dev/null || rm -rf "$work" # another build was faster
  fi
  echo "$folder"
}
