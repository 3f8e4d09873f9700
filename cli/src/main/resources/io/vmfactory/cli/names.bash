
# The names of what exists: leases, sandboxes, templates. The daemon is asked for a second at most; without an answer there are
# no names.
function _vmfactory_names() {
  case $1 in
    sandboxes) "${COMP_WORDS[0]}" sandbox ls --timeout 1s 2>/dev/null | awk 'NR > 1 { print $1 }' ;;
    leases) _vmfactory_field leases id ;;
    templates) _vmfactory_field templates key; _vmfactory_field templates name | grep . | sort -u ;;
  esac
}

# Prints a field of each element of a list in the daemon's status.
function _vmfactory_field() {
  "${COMP_WORDS[0]}" status --json --timeout 1s 2>/dev/null | awk -v list="\"$1\"" -v field="\"$2\"" '
    /^  "/ { inside = ($1 == list) }
    inside && $1 == field { gsub(/[",]/, "", $3); print $3 }'
}

# The completion of the options and commands, and then the names that fit the command.
function _vmfactory_with_names() {
  local word kind='' current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  _complete_vmfactory "$@"
  [[ $current != -* ]] || return 0
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      exec | kill | ps | stats | rm | pause | resume) kind=sandboxes ;;
      renew | release) kind=leases ;;
      template) kind=templates; break ;;
      destroy) kind=templates ;;
      run | get | init | serve | pool | status | check | demo | bench | --) break ;;
    esac
  done
  case $before in
    --template) kind=templates ;;
    -*) return 0 ;;
  esac
  [ -z "$kind" ] || COMPREPLY+=($(compgen -W "$(_vmfactory_names $kind)" -- "$current"))
}

complete -F _vmfactory_with_names -o default vmfactory
