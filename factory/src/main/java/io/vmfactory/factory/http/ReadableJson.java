package io.vmfactory.factory.http;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.CodecException;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.WireFormat;

/**
 * Encodes replies: protobuf as usual; JSON as proto3 JSON that also prints fields at their default
 * ({@code "on": false}, {@code "vms": []}), so that a script need not know the schema.
 */
public final class ReadableJson<T extends Message> implements GrpcMessageEncoder<T> {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .alwaysPrintFieldsWithNoPresence()
          .usingTypeRegistry(
              TypeRegistry.newBuilder()
                  .add(ErrorInfo.getDescriptor())
                  .add(RetryInfo.getDescriptor())
                  .build());

  @Override
  public GrpcMessage encode(T message, WireFormat format) throws CodecException {
    return switch (format) {
      case PROTOBUF -> GrpcMessage.message("identity", Buffer.buffer(message.toByteArray()));
      case JSON -> GrpcMessage.message("identity", WireFormat.JSON, Buffer.buffer(print(message)));
    };
  }

  @Override
  public boolean accepts(WireFormat format) {
    return true;
  }

  /** Returns {@code message} as JSON text. */
  static String print(Message message) {
    try {
      return PRINTER.print(message) + "\n";
    } catch (InvalidProtocolBufferException e) {
      throw new CodecException(e);
    }
  }
}
