package io.vmfactory.factory.stock;

import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.vm.MemoryMeter;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.factory.vm.VmStarter;
import io.vmfactory.template.Templates;
import java.time.Duration;

/**
 * What the stock makes its VMs with.
 *
 * @param answerLimit for each answer of an idle VM
 */
public record StockParts(
    Templates templates,
    VmStarter starter,
    UniquenessGate gate,
    Observer observer,
    MemoryMeter meter,
    Duration answerLimit) {}
