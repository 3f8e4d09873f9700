package io.vmfactory.guest.ttrpc;

import com.google.protobuf.ByteString;
import io.vmfactory.api.ttrpc.Request;
import io.vmfactory.api.ttrpc.Response;
import io.vmfactory.guest.FakeAgent;
import io.vmfactory.ttrpc.Frame;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A connection to an agent that can send any bytes. */
final class RawConnection implements AutoCloseable {
  private final SocketChannel channel;
  private final DataInputStream in;

  RawConnection(Path socket) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    in = new DataInputStream(Channels.newInputStream(channel));
  }

  /** Returns a whole frame that calls {@code method} with an empty message. */
  static byte[] request(int stream, String service, String method) {
    Request request =
        Request.newBuilder()
            .setService(service)
            .setMethod(method)
            .setPayload(ByteString.EMPTY)
            .build();
    return FakeAgent.frame(Frame.REQUEST, stream, request.toByteArray());
  }

  void send(byte[] bytes) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(bytes);
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  /** Waits for the next answer and returns its stream id. */
  Answer read() throws IOException {
    int length = in.readInt();
    int stream = in.readInt();
    in.readShort();
    return new Answer(stream, Response.parseFrom(in.readNBytes(length)));
  }

  /** An answer of the agent. */
  record Answer(int stream, Response response) {
    int code() {
      return response.getStatus().getCode();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
