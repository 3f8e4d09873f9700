package io.vmfactory.vmm;

/**
 * How a VMM process ended. An adopted process is no child of this process; its code and signal are
 * unknown: -1 and 0.
 *
 * @param code exit code, 0..255; -1 when a signal ended the process or the code is unknown
 * @param signal signal number; 0 when no signal ended the process or it is unknown
 * @param lastWords the last 2 KiB of the VMM's own output; empty when it printed nothing
 */
public record VmExit(int code, int signal, String lastWords) {
  @Override
  public String toString() {
    String how =
        signal != 0 ? "signal " + signal : code >= 0 ? "exit code " + code : "unknown cause";
    return lastWords.isBlank() ? how : how + ": " + lastWords.strip();
  }
}
