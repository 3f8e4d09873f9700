# Shared by the end-to-end checks. Sourced; expects $top. Creates the scratch folder $work. At exit, also after Ctrl-C, ends all
# programs that name it in their command line, and removes it.
# Each check prints ok or FAILED. Call count_checks at the end.

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
# clean_up: a script with more to end calls this last in its own trap.
clean_up() {
  local left
  stop_daemon
  # VMs of daemons that were killed, or programs of an interrupted check.
  left=$(pgrep -f -- "$work/" | grep -vx $$)
  [ -z "$left" ] || kill -9 $left 2>/dev/null
  rm -rf "$work"
}
trap clean_up EXIT

ok() { passed=$((passed + 1)); echo "ok      $1"; }
no() { failed=$((failed + 1)); echo "FAILED  $1"; sed 's/^/          /' "$work/out" "$work/err" | tail -n 25; }

# check NAME EXPECTED-EXIT PATTERN COMMAND...: runs the command; its exit code and the pattern (in stdout or stderr) must match.
check() {
  local name=$1 code=$2 pattern=$3 got
  shift 3
  "$@" >"$work/out" 2>"$work/err"
  got=$?
  if [ $got = "$code" ] && grep -qE -- "$pattern" "$work/out" "$work/err"; then ok "$name"; else no "$name (exit code $got; expected $code and /$pattern/)"; fi
}

# holds NAME COMMAND...: runs the command, which must succeed.
holds() {
  local name=$1
  shift
  if "$@" >"$work/out" 2>"$work/err"; then ok "$name"; else no "$name"; fi
}

json() { node -e 'const o=JSON.parse(require("fs").readFileSync(0));console.log(eval("o."+process.argv[1]))' "$1"; }
# f VERB ARGS...: runs vmfactory with $config. The option comes first, because some commands take all further words as they are.
f() { local verb=$1; shift; "$vmf" "$verb" --config "$config" "$@"; }
none_left() { [ -z "$(pgrep -f "qemu-system.*$1")" ]; }
empty() { ls -A "$1" 2>/dev/null; [ -z "$(ls -A "$1" 2>/dev/null)" ]; }

# completes COMMAND NAME: the completion knows NAME as an argument of the command.
completes() {
  VMFACTORY_CONFIG=$config bash -c '. <("$1" generate-completion) && COMP_WORDS=("$1" "$2" "") COMP_CWORD=2
    _vmfactory_with_names vmfactory "" "$2" 2>/dev/null
    [[ " ${COMPREPLY[*]} " == *" $3 "* ]]' - "$vmf" "$1" "$2"
}

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

# start_service, kill_service: the runtime service with $config. Its log is $work/service.log.
start_service() {
  local line
  exec {service_out}< <(exec "$vmf" runtime serve --config "$config" 2>>"$work/service.log")
  service_pid=$!
  read -r -t 60 line <&"$service_out" && [[ $line == *ready* ]]
}
kill_service() { kill -9 "$service_pid"; wait "$service_pid" 2>/dev/null; true; }
