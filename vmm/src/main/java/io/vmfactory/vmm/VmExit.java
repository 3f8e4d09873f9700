package io.vmfactory.vmm;

/**
 * How a VMM process ended. Of one that was adopted, and is no child of this process, neither code
 * nor signal is known: -1 and 0.
 *
 * @param code exit code, 0..255, or -1 when it was ended by a signal or is not known
 * @param signal signal number; 0 when it was ended by none or is not known
 * @param lastWords the end of the VMM's own output, at most 2 KiB; empty when it said nothing
 */
public record VmExit(int code, int signal, String lastWords) {
  @Override
  public String toString() {
    String how =
        signal != 0 ? "signal " + signal : code >= 0 ? "exit code " + code : "unknown cause";
    return lastWords.isBlank() ? how : how + ": " + lastWords.strip();
  }
}
