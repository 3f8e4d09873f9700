package io.vmfactory.guest.oci;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.vmfactory.api.kata.LinuxNamespace;
import io.vmfactory.api.kata.Mount;
import io.vmfactory.api.kata.Spec;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;

/** Random specifications of all shapes, and the same as JSON. */
final class RandomSpec {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String LETTERS = "aZ09 /=\"\\\n\té€\uD83D\uDE00";

  private final Random random;

  RandomSpec(long seed) {
    this.random = new Random(seed);
  }

  /** Sets each field at random, but always those that the specification demands. */
  Spec next() {
    Spec.Builder spec = Spec.newBuilder();
    fill(spec);
    spec.setVersion("1.0." + random.nextInt(3)).clearHooks().clearSolaris().clearWindows();
    spec.getProcessBuilder().addArgs("a").setCwd("/" + text()).clearEnv().addEnv("A=" + text());
    spec.getRootBuilder().setPath("r" + text());
    spec.getMountsBuilderList().forEach(this::absolute);
    spec.getLinuxBuilder().getNamespacesBuilderList().forEach(this::known);
    return spec.build();
  }

  private void absolute(Mount.Builder mount) {
    mount.setDestination("/" + text());
  }

  private void known(LinuxNamespace.Builder namespace) {
    namespace.setType(List.of("pid", "mount", "time").get(random.nextInt(3)));
  }

  private void fill(Message.Builder builder) {
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        for (int i = random.nextInt(3); i > 0; i--) {
          builder.addRepeatedField(field, value(builder, field));
        }
      } else if (random.nextInt(4) > 0) {
        builder.setField(field, value(builder, field));
      }
    }
  }

  private Object value(Message.Builder builder, FieldDescriptor field) {
    return switch (field.getType()) {
      case STRING -> text();
      case BOOL -> random.nextBoolean();
      case UINT32 -> random.nextInt(Integer.MAX_VALUE);
      case INT64, UINT64 -> random.nextLong();
      case MESSAGE -> {
        Message.Builder inner = builder.newBuilderForField(field);
        fill(inner);
        yield inner.build();
      }
      default -> throw new AssertionError(field);
    };
  }

  private String text() {
    int[] letters = LETTERS.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      text.appendCodePoint(letters[random.nextInt(letters.length)]);
    }
    return text.toString();
  }

  /** Writes every number and text, zero or not, but no absent object. */
  static ObjectNode json(Message message) {
    ObjectNode object = JSON.objectNode();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isMapField()) {
        ObjectNode map = object.putObject(JsonNames.of(field));
        ((List<?>) message.getField(field)).forEach(entry -> entry((Message) entry, map));
      } else if (field.isRepeated()) {
        ArrayNode list = object.putArray(JsonNames.of(field));
        ((List<?>) message.getField(field)).forEach(item -> list.addPOJO(plain(field, item)));
      } else if (!field.hasPresence() || message.hasField(field)) {
        object.putPOJO(JsonNames.of(field), plain(field, message.getField(field)));
      }
    }
    return object;
  }

  private static void entry(Message entry, ObjectNode map) {
    var type = entry.getDescriptorForType();
    map.put(
        (String) entry.getField(type.findFieldByName("key")),
        (String) entry.getField(type.findFieldByName("value")));
  }

  private static Object plain(FieldDescriptor field, Object value) {
    return switch (field.getType()) {
      case MESSAGE -> json((Message) value);
      case UINT32 -> Integer.toUnsignedLong((Integer) value);
      case UINT64 -> new BigInteger(Long.toUnsignedString((Long) value));
      default -> value;
    };
  }
}
