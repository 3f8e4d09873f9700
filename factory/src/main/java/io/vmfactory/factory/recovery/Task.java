package io.vmfactory.factory.recovery;

/**
 * What is to be done about one VM.
 *
 * @param forCustomer somebody waits for it
 * @param work does it, and throws nothing
 */
record Task(boolean forCustomer, Runnable work) {}
