package io.vmfactory.vmm;

import java.util.concurrent.CompletionStage;

/**
 * Events of a VM that no command of ours causes.
 *
 * @param exited completes when the process has ended, for any cause
 * @param agentPort completes when the guest first opens the agent's port (VSERPORT_CHANGE); fails
 *     when the process ends before that. Already complete in a clone, because its guest had opened
 *     the port before it was saved
 */
public record VmSignals(CompletionStage<VmExit> exited, CompletionStage<Void> agentPort) {}
