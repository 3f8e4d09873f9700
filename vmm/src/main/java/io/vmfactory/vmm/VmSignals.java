package io.vmfactory.vmm;

import java.util.concurrent.CompletionStage;

/**
 * Events of a VM that no command of ours causes.
 *
 * @param available completes when the VM is first in another phase than {@link
 *     VmPhase#UNAVAILABLE}; fails when its VMM reports a state without a phase, cannot be asked, or
 *     ends before. Already complete, except in a VM that was held
 * @param exited completes when the process has ended, for any cause
 * @param agentPort completes when the guest first opens the agent's port (VSERPORT_CHANGE); fails
 *     when the process ends before that. Already complete in a clone, because its guest had opened
 *     the port before it was saved
 */
public record VmSignals(
    CompletionStage<VmPhase> available,
    CompletionStage<VmExit> exited,
    CompletionStage<Void> agentPort) {}
