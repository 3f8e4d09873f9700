# Shared by ./dev and ./vmfactory. Sourced; expects $top.

say() {
  if [ -t 2 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
    printf '\033[1m==>\033[0m %s\n' "$*" >&2
  else
    printf '==> %s\n' "$*" >&2
  fi
}
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# missing_packages WHEN: prints the packages whose probe fails, one "package | why" per line.
missing_packages() {
  local probe package when why
  while IFS='|' read -r probe package when why; do
    probe=$(echo $probe) package=$(echo $package) when=$(echo $when) why=$(echo $why)
    case $probe in '' | '#'*) continue ;; esac
    case "$1 $when" in *' run' | 'test test' | 'debian debian' | 'engines engines') ;; *) continue ;; esac
    case $probe in
      /*) [ -e "$probe" ] || echo "$package | $why" ;;
      *) command -v "$probe" >/dev/null || echo "$package | $why" ;;
    esac
  done <"$top/build/packages"
}

# install_packages WHEN: installs the missing packages; without root privileges, prints the command and fails.
install_packages() {
  local missing names
  missing=$(missing_packages "$1")
  [ -n "$missing" ] || return 0
  names=$(cut -d'|' -f1 <<<"$missing" | xargs)
  say "missing on this machine:"
  sed 's/^/      /' <<<"$missing" >&2
  if [ "$(id -u)" != 0 ]; then
    die "install them first:  sudo apt-get install -y --no-install-recommends $names"
  fi
  command -v apt-get >/dev/null || die "apt-get was not found; install these packages by other means: $names"
  say "installing: $names"
  local log
  log=$(mktemp)
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $names; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "could not install: $names"
  fi
  rm -f "$log"
  missing=$(missing_packages "$1")
  [ -z "$missing" ] || die "still missing after installing: $missing"
}
