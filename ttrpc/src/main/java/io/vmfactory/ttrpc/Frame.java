package io.vmfactory.ttrpc;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * One frame of ttRPC: ten bytes of header, then data (containerd/ttrpc, PROTOCOL.md).
 *
 * @param stream stream id; a client opens odd ones
 * @param type {@link #REQUEST} or {@link #RESPONSE}
 * @param data the bytes after the header, at most {@link #MAX_DATA_BYTES}
 */
public record Frame(int stream, byte type, byte[] data) {
  public static final int HEADER_BYTES = 10;
  public static final int MAX_DATA_BYTES = 4 << 20;
  public static final byte REQUEST = 1;
  public static final byte RESPONSE = 2;

  /** Writes the frame in wire format. A unary call has no flags. */
  void writeTo(ByteArrayOutputStream out) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.putInt(data.length).putInt(stream).put(type).put((byte) 0);
    out.writeBytes(header.array());
    out.writeBytes(data);
  }
}
