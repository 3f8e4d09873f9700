package io.vmfactory.guest.oci;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.vmfactory.api.kata.Spec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Converts config.json to the wire's messages, guided by their descriptors. Continues after a
 * problem, so that all problems are reported at once. Null means that the property is missing, as
 * for other runtimes.
 */
final class SpecReader {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final SpecProblems problems = new SpecProblems();
  private final List<String> ignored = new ArrayList<>();

  private final boolean hostHooks;

  private SpecReader(boolean hostHooks) {
    this.hostHooks = hostHooks;
  }

  static OciSpec read(byte[] json) {
    return new SpecReader(false).spec(json);
  }

  /** Reads hooks of the host too, which are otherwise refused. */
  static OciSpec readWithHostHooks(byte[] json) {
    return new SpecReader(true).spec(json);
  }

  private OciSpec spec(byte[] json) {
    Spec.Builder spec = Spec.newBuilder();
    object(tree(json), spec, JsonPath.ROOT);
    SpecRules.judge(spec.build(), problems);
    problems.refuse();
    return new OciSpec(spec.build(), ignored);
  }

  /** Reads "process" of a config.json. */
  static io.vmfactory.api.kata.Process process(byte[] json) {
    SpecReader reader = new SpecReader(false);
    var process = io.vmfactory.api.kata.Process.newBuilder();
    reader.object(tree(json), process, JsonPath.ROOT.property("process"));
    reader.problems.refuse();
    return process.build();
  }

  private static JsonNode tree(byte[] json) {
    if (json.length > OciSpec.MAX_BYTES) {
      throw new OciSpecException(
          List.of(
              "config.json: has %d bytes, the limit is %d"
                  .formatted(json.length, OciSpec.MAX_BYTES)));
    }
    try {
      JsonNode tree = MAPPER.readTree(json);
      if (!tree.isObject()) {
        throw new OciSpecException(List.of("config.json: must be an object, " + is(tree)));
      }
      return tree;
    } catch (JsonProcessingException e) {
      throw new OciSpecException(List.of(place(e.getLocation()) + e.getOriginalMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  private static String place(@Nullable JsonLocation location) {
    return location == null
        ? "config.json: "
        : "line %d, column %d: ".formatted(location.getLineNr(), location.getColumnNr());
  }

  private void object(JsonNode node, Message.Builder into, JsonPath path) {
    Map<String, FieldDescriptor> fields = fields(into.getDescriptorForType());
    for (var property : node.properties()) {
      JsonPath at = path.property(property.getKey());
      FieldDescriptor field = fields.get(property.getKey());
      if (property.getValue().isNull()) {
        continue;
      }
      boolean hook = hostHooks && Unsupported.isHostHook(at.pattern());
      if (!hook && Unsupported.lacks(at.pattern())) {
        lacking(property.getValue(), at);
      } else if (field == null || Unsupported.OTHER_PLATFORMS.contains(at.pattern())) {
        ignored.add(at.toString());
      } else {
        field(property.getValue(), into, field, at);
      }
    }
    required(node, path);
  }

  private static Map<String, FieldDescriptor> fields(Descriptor type) {
    Map<String, FieldDescriptor> fields = new HashMap<>();
    type.getFields().forEach(field -> fields.put(JsonNames.of(field), field));
    return fields;
  }

  private void lacking(JsonNode value, JsonPath path) {
    String why = Unsupported.why(path.pattern(), value);
    if (why != null) {
      problems.add(path, why);
    }
  }

  private void required(JsonNode node, JsonPath path) {
    for (String name : SpecRules.required(path.pattern())) {
      problems.unless(node.hasNonNull(name), path.property(name), "missing");
      boolean empty = node.path(name).isTextual() && node.path(name).textValue().isEmpty();
      problems.unless(!empty, path.property(name), "must not be empty");
    }
  }

  private void field(JsonNode node, Message.Builder into, FieldDescriptor field, JsonPath path) {
    if (field.isMapField()) {
      map(node, into, field, path);
    } else if (field.isRepeated()) {
      list(node, into, field, path);
    } else {
      Object value = value(node, into, field, path);
      if (value != null) {
        into.setField(field, value);
      }
    }
  }

  private void list(JsonNode node, Message.Builder into, FieldDescriptor field, JsonPath path) {
    if (!node.isArray()) {
      wrong(path, "a list", node);
      return;
    }
    for (int i = 0; i < node.size(); i++) {
      Object value = value(node.get(i), into, field, path.item(i));
      into.addRepeatedField(field, value == null ? nothing(into, field) : value);
    }
  }

  /** Returns a substitute for an item with a problem, so that the other items keep their places. */
  private static Object nothing(Message.Builder into, FieldDescriptor field) {
    return switch (field.getType()) {
      case STRING -> "";
      case MESSAGE -> into.newBuilderForField(field).build();
      default -> 0;
    };
  }

  private void map(JsonNode node, Message.Builder into, FieldDescriptor field, JsonPath path) {
    if (!node.isObject()) {
      wrong(path, "an object", node);
      return;
    }
    FieldDescriptor key = field.getMessageType().findFieldByName("key");
    FieldDescriptor content = field.getMessageType().findFieldByName("value");
    for (var property : node.properties()) {
      Message.Builder entry = into.newBuilderForField(field);
      Object value = value(property.getValue(), entry, content, path.property(property.getKey()));
      if (value != null) {
        into.addRepeatedField(
            field, entry.setField(key, property.getKey()).setField(content, value).build());
      }
    }
  }

  /** Returns the value for protobuf; null after a problem. */
  private @Nullable Object value(
      JsonNode node, Message.Builder into, FieldDescriptor field, JsonPath path) {
    return switch (field.getType()) {
      case STRING -> node.isTextual() ? node.textValue() : wrong(path, "a text", node);
      case BOOL -> node.isBoolean() ? node.booleanValue() : wrong(path, "true or false", node);
      case MESSAGE -> message(node, into.newBuilderForField(field), path);
      default -> number(node, field, path);
    };
  }

  private @Nullable Object message(JsonNode node, Message.Builder builder, JsonPath path) {
    if (!node.isObject()) {
      return wrong(path, "an object", node);
    }
    object(node, builder, path);
    return builder.build();
  }

  private @Nullable Object number(JsonNode node, FieldDescriptor field, JsonPath path) {
    if (!node.isIntegralNumber()) {
      return wrong(path, "a whole number", node);
    }
    BigInteger value = node.bigIntegerValue();
    String problem = NumberRanges.problem(path.pattern(), value);
    if (problem != null) {
      problems.add(path, problem);
      return null;
    }
    if (field.getType() == FieldDescriptor.Type.UINT32) {
      return value.intValue();
    }
    return value.longValue();
  }

  private @Nullable Object wrong(JsonPath path, String right, JsonNode node) {
    problems.add(path, "must be " + right + ", " + is(node));
    return null;
  }

  private static String is(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> "is a text";
      case NUMBER -> node.isIntegralNumber() ? "is a number" : "is " + node.asText();
      case BOOLEAN -> "is " + node.asText();
      case OBJECT -> "is an object";
      case ARRAY -> "is a list";
      case NULL -> "is null";
      default -> "is missing";
    };
  }
}
