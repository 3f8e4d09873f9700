package io.vmfactory.configs;

/**
 * The whole configuration, one record per component.
 *
 * @param daemon the daemon itself
 * @param qemu how VMs are made
 * @param factory templates and routes
 * @param leases how long customers may keep VMs
 * @param pool VMs that are kept ready
 * @param metrics where metrics are served
 * @param runtime settings of runtime instances on this host
 */
public record VmFactoryConfig(
    DaemonConfig daemon,
    QemuConfig qemu,
    FactoryConfig factory,
    LeaseConfig leases,
    PoolConfig pool,
    MetricsConfig metrics,
    RuntimeConfig runtime) {

  /** Returns this configuration with other settings of runtime instances. */
  public VmFactoryConfig withRuntime(RuntimeConfig other) {
    return new VmFactoryConfig(daemon, qemu, factory, leases, pool, metrics, other);
  }
}
