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
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

  /** An escape in a JSON text; group 1: of a letter that needs none, except inside HTML. */
  private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u00(3[cde]|2[67])|.)");

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

  private static String readable(MatchResult escape) {
    String hex = escape.group(1);
    return Matcher.quoteReplacement(
        hex == null ? escape.group() : Character.toString(Integer.parseInt(hex, 16)));
  }

  /** Returns {@code message} as JSON text. */
  static String print(Message message) {
    try {
      return ESCAPE.matcher(PRINTER.print(message)).replaceAll(ReadableJson::readable) + "\n";
    } catch (InvalidProtocolBufferException e) {
      throw new CodecException(e);
    }
  }
}
