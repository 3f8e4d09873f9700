package io.vmfactory.cli;

import io.vmfactory.api.runtime.v1.AttachProcess;
import io.vmfactory.api.runtime.v1.OutputFailure;
import io.vmfactory.api.runtime.v1.ProcessEnded;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.runtime.commands.CommandClient;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Lets a client of the runtime service connect its user to a process in a container. The client
 * reads the output from the guest itself.
 */
final class ServedSession implements Session {
  private final CommandClient client;

  ServedSession(CommandClient client) {
    this.client = client;
  }

  @Override
  public boolean isEnding() {
    return client.signal() != 0;
  }

  @Override
  public int attach(Begun subject, Attachment attachment) {
    AttachProcess attach =
        AttachProcess.newBuilder()
            .setContainer(subject.container())
            .setExec(subject.process().id())
            .addAllAgentPorts(
                subject.ports(Deadline.after(LIMIT)).stream().map(Path::toString).toList())
            .setTerminal(attachment.terminal())
            .setInput(attachment.input())
            .setRaw(attachment.raw())
            .build();
    ProcessEnded end = client.attach(attach);
    return switch (end.getHowCase()) {
      case STATUS -> end.getStatus();
      case SIGNAL -> 128 + end.getSignal();
      case OUTPUT -> throw closed(end.getOutput());
      case LOST -> lost(subject.process(), end.getLost());
      case HOW_NOT_SET -> throw new CancelledException("the client has left", null);
    };
  }

  private static OutputClosedException closed(OutputFailure failure) {
    return new OutputClosedException(
        failure.getError() ? "error" : "output", new IOException(failure.getReason()));
  }

  /** The process's own end says more than the end of the client's connection to the VM. */
  private static int lost(ContainerProcess process, String why) {
    try {
      return process.await(Deadline.after(LIMIT));
    } catch (DeadlineExceededException e) {
      throw new SandboxException(Reason.LOST, why, e);
    }
  }
}
