package io.vmfactory.factory.metrics;

import java.util.Map;

/**
 * The steps of a request or a refill as labels, each with the part that is waited for. So the
 * latency of QEMU's monitor and of the guest's agent follows from measurements that exist anyway.
 */
final class Hops {
  /** The label of a step that this class does not know; it keeps the number of series bounded. */
  private static final String OTHER = "other";

  private static final Map<String, String> PARTS =
      Map.ofEntries(
          Map.entry("admit", "daemon"),
          Map.entry("turn", "daemon"),
          Map.entry("claim", "daemon"),
          Map.entry("lease", "daemon"),
          Map.entry("undo", "daemon"),
          Map.entry("template", "daemon"),
          Map.entry("spawn", "process"),
          Map.entry("boot", "guest"),
          Map.entry("load", "monitor"),
          Map.entry("cont", "monitor"),
          Map.entry("stop", "monitor"),
          Map.entry("plug", "monitor"),
          Map.entry("attach", "monitor"),
          Map.entry("detach", "monitor"),
          Map.entry("copy", "daemon"),
          Map.entry("state", "monitor"),
          Map.entry("pages", "daemon"),
          Map.entry("layers", "monitor"),
          Map.entry("freeze", "monitor"),
          Map.entry("store", "daemon"),
          Map.entry("publish", "daemon"),
          Map.entry("drives", "monitor"),
          Map.entry("connect", "agent"),
          Map.entry("answer", "agent"),
          Map.entry("unique", "agent"),
          Map.entry("hooks", "agent"),
          Map.entry("wake", "agent"),
          Map.entry("online", "agent"));

  private Hops() {}

  /** Returns the step's name as a label. */
  static String label(String hop) {
    return PARTS.containsKey(hop) ? hop : OTHER;
  }

  /** Returns the part that is waited for: daemon, process, monitor, guest or agent. */
  static String part(String hop) {
    return PARTS.getOrDefault(hop, OTHER);
  }
}
