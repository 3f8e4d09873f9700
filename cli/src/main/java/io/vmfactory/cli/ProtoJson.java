package io.vmfactory.cli;

import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;

/** Messages of the API as JSON, as the daemon itself writes them. */
final class ProtoJson {
  private ProtoJson() {}

  static JsonValue of(MessageOrBuilder message) {
    try {
      return JsonValue.parse(JsonFormat.printer().print(message));
    } catch (IOException e) {
      throw new IllegalStateException("a message can always be printed as JSON", e);
    }
  }
}
