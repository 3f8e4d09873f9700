package io.vmfactory.vmm.qmp;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.io.IOException;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** Converts between QMP's lines of JSON and the types of this package. */
final class QmpCodec {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .build();

  /**
   * QEMU reads its monitor byte by byte, at 3 us each, so a command has no byte more than it needs.
   */
  private record Envelope(
      String execute, @JsonInclude(Include.NON_NULL) @Nullable Record arguments, long id) {}

  private QmpCodec() {}

  static Type listOf(Class<?> element) {
    return JSON.getTypeFactory().constructCollectionType(java.util.List.class, element);
  }

  /** Returns one line, with its end. */
  static String encode(QmpCommand<?> command, long id) {
    try {
      Record given = command.arguments();
      Record arguments = given instanceof QmpCommand.None ? null : given;
      return JSON.writeValueAsString(new Envelope(command.name(), arguments, id)) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written as JSON: " + command.name(), e);
    }
  }

  static QmpMessage decode(byte[] line) {
    JsonNode node = parse(line);
    if (node.has("return")) {
      return new QmpMessage.Reply(idOf(node), node.get("return"));
    }
    if (node.has("error")) {
      return new QmpMessage.Refusal(idOf(node), node.path("error").path("desc").asText());
    }
    if (node.has("event")) {
      return new QmpMessage.Event(event(node.get("event").asText(), node.path("data")));
    }
    if (node.has("QMP")) {
      return new QmpMessage.Greeting();
    }
    throw broken(line, null);
  }

  static <R> R result(QmpCommand<R> command, JsonNode node) {
    try {
      return JSON.convertValue(node, JSON.constructType(command.result()));
    } catch (IllegalArgumentException e) {
      throw new VmmException(
          Reason.FAILED, "QEMU's reply to " + command.name() + " is not understood: " + node, e);
    }
  }

  private static long idOf(JsonNode node) {
    return node.path("id").asLong(-1);
  }

  private static QmpEvent event(String name, JsonNode data) {
    return switch (name) {
      case "VSERPORT_CHANGE" ->
          new QmpEvent.PortChanged(data.path("id").asText(), data.path("open").asBoolean());
      case "ACPI_DEVICE_OST" -> answer(data.path("info"));
      case "MIGRATION" -> new QmpEvent.MigrationChanged(data.path("status").asText());
      case "DEVICE_DELETED" -> new QmpEvent.DeviceDeleted(data.path("device").asText());
      case "JOB_STATUS_CHANGE" ->
          new QmpEvent.JobChanged(data.path("id").asText(), data.path("status").asText());
      default -> new QmpEvent.Other(name);
    };
  }

  /** A slot whose device has no id of ours, such as a CPU, is identified by its kind and number. */
  private static QmpEvent answer(JsonNode info) {
    String slot = info.path("slot-type").asText() + " " + info.path("slot").asText();
    String device = info.path("device").asText(slot);
    return new QmpEvent.DeviceAnswered(device, info.path("status").asInt(-1));
  }

  private static JsonNode parse(byte[] line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw broken(line, e);
    }
  }

  private static VmmException broken(byte[] line, @Nullable Throwable why) {
    String shown = new String(line, java.nio.charset.StandardCharsets.UTF_8);
    return new VmmException(
        Reason.FAILED,
        "QEMU's monitor sent a line that is not QMP: "
            + shown.substring(0, Math.min(200, shown.length())),
        why);
  }
}
