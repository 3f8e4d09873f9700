package io.vmfactory.factory.stock;

import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.vm.MemoryMeter;
import io.vmfactory.factory.vm.Nursery;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.template.Templates;

/** What the stock makes its VMs with. */
public record StockParts(
    Templates templates,
    Nursery nursery,
    UniquenessGate gatekeeper,
    Journal journal,
    Observer observer,
    MemoryMeter meter) {}
