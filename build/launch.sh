# How the JVM is started. Sourced by ./vmfactory and build/archives after build/lib.sh; expects $top.

# open_streams: opens standard streams that the caller has closed; the first file that the JVM opens would otherwise take the
# place of one. Standard output and error are opened for reading, so that writing to them still fails.
open_streams() {
  [ -e /proc/self/fd/0 ] || exec 0</dev/null
  [ -e /proc/self/fd/1 ] || exec 1</dev/null
  [ -e /proc/self/fd/2 ] || exec 2</dev/null
}

# find_verb WORD...: sets $verb to the first word that is neither an option nor the value of one. Other words belong to the
# user, even if they look like a verb. Commands.java does the same.
find_verb() {
  verb=
  while [ $# -gt 0 ]; do
    case $1 in
      --config | --socket | --timeout) shift ;;
      -*) ;;
      *) verb=$1 && return ;;
    esac
    shift || return 0
  done
}

# set_aside: keeps the caller's value of each variable that would change the JVM, and unsets it. HostWords.java gives the
# values back to a container that is to have them.
# Under the locale C.UTF-8 the JVM takes every name that is UTF-8 as it is; the caller's locale may know only ASCII.
set_aside() {
  local name
  for name in LC_ALL JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS _JAVA_LAUNCHER_DEBUG MALLOC_ARENA_MAX; do
    unset "VMFACTORY_CALLER_$name"
    [ -z "${!name+set}" ] || export "VMFACTORY_CALLER_$name=${!name}"
    unset "$name"
  done
  export LC_ALL=C.UTF-8
}

# find_java: sets $java to the java of JAVA_HOME, or else to the first in PATH.
find_java() {
  if [ -n "${JAVA_HOME-}" ]; then
    java=$JAVA_HOME/bin/java
    [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, but there is no program $java"
  else
    java=$(type -P java) || fail "there is no java in PATH: install one (Debian: default-jre-headless), or set JAVA_HOME"
  fi
}

# name_archive NAME: sets $file to the path of the class-data archive NAME for this java.
name_archive() {
  file=$(readlink -f "$java")
  file=$top/dist/cds/$1${file//\//-}.jsa
}

# use_archive NAME: sets $archive to the option that names the archive. An archive that does not exist is not named, because
# a newer JVM would complain.
use_archive() {
  name_archive "$1"
  [ -e "$file" ] && archive=-XX:SharedArchiveFile=$file || archive=-Xshare:auto
}

# Options of every JVM. A missing or unusable archive only costs start-up time, so the JVM says nothing about it.
# A thread dump (SIGQUIT) goes to standard error, so that it does not mix with a container's output.
# The native libraries lie in dist, because the place where a library would unpack them may forbid executing.
jvm=(-Xlog:disable -XX:+DisplayVMOutputToStderr -XX:-UsePerfData -XX:+UseSerialGC -Xshare:auto
  -Djna.nounpack=true "-Djna.boot.library.path=$top/dist/native/com/sun/jna/linux-x86-64" "-Djava.library.path=$top/dist/native/META-INF/native")
# A short command needs neither Netty's events for Java's flight recorder nor a resolver of host names.
short=(-XX:TieredStopAtLevel=1 -Xmx128m -Dio.netty.jfr.enabled=false -Dvertx.disableDnsResolver=true)
