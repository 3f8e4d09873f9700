package io.vmfactory.guest;

import java.time.Duration;
import java.util.List;

/**
 * A process in a container.
 *
 * @param pid as the guest sees it
 * @param containerPid as the container sees it
 * @param parentPid as the guest sees it
 * @param uid its user
 * @param state one letter, see proc(5)
 * @param cpu time used, user and kernel
 * @param residentKib resident memory
 * @param commandLine its arguments; a name in [] for a zombie
 */
public record ProcessInfo(
    int pid,
    int containerPid,
    int parentPid,
    int uid,
    String state,
    Duration cpu,
    long residentKib,
    List<String> commandLine) {
  public ProcessInfo {
    commandLine = List.copyOf(commandLine);
  }
}
