# Shared by the end-to-end checks. Sourced; makes $work, a scratch folder that goes away at the end, and expects $top.
# Each check prints ok or FAILED; count_checks, at the end, counts them.

vmf=$top/vmfactory
work=$(mktemp -d /tmp/vmf-e2e.XXXXXX)
config=$work/vmfactory.toml
passed=0 failed=0
daemon_pid=

stop_daemon() {
  [ -n "${daemon_pid-}" ] || return 0
  kill "$daemon_pid" 2>/dev/null
  wait "$daemon_pid" 2>/dev/null
}
trap 'stop_daemon; rm -rf "$work"' EXIT

ok() { passed=$((passed + 1)); echo "ok      $1"; }
no() { failed=$((failed + 1)); echo "FAILED  $1"; sed 's/^/          /' "$work/out" "$work/err" | tail -n 25; }

# check NAME EXPECTED-EXIT PATTERN COMMAND...: runs it; both the exit code and the pattern (in stdout or stderr) must fit.
check() {
  local name=$1 code=$2 pattern=$3 got
  shift 3
  "$@" >"$work/out" 2>"$work/err"
  got=$?
  if [ $got = "$code" ] && grep -qE -- "$pattern" "$work/out" "$work/err"; then ok "$name"; else no "$name (exit $got, wanted $code and /$pattern/)"; fi
}

# holds NAME COMMAND...: the command succeeds.
holds() {
  local name=$1
  shift
  if "$@" >"$work/out" 2>"$work/err"; then ok "$name"; else no "$name"; fi
}

json() { node -e 'const o=JSON.parse(require("fs").readFileSync(0));console.log(eval("o."+process.argv[1]))' "$1"; }
# f VERB ARGS...: vmfactory with the configuration of the checks; it comes early, since some commands take all the rest as it is.
f() { local verb=$1; shift; "$vmf" "$verb" --config "$config" "$@"; }
none_left() { [ -z "$(pgrep -f "qemu-system.*$1")" ]; }
empty() { ls -A "$1" 2>/dev/null; [ -z "$(ls -A "$1" 2>/dev/null)" ]; }

start_daemon() {
  local line
  exec {daemon_out}< <(exec "$vmf" serve --config "$config" "$@" 2>>"$work/daemon.log")
  daemon_pid=$!
  read -r -t 60 line <&"$daemon_out" && [[ $line == *ready* ]]
}

count_checks() {
  echo "$passed passed, $failed failed"
  [ $failed = 0 ]
}
