package io.vmfactory.vmm;

/**
 * Something this host can or cannot do for VMs.
 *
 * @param answer whether the host can
 * @param why what the check found and, if the answer is no, the remedy; for people
 * @param why what was found, and where there is one the remedy, for people
 */
public record Capability(String name, Answer answer, String why) {
  /** Whether the host can. */
  public enum Answer {
    YES,
    NO
  }

  /** Returns the answer that the host can. */
  public static Capability yes(String name, String why) {
    return new Capability(name, Answer.YES, why);
  }

  /** Returns the answer that the host cannot. */
  public static Capability no(String name, String why) {
    return new Capability(name, Answer.NO, why);
  }

  /** Returns whether the host can. */
  public boolean usable() {
    return answer == Answer.YES;
  }
}
