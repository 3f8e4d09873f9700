package io.vmfactory.cli;

import io.vmfactory.runtime.commands.CommandClient;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * An output of a client. Throws away what a command writes after a signal has ended the client, or
 * after the service has left it.
 */
final class ServedOutput extends OutputStream {
  private final CommandClient client;
  private final boolean error;

  /**
   * @param error whether it is standard error
   */
  ServedOutput(CommandClient client, boolean error) {
    this.client = client;
    this.error = error;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (client.signal() == 0 && !client.isAbandoned()) {
      client.write(error, Arrays.copyOfRange(bytes, offset, offset + length));
    }
  }
}
