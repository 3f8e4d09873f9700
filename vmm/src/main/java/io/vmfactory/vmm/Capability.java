package io.vmfactory.vmm;

/**
 * Something this host can or cannot do for VMs.
 *
 * @param name {@code qemu}, {@code seccomp}, {@code kvm}, {@code vhost-vsock}, {@code memory}
 * @param answer whether it can
 * @param why what was found, and where there is one the remedy, for people
 */
public record Capability(String name, Answer answer, String why) {
  /** Whether the host can. */
  public enum Answer {
    YES,
    NO
  }

  /** It can. */
  public static Capability yes(String name, String why) {
    return new Capability(name, Answer.YES, why);
  }

  /** It cannot. */
  public static Capability no(String name, String why) {
    return new Capability(name, Answer.NO, why);
  }

  /** Whether it can. */
  public boolean usable() {
    return answer == Answer.YES;
  }
}
