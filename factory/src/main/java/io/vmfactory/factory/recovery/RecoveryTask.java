package io.vmfactory.factory.recovery;

import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What remains to be done about one VM of an earlier daemon.
 *
 * @param forCustomer whether a customer has the VM; such tasks go first
 * @param work does it and throws nothing; the result completes when the VM has answered too, and
 *     never fails
 */
record RecoveryTask(boolean forCustomer, Supplier<CompletionStage<Void>> work) {}
