package io.vmfactory.configs;

/**
 * The whole configuration, one record per component.
 *
 * @param daemon the daemon itself
 * @param qemu how VMs are made
 * @param factory templates and hand-out
 * @param leases how long customers may keep VMs
 */
public record VmFactoryConfig(
    DaemonConfig daemon, QemuConfig qemu, FactoryConfig factory, LeaseConfig leases) {}
