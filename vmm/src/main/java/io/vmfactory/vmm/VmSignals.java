package io.vmfactory.vmm;

import java.util.concurrent.CompletionStage;

/**
 * What happens to a VM by itself.
 *
 * @param exited completes when the process has ended, however it came about
 * @param agentPort completes when the guest first opens the agent's port (VSERPORT_CHANGE); fails
 *     when the process ends before. Already complete in a clone, whose guest had it open when it
 *     was saved
 */
public record VmSignals(CompletionStage<VmExit> exited, CompletionStage<Void> agentPort) {}
