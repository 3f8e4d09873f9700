package io.vmfactory.factory.recovery;

/**
 * The work that one VM of an earlier daemon needs.
 *
 * @param forCustomer whether a customer waits for it
 * @param work does the work, and throws nothing
 */
record RecoveryTask(boolean forCustomer, Runnable work) {}
