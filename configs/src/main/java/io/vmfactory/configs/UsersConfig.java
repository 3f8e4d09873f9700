package io.vmfactory.configs;

/**
 * What users may do whom the daemon's socket is open to: keys of the {@code [daemon]} table. Root
 * and the daemon's own user have no limits.
 *
 * @param adminGroup group that may administer the daemon; empty means none
 * @param maxVms most VMs of one user at the same time, 0..65536; 0 means no limit of its own
 * @param maxMemoryMib most memory of the VMs of one user together, in MiB, 0..2147483647; 0 means
 *     no limit
 * @param maxRequests most requests of one user at the same time, 1..4096
 * @param requestsPerSecond most requests of one user in a second, 0..1000000; 0 means no limit. As
 *     many can come at once
 * @param maxTemplatesMib most disk space of the templates of one user together, in MiB,
 *     0..2147483647; 0 means no limit. Those of administrators have none
 */
public record UsersConfig(
    String adminGroup,
    int maxVms,
    int maxMemoryMib,
    int maxRequests,
    int requestsPerSecond,
    int maxTemplatesMib) {
  static final int DEFAULT_REQUESTS = 128;
  static final int DEFAULT_RATE = 1000;
  static final int DEFAULT_TEMPLATES_MIB = 16 << 10;

  /** Makes a configuration with the defaults for templates and for requests in a second. */
  public UsersConfig(String adminGroup, int maxVms, int maxMemoryMib, int maxRequests) {
    this(adminGroup, maxVms, maxMemoryMib, maxRequests, DEFAULT_RATE, DEFAULT_TEMPLATES_MIB);
  }

  /** Returns the defaults: no administrators, no limits but those of requests and templates. */
  public static UsersConfig defaults() {
    return new UsersConfig("", 0, 0, DEFAULT_REQUESTS);
  }
}
