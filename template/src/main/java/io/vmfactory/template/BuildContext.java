package io.vmfactory.template;

import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.VmFolders;

/**
 * What a build works with.
 *
 * @param store where the template goes
 * @param fingerprints what it will be good for
 * @param hypervisor boots the VM
 * @param agents reach into it
 * @param folders where it has its sockets
 * @param clock dates the template
 */
record BuildSite(
    TemplateStore store,
    Fingerprints fingerprints,
    Hypervisor hypervisor,
    GuestAgents agents,
    VmFolders folders,
    WallClock clock) {}
