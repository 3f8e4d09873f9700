package io.vmfactory.bench.report;

/**
 * The two moments between which a time was taken. On one system such times differ by a factor of 10
 * to 50: figures of different boundaries are never mixed.
 */
public enum Boundary {
  /** The VMM's own call that loads a VM's state. */
  VMM_LOAD("VMM load: the VMM's own call that loads a VM's state"),
  /** From the start of the VMM, or of a stopped VM, until the guest's agent has answered once. */
  AGENT_ANSWERS("agent answers: from the start of the VMM, or of a stopped VM"),
  /** From the request until the first byte that a container has printed. */
  FIRST_OUTPUT("first output: from the request until a container's first byte"),
  /** From the request over the API until its reply: the VM is ready. */
  READY("ready: from the request over the API until its reply"),
  /** One of several steps that follow each other; their sum is a time of another boundary. */
  STEP("steps, whose sums are among the times above"),
  /** A time that is not the hand-out of a VM. */
  OTHER("other times");

  private final String title;

  Boundary(String title) {
    this.title = title;
  }

  /** Returns, for people, from which moment until which the time is taken. */
  public String title() {
    return title;
  }
}
