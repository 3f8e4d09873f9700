package io.vmfactory.template;

import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.VmFolders;

/**
 * The resources of a template build.
 *
 * @param store where the template is stored
 * @param fingerprints computes the fingerprint of the template
 * @param hypervisor boots the VM
 * @param agents connects to the agent in the VM
 * @param folders makes the folder of the VM's sockets
 * @param clock gives the time at which the template was made
 */
record BuildContext(
    TemplateStore store,
    Fingerprints fingerprints,
    Hypervisor hypervisor,
    GuestAgents agents,
    VmFolders folders,
    WallClock clock) {}
