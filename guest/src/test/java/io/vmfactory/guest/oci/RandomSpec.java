package io.vmfactory.guest.oci;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.vmfactory.api.kata.Linux;
import io.vmfactory.api.kata.LinuxIDMapping;
import io.vmfactory.api.kata.LinuxMemory;
import io.vmfactory.api.kata.LinuxNamespace;
import io.vmfactory.api.kata.LinuxSyscall;
import io.vmfactory.api.kata.Mount;
import io.vmfactory.api.kata.POSIXRlimit;
import io.vmfactory.api.kata.Spec;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/** Random specifications of all shapes, and the same as JSON. */
final class RandomSpec {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String LETTERS = "aZ09 /=\"\\\n\té€\uD83D\uDE00";

  /** Texts for places where not every text is valid. */
  private static final Map<String, String> EXAMPLES =
      Map.ofEntries(
          Map.entry("hostname", "a.b"),
          Map.entry("domainname", "b"),
          Map.entry("process.rlimits[].type", "RLIMIT_CPU"),
          Map.entry("linux.namespaces[].type", "uts"),
          Map.entry("linux.devices[].path", "/d"),
          Map.entry("linux.devices[].type", "c"),
          Map.entry("linux.cgroupsPath", "/a/b"),
          Map.entry("linux.rootfsPropagation", "rshared"),
          Map.entry("linux.resources.cpu.cpus", "0-3,5"),
          Map.entry("linux.resources.cpu.mems", "0"),
          Map.entry("linux.resources.devices[].type", "a"),
          Map.entry("linux.resources.devices[].access", "rm"),
          Map.entry("linux.resources.hugepageLimits[].pageSize", "1GB"),
          Map.entry("linux.seccomp.defaultAction", "SCMP_ACT_ALLOW"),
          Map.entry("linux.seccomp.syscalls[].action", "SCMP_ACT_ERRNO"),
          Map.entry("linux.seccomp.architectures[]", "SCMP_ARCH_X86"),
          Map.entry("linux.seccomp.flags[]", "SECCOMP_FILTER_FLAG_LOG"),
          Map.entry("linux.seccomp.syscalls[].args[].op", "SCMP_CMP_GE"));

  /** Fields that must not be zero or empty. */
  private static final Set<String> ALWAYS =
      Set.of(
          "linux.devices[].fileMode",
          "linux.resources.hugepageLimits[].pageSize",
          "linux.seccomp.syscalls[].args[].op");

  private final Random random;

  RandomSpec(long seed) {
    this.random = new Random(seed);
  }

  /** Sets each field at random, but always those that the specification demands. */
  Spec next() {
    Spec.Builder spec = Spec.newBuilder();
    fill(spec, JsonPath.ROOT);
    spec.setVersion("1.0." + random.nextInt(3));
    spec.getProcessBuilder().addArgs("a").setCwd("/" + text()).clearEnv().addEnv("A=" + text());
    spec.getRootBuilder().setPath("r" + text());
    spec.getMountsBuilderList().forEach(this::valid);
    valid(spec.getLinuxBuilder());
    spec.getProcessBuilder().clearRlimits().addRlimits(limit());
    return spec.build();
  }

  private void valid(Mount.Builder mount) {
    // Without "/" it has its shortest form already.
    mount.setDestination("/m" + text().replace("/", "")).setType("t" + text());
  }

  private POSIXRlimit.Builder limit() {
    long soft = random.nextInt(Integer.MAX_VALUE);
    return POSIXRlimit.newBuilder().setType("RLIMIT_AS").setSoft(soft).setHard(soft + 1);
  }

  /** Mends what belongs together. */
  private void valid(Linux.Builder linux) {
    linux.clearNamespaces().clearUIDMappings().clearGIDMappings();
    if (random.nextBoolean()) {
      linux.addNamespaces(LinuxNamespace.newBuilder().setType("user"));
      linux.addUIDMappings(mapping()).addGIDMappings(mapping());
    }
    linux.addNamespaces(LinuxNamespace.newBuilder().setType("mount").setPath(text()));
    linux.clearSysctl().putSysctl("net." + random.nextInt(9), text());
    linux.getDevicesBuilderList().forEach(device -> device.setPath("/" + text()).setType("p"));
    linux.getResourcesBuilder().clearUnified().putUnified("memory.high", "max");
    LinuxMemory.Builder memory = linux.getResourcesBuilder().getMemoryBuilder();
    memory.setSwap(memory.getLimit() > 0 ? memory.getLimit() : -1);
    linux.getResourcesBuilder().getCPUBuilder().clearBurst().clearIdle();
    linux.getSeccompBuilder().setDefaultAction("SCMP_ACT_TRACE");
    linux.getSeccompBuilder().getSyscallsBuilderList().forEach(this::valid);
  }

