package io.vmfactory.guest.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.vmfactory.api.kata.Spec;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every value that the specification defines is passed on to the guest, refused by its path, left
 * out because the guest does the same without it, or for another platform.
 */
class SpecSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A group that is made has no memory yet that its limit could be compared with. */
  private static final Set<String> WITHOUT_MEANING =
      Set.of("linux.resources.memory.checkBeforeUpdate");

  private static byte[] resource(String name) {
    try (InputStream in = SpecSchemaTest.class.getResourceAsStream("/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ObjectNode full() throws IOException {
    return (ObjectNode) JSON.readTree(resource("oci-config-full.json"));
  }

  /** Returns the type of every value of the specification by its path. */
  private static Map<String, String> schema() {
    Map<String, String> schema = new LinkedHashMap<>();
    new String(resource("oci-config-leaves.txt"), UTF_8)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(" "))
        .forEach(words -> schema.put(words[0], words[1]));
    return schema;
  }

  private static Set<String> leaves(JsonNode node) {
    Set<String> leaves = new TreeSet<>();
    collect(node, "", leaves);
    return leaves;
  }

  private static void collect(JsonNode node, String path, Set<String> leaves) {
    if (node.isObject()) {
      boolean map = path.matches("annotations|linux\\.(sysctl|resources\\.unified)");
      String dot = path.isEmpty() ? "" : ".";
      node.properties()
          .forEach(e -> collect(e.getValue(), path + dot + (map ? "*" : e.getKey()), leaves));
    } else if (node.isArray()) {
      node.forEach(item -> collect(item, path + "[]", leaves));
    } else {
      leaves.add(path);
    }
  }

  static Stream<String> notPassedOn() throws IOException {
    Set<String> passedOn = leaves(full());
    return schema().keySet().stream().filter(leaf -> !passedOn.contains(leaf));
  }

  @Test
  void whatIsPassedOnArrivesUnchanged() throws IOException {
    OciSpec spec = OciSpec.parse(JSON.writeValueAsBytes(full()));

    JsonNode tree = JSON.readTree(JSON.writeValueAsBytes(RandomSpec.json(spec.proto())));
    assertThat(spec.ignored()).isEmpty();
    assertThat(schema().keySet()).containsAll(leaves(full()));
    leaves(full()).forEach(leaf -> assertThat(values(tree, leaf)).as(leaf).isEqualTo(sent(leaf)));
  }

  private static List<JsonNode> sent(String leaf) {
    try {
      return values(full(), leaf);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<JsonNode> values(JsonNode node, String leaf) {
    Stream<JsonNode> at = Stream.of(node);
    for (String step : leaf.replace("[]", ".[]").split("\\.", -1)) {
      at =
          step.equals("[]") || step.equals("*")
              ? at.flatMap(n -> StreamSupport.stream(n.spliterator(), false))
              : at.map(n -> n.path(step));
    }
    return at.toList();
  }

  @ParameterizedTest
  @MethodSource("notPassedOn")
  void whatIsNotPassedOnIsRefusedOrForAnotherPlatform(String leaf) throws IOException {
    boolean refused = false;
    for (JsonNode value : samples(schema().get(leaf))) {
      ObjectNode config = full();
      put(config, leaf, value);
      try {
        OciSpec spec = OciSpec.parse(JSON.writeValueAsBytes(config));
        boolean elsewhere = Unsupported.OTHER_PLATFORMS.contains(leaf);
        assertThat(spec.ignored()).isEqualTo(elsewhere ? List.of(leaf) : List.of());
        refused |= elsewhere || WITHOUT_MEANING.contains(leaf);
      } catch (OciSpecException e) {
        assertThat(e.problems()).singleElement().satisfies(problem -> names(problem, leaf));
        refused = true;
      }
    }
    assertThat(refused).as("an answer for " + leaf).isTrue();
  }

  /** A problem names the value or an object or list that has it. */
  private static void names(String problem, String leaf) {
    String path = problem.substring(0, problem.indexOf(": "));
    String pattern = path.replaceAll("\\[\\d+\\]", "[]");
    assertThat(leaf).as(problem).startsWith(pattern);
  }

  private static List<JsonNode> samples(String type) {
    JsonNodeFactory make = JsonNodeFactory.instance;
    return switch (type) {
      case "number" -> List.of(make.numberNode(7));
      case "flag" -> List.of(make.booleanNode(true), make.booleanNode(false));
      default -> List.of(make.textNode("x"));
    };
  }

  /** Adds a value, in the first item of each list on its path. */
  private static void put(ObjectNode config, String leaf, JsonNode value) {
    JsonNode content = value;
    String[] steps = leaf.replace("[]", ".[]").replace("*", "key").split("\\.", -1);
    JsonNode at = config;
    int next = 0;
    while (next < steps.length - 1 && !child(at, steps[next]).isMissingNode()) {
      at = child(at, steps[next++]);
    }
    for (int i = steps.length - 1; i > next; i--) {
      content =
          steps[i].equals("[]")
              ? JSON.createArrayNode().add(content)
              : JSON.createObjectNode().set(steps[i], content);
    }
    if (at instanceof ArrayNode list) {
      list.add(content);
    } else {
      ((ObjectNode) at).set(steps[next], content);
    }
  }

  private static JsonNode child(JsonNode node, String step) {
    return step.equals("[]") ? node.path(0) : node.path(step);
  }

  @Test
  void everyNumberHasARange() {
    Spec.getDescriptor().getFields().forEach(field -> ranges(field, JsonPath.ROOT));
  }

  private static void ranges(FieldDescriptor field, JsonPath parent) {
    JsonPath property = parent.property(JsonNames.of(field));
    JsonPath path = field.isRepeated() ? property.item(0) : property;
    if (Unsupported.lacks(property.pattern()) || field.isMapField()) {
      return;
    }
    Descriptor type =
        field.getType() == FieldDescriptor.Type.MESSAGE ? field.getMessageType() : null;
    if (type != null) {
      type.getFields().forEach(inner -> ranges(inner, path));
    } else if (Set.of(FieldDescriptor.JavaType.INT, FieldDescriptor.JavaType.LONG)
        .contains(field.getJavaType())) {
      assertThat(NumberRanges.at(path.pattern())).as(path.pattern()).isNotNull();
    }
  }

  @Test
  void valuesThatAskForNothingAreLeftOut() {
    assertThatCode(
            () ->
                OciSpec.parse(
                    """
                    {"ociVersion": "1.0.2", "root": {"path": "rootfs"}, "hooks": {"prestart": []},
                     "process": {"args": ["sh"], "cwd": "/", "apparmorProfile": "unconfined",
                       "selinuxLabel": "", "scheduler": {}, "ioPriority": {}},
                     "linux": {"personality": {"domain": "LINUX"}, "mountLabel": "", "intelRdt": {},
                       "resources": {"memory": {"kernel": -1, "kernelTCP": 0, "swappiness": 60,
                           "disableOOMKiller": false, "useHierarchy": true},
                         "cpu": {"realtimeRuntime": 0, "realtimePeriod": 0},
                         "network": {"classID": 0, "priorities": []},
                         "blockIO": {"leafWeight": 0, "throttleReadBpsDevice": []}}}}
                    """
                        .getBytes(UTF_8)))
        .doesNotThrowAnyException();
  }
}
