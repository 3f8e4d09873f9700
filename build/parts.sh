# The parts of ./dev test. Sourced; expects $top and build/lib.sh.
# Every part runs, even if an earlier part failed. The output of a part is printed and is kept in target/test/PART.log.
# finish checks that nothing is left behind, and prints one line for each part and, below it, what failed. It fails if any part
# failed. The first time in a line is elapsed time. The second one is the CPU time of the part's processes and of all children
# that they have waited for.

parts=()
declare -A took=() cpu=() failed=() children=()
cpu_read=0
logs=$top/target/test
started=$SECONDS
kept=$top/target/kept # templates that the tests of this run share
trap 'kill ${!children[*]} 2>/dev/null || true; rm -rf "$kept"' EXIT

# forget_parts: removes the output of earlier runs, and notes what exists now.
forget_parts() {
  rm -rf "$logs" "$kept"
  mkdir -p "$logs"
  read_cpu
  export VMFACTORY_TEST_RUN=$$-$(date +%s)
  build/leftovers note "$logs/before"
}

# part NAME COMMAND...: runs the command.
part() {
  local name=$1 begun=$SECONDS code=0
  shift
  parts+=("$name")
  say "$name"
  "$@" 2>&1 | tee "$logs/$name.log" || code=$?
  done_part "$name" $begun $code
}

# beside NAME PROGRAM...: starts the program in the background. Waits first if three others are running there.
# The program's output is printed when it ends.
beside() {
  local name=$1
  shift
  while [ ${#children[*]} -gt 2 ]; do await_one; done
  parts+=("$name")
  say "$name (in the background)"
  # In the background a program would ignore Ctrl-C.
  env --default-signal=INT "$@" >"$logs/$name.log" 2>&1 &
  children[$!]="$name $SECONDS"
}

# await_parts: waits for all programs in the background.
await_parts() { while [ ${#children[*]} -gt 0 ]; do await_one; done; }

await_one() {
  local pid name begun code=0
  wait -n -p pid "${!children[@]}" || code=$?
  read -r name begun <<<"${children[$pid]}"
  unset "children[$pid]"
  done_part "$name" "$begun" $code
  say "$name"
  cat "$logs/$name.log"
}

# done_part NAME BEGUN CODE: records how long the part took, its CPU time, and whether it failed. Call it right after the wait
# for the part, before another one ends.
done_part() {
  took[$1]=$((SECONDS - $2))
  read_cpu
  cpu[$1]=$used
  [ "$3" = 0 ] && ! grep -qE "$trouble" "$logs/$1.log" || failed[$1]=1
}

# read_cpu: sets $used to the seconds of CPU time of all children that have ended since the last call.
read_cpu() {
  local user system
  times >"$logs/times" # in a subshell it would print the subshell's times
  read -r user system < <(sed -n '2{ s/\.[0-9]*s//g; s/m/*60+/g; p }' "$logs/times")
  used=$((user + system - cpu_read))
  cpu_read=$((user + system))
}

# Lines that show a failure even though Maven continues and exits with 0.
trouble='^FAILED  |<<< (FAILURE|ERROR)!'
trouble+='|^\[ERROR\] (There (are|was|were) |Failed to execute goal )|^\[INFO\] Build failures were ignored'

# what_failed PART: prints what failed in the part, one per line. Maven names a failed test so:
#   CLASS.TEST -- Time elapsed ... <<< FAILURE!
what_failed() {
  local lines
  lines=$(sed -nE \
    -e 's/^FAILED +//p' \
    -e 's/^\[ERROR\] ([^ ].*) -- Time elapsed.*<<< (FAILURE|ERROR)!$/\1/p' \
    -e 's/^\[ERROR\] (Failed to execute goal .*)/\1/p' \
    -e 's/^\[ERROR\] (There (was|were) .*)/\1/p' \
    "$logs/$1.log" | cut -c1-200)
  echo "${lines:-$(tail -n 1 "$logs/$1.log")}"
}

clock() { printf '%2d:%02d' $(($1 / 60)) $(($1 % 60)); }

# finish: looks for leftovers and prints the summary. Fails if any part failed.
finish() {
  local name sum=0
  rm -rf "$kept"
  part leftovers build/leftovers check "$logs/before" "$VMFACTORY_TEST_RUN"
  say "summary"
  echo " time    CPU"
  for name in "${parts[@]}"; do
    sum=$((sum + cpu[$name]))
    printf '%s  %s  %s  %s\n' "$(clock "${took[$name]}")" "$(clock "${cpu[$name]}")" \
      "$([ -z "${failed[$name]-}" ] && echo 'ok    ' || echo FAILED)" "$name"
    # Maven's time for each room. Its verdict is left out, because it ignores failed tests.
    sed -nE 's/^\[INFO\] vmfactory ([a-z-]+) \.+ [A-Z]+ \[ *([^]]*)\]/                 \1 \2/p' "$logs/$name.log"
    [ -z "${failed[$name]-}" ] || what_failed "$name" | sed 's/^/                 failed: /'
  done
  printf '%s  %s  in all; each part'"'"'s output is in %s\n' "$(clock $((SECONDS - started)))" "$(clock $sum)" "${logs#"$top"/}/"
  [ ${#failed[*]} = 0 ]
}