  private LinuxIDMapping.Builder mapping() {
    int first = random.nextInt(Integer.MAX_VALUE);
    return LinuxIDMapping.newBuilder().setContainerID(first).setHostID(7).setSize(first + 1);
  }

  private void valid(LinuxSyscall.Builder call) {
    call.addNames(text()).setAction("SCMP_ACT_TRACE");
  }

  private void fill(Message.Builder builder, JsonPath path) {
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      JsonPath at = path.property(JsonNames.of(field));
      if (isNotPassedOn(at)) {
        continue;
      }
      if (field.isRepeated()) {
        for (int i = random.nextInt(3); i > 0; i--) {
          builder.addRepeatedField(field, value(builder, field, at.item(0)));
        }
      } else if (ALWAYS.contains(at.pattern()) || random.nextInt(4) > 0) {
        builder.setField(field, value(builder, field, at));
      }
    }
  }

  private static boolean isNotPassedOn(JsonPath path) {
    return Unsupported.lacks(path.pattern())
        || Unsupported.OTHER_PLATFORMS.contains(path.pattern());
  }

  private Object value(Message.Builder builder, FieldDescriptor field, JsonPath path) {
    return switch (field.getType()) {
      case STRING -> valid(path.pattern());
      case BOOL -> random.nextBoolean();
      case UINT32 -> number(path.pattern()).intValue();
      case INT64, UINT64 -> number(path.pattern()).longValue();
      case MESSAGE -> {
        Message.Builder inner = builder.newBuilderForField(field);
        fill(inner, path);
        yield inner.build();
      }
      default -> throw new AssertionError(field);
    };
  }

  private BigInteger number(String pattern) {
    NumberRanges.Range range = Objects.requireNonNull(NumberRanges.at(pattern), pattern);
    BigInteger size = range.most().subtract(range.least()).add(BigInteger.ONE);
    return range.least().add(new BigInteger(64, random).mod(size));
  }

  /** Returns a text that its rule accepts. */
  private String valid(String pattern) {
    String text = text();
    return TextRules.problem(pattern, text) == null ? text : EXAMPLES.getOrDefault(pattern, "a");
  }

  private String text() {
    int[] letters = LETTERS.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      text.appendCodePoint(letters[random.nextInt(letters.length)]);
    }
    return text.toString();
  }

  /**
   * Writes every number and text, zero or not, but no absent object and nothing that a VM lacks.
   */
  static ObjectNode json(Message message) {
    return json(message, JsonPath.ROOT);
  }

  private static ObjectNode json(Message message, JsonPath path) {
    ObjectNode object = JSON.objectNode();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      JsonPath at = path.property(JsonNames.of(field));
      if (isNotPassedOn(at)) {
        continue;
      }
      if (field.isMapField()) {
        ObjectNode map = object.putObject(JsonNames.of(field));
        ((List<?>) message.getField(field)).forEach(entry -> entry((Message) entry, map));
      } else if (field.isRepeated()) {
        ArrayNode list = object.putArray(JsonNames.of(field));
        ((List<?>) message.getField(field))
            .forEach(item -> list.addPOJO(plain(field, item, at.item(0))));
      } else if (!field.hasPresence() || message.hasField(field)) {
        object.putPOJO(JsonNames.of(field), plain(field, message.getField(field), at));
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

  private static Object plain(FieldDescriptor field, Object value, JsonPath path) {
    return switch (field.getType()) {
      case MESSAGE -> json((Message) value, path);
      case UINT32 -> Integer.toUnsignedLong((Integer) value);
      case UINT64 -> new BigInteger(Long.toUnsignedString((Long) value));
      default -> value;
    };
  }
}
