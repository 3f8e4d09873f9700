package io.vmfactory.guest;

import java.time.Duration;
import java.util.List;

/**
 * A process in a container.
 *
 * @param pid process id in the guest
 * @param containerPid process id in the container
 * @param parentPid parent's process id in the guest
 * @param uid its user id
 * @param state one letter, see proc(5)
 * @param cpu CPU time used, user and kernel
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
