package io.vmfactory.configs;

/**
 * The whole configuration, one record per component.
 *
 * @param daemon the daemon itself
 * @param qemu how VMs are made
 * @param factory templates and hand-out
 * @param leases how long customers may keep VMs
 * @param pool VMs kept ready
 * @param metrics where figures can be read
 * @param runtime what runtime instances on this host do
 */
public record VmFactoryConfig(
    DaemonConfig daemon,
    QemuConfig qemu,
    FactoryConfig factory,
    LeaseConfig leases,
    PoolConfig pool,
    MetricsConfig metrics,
    RuntimeConfig runtime) {

  /** This with other runtime instances. */
  public VmFactoryConfig withRuntime(RuntimeConfig other) {
    return new VmFactoryConfig(daemon, qemu, factory, leases, pool, metrics, other);
  }
}
