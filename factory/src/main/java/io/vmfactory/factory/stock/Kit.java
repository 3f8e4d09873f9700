package io.vmfactory.factory.stock;

import io.vmfactory.factory.app.journal.Journal;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.vm.Gatekeeper;
import io.vmfactory.factory.vm.MemoryMeter;
import io.vmfactory.factory.vm.Nursery;
import io.vmfactory.template.Templates;

/** What the stock makes its VMs with. */
public record Kit(
    Templates templates,
    Nursery nursery,
    Gatekeeper gatekeeper,
    Journal journal,
    Observer observer,
    MemoryMeter meter) {}
